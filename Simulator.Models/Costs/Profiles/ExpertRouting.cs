namespace Simulator.Models.Costs.Profiles;

/// <summary>How tokens spread over experts when some are more popular than others: the r-th of them in proportion to <c>r^−skew</c> (Zipf).</summary>
internal sealed class ExpertRouting
{
    private readonly double[] _misses;

    /// <summary>The popularity of the experts of one layer.</summary>
    /// <param name="experts">Experts, at least 1.</param>
    /// <param name="active">Experts of a token, from 1 to all of them.</param>
    /// <param name="skew">Exponent, at least 0: 0 for equal popularity.</param>
    public ExpertRouting(int experts, int active, double skew)
    {
        // A token takes an expert once: what would be more goes to the others.
        _misses = new double[experts];
        double[] weights = [.. Enumerable.Range(1, experts).Select(rank => Math.Pow(rank, -skew))];
        int certain = 0;
        double rest = weights.Sum();
        while (certain < active && weights[certain] * (active - certain) >= rest)
            rest -= weights[certain++];
        for (int expert = certain; expert < experts; expert++)
            _misses[expert] = 1 - weights[expert] * (active - certain) / rest;
    }

    /// <summary>Share of the tokens that choose the most popular expert.</summary>
    public double Hottest => 1 - _misses[0];

    /// <summary>Experts that have a token, of all.</summary>
    /// <param name="tokens">Tokens, each of which chooses on its own.</param>
    public double Touched(double tokens)
    {
        double touched = 0;
        foreach (double miss in _misses)
            touched += 1 - Math.Pow(miss, tokens);
        return touched;
    }
}
