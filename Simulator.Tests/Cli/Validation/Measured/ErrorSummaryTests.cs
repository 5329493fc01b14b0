using MathNet.Numerics.Statistics;
using Simulator.Cli.Validation.Measured;

namespace Simulator.Tests.Cli.Validation.Measured;

public sealed class ErrorSummaryTests
{
    [Test]
    public void Of_FivePairs_GivesMeanMedianP90AndSignedMedianInPercent()
    {
        // Errors: −10, +20, +30, −40, −5 percent.
        ErrorSummary summary = ErrorSummary.Of([(90, 100), (120, 100), (130, 100), (60, 100), (95, 100)])!;
        Assert.That(
            (summary.Count, summary.Mape, summary.Median, summary.SignedMedian), Is.EqualTo((5, 21.0, 20.0, -5.0)).Using<(int, double, double, double)>(
                (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-9 && Math.Abs(a.Item3 - b.Item3) < 1e-9 && Math.Abs(a.Item4 - b.Item4) < 1e-9));
        Assert.That(summary.P90, Is.EqualTo(36).Within(1e-9), "between the two largest");
    }

    [Test]
    public void Of_NoPairs_IsNull() => Assert.That(ErrorSummary.Of([]), Is.Null);

    [SeededProperty]
    public void Of_AnyPairs_AgreesWithALibrary(FsCheck.NonEmptyArray<FsCheck.PositiveInt> predicted, int seed)
    {
        (double, double)[] pairs = [.. predicted.Get.Select((value, i) => ((double)value.Get, 1.0 + (i * 7 + (seed & 15)) % 13))];
        double[] signed = [.. pairs.Select(pair => (pair.Item1 - pair.Item2) / pair.Item2 * 100)];
        double[] absolute = [.. signed.Select(Math.Abs)];
        ErrorSummary summary = ErrorSummary.Of(pairs)!;
        Assert.That(summary.Mape, Is.EqualTo(absolute.Mean()).Within(1e-9).Percent);
        Assert.That(summary.Median, Is.EqualTo(absolute.QuantileCustom(0.5, QuantileDefinition.Excel)).Within(1e-9));
        Assert.That(summary.P90, Is.EqualTo(absolute.QuantileCustom(0.9, QuantileDefinition.Excel)).Within(1e-9));
        Assert.That(summary.SignedMedian, Is.EqualTo(signed.QuantileCustom(0.5, QuantileDefinition.Excel)).Within(1e-9));
    }

    [SeededProperty]
    public void RankCorrelation_AnyPairs_AgreesWithALibrary(FsCheck.NonEmptyArray<FsCheck.PositiveInt> predicted, int seed)
    {
        (double Predicted, double Measured)[] pairs =
            [.. predicted.Get.Select((value, i) => (value.Get % 9.0, 1.0 + (i * 7 + (seed & 15)) % 13))];
        double? correlation = RankCorrelation.Of(pairs);
        double expected = Correlation.Spearman(pairs.Select(pair => pair.Predicted), pairs.Select(pair => pair.Measured));
        bool defined = pairs.Length >= 3 && pairs.DistinctBy(pair => pair.Predicted).Count() > 1 && pairs.DistinctBy(pair => pair.Measured).Count() > 1;
        Assert.That(correlation.HasValue, Is.EqualTo(defined));
        if (defined) Assert.That(correlation!.Value, Is.EqualTo(expected).Within(1e-9));
    }

    [Test]
    public void Within_CellsOfDifferentSize_AreWeightedByTheirPairsAndSmallOnesLeftOut()
    {
        (double, double)[] same = [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6)], opposite = [(3, 1), (2, 2), (1, 3)], pair = [(1, 2), (2, 1)];
        Assert.That(RankCorrelation.Within([same, opposite, pair]), Is.EqualTo((6 - 3) / 9.0).Within(1e-12));
        Assert.That(RankCorrelation.Within([pair]), Is.Null);
    }
}
