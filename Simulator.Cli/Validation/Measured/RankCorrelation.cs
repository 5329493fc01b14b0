namespace Simulator.Cli.Validation.Measured;

/// <summary>Spearman's rank correlation: whether predictions put runs in the order in which they were measured.</summary>
internal static class RankCorrelation
{
    /// <summary>Fewer runs say nothing about an order.</summary>
    private const int FewestPairs = 3;

    /// <summary>The correlation of pairs, from −1 to 1, equal values sharing the mean of their ranks; null when there is none.</summary>
    public static double? Of(IReadOnlyList<(double Predicted, double Measured)> pairs)
    {
        if (pairs.Count < FewestPairs) return null;
        double[] predicted = Ranks([.. pairs.Select(pair => pair.Predicted)]);
        double[] measured = Ranks([.. pairs.Select(pair => pair.Measured)]);
        double mean = (pairs.Count + 1) / 2.0, product = 0, first = 0, second = 0;
        for (int i = 0; i < pairs.Count; i++)
        {
            double a = predicted[i] - mean, b = measured[i] - mean;
            product += a * b;
            first += a * a;
            second += b * b;
        }
        return first > 0 && second > 0 ? product / Math.Sqrt(first * second) : null;
    }

    /// <summary>The mean correlation of cells, each weighted by its pairs; null when none has one.</summary>
    public static double? Within(IEnumerable<IReadOnlyList<(double Predicted, double Measured)>> cells)
    {
        double sum = 0;
        long weight = 0;
        foreach (IReadOnlyList<(double Predicted, double Measured)> cell in cells)
        {
            if (Of(cell) is not { } correlation) continue;
            sum += correlation * cell.Count;
            weight += cell.Count;
        }
        return weight > 0 ? sum / weight : null;
    }

    private static double[] Ranks(double[] values)
    {
        int[] order = [.. Enumerable.Range(0, values.Length).OrderBy(i => values[i])];
        double[] ranks = new double[values.Length];
        for (int from = 0, to; from < order.Length; from = to)
        {
            for (to = from + 1; to < order.Length && values[order[to]] == values[order[from]]; to++);
            for (int i = from; i < to; i++) ranks[order[i]] = (from + 1 + to) / 2.0;
        }
        return ranks;
    }
}
