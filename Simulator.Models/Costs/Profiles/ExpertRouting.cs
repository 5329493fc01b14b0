using Simulator.Core.Randomness;

namespace Simulator.Models.Costs.Profiles;

/// <summary>How tokens spread over experts when some are more popular than others: the r-th of them in proportion to <c>r^−skew</c> (Zipf).</summary>
/// <remarks>
/// Whole experts lie on devices without regard to popularity, and every token chooses on its own, so that devices differ in the experts that they
/// read and in the pairs that they compute. The busiest one is the mean plus as many standard deviations as the greatest of so many normal
/// variables lies above it (Blom 1958, with Tukey's quantile function of the normal distribution, right to 1 %).
/// </remarks>
internal sealed class ExpertRouting
{
    private readonly double[] _misses;
    private readonly int _active;

    /// <summary>The popularity of the experts of one layer.</summary>
    /// <param name="experts">Experts, at least 1.</param>
    /// <param name="active">Experts of a token, from 1 to all of them.</param>
    /// <param name="skew">Exponent, at least 0: 0 for equal popularity.</param>
    public ExpertRouting(int experts, int active, double skew)
    {
        // A token takes an expert once: what would be more goes to the others.
        _active = active;
        _misses = new double[experts];
        double[] weights = [.. Enumerable.Range(1, experts).Select(rank => DeterministicMath.Pow(rank, -skew))];
        int certain = 0;
        double rest = weights.Sum();
        while (certain < active && weights[certain] * (active - certain) >= rest)
            rest -= weights[certain++];
        for (int expert = certain; expert < experts; expert++)
            _misses[expert] = 1 - weights[expert] * (active - certain) / rest;
    }

    /// <summary>Experts that have a token, of all.</summary>
    /// <param name="tokens">Tokens, at least 1.</param>
    public double Touched(double tokens)
    {
        double touched = 0;
        foreach (double miss in _misses)
            touched += 1 - Power(miss, tokens);
        return touched;
    }

    /// <summary>What the busiest device has to do.</summary>
    /// <param name="tokens">Tokens, at least 1.</param>
    /// <param name="devices">Devices, or groups of them, that the experts are spread over.</param>
    public ExpertLoad Busiest(double tokens, double devices)
    {
        double local = _misses.Length / devices, routed = tokens * _active, hottest = tokens * (1 - _misses[0]);
        if (devices <= 1)
            return new(Touched(tokens), routed, hottest, routed);
        var read = default(Spread);
        var chosen = default(Spread);
        foreach (double miss in _misses)
        {
            read.Add(1 - Power(miss, tokens));
            chosen.Add(1 - miss);
        }
        double above = Above(devices);
        return new(
            Math.Clamp(read.Busiest(local, 1, _misses.Length, above), 1, local),
            Math.Min(chosen.Busiest(local, tokens, _misses.Length, above), tokens * Math.Min(_active, local)),
            hottest, routed);
    }

    // How many standard deviations the greatest of some normal variables is above their mean.
    private static double Above(double variables)
    {
        double below = (variables - 0.375) / (variables + 0.25);
        return 4.91 * (DeterministicMath.Pow(below, 0.14) - DeterministicMath.Pow(1 - below, 0.14));
    }

    private static double Power(double miss, double tokens) => miss <= 0 ? 0 : DeterministicMath.Pow(miss, tokens);

    /// <summary>Chances of the experts: their sum, and what they vary by.</summary>
    private struct Spread
    {
        private double _sum;
        private double _squares;

        public void Add(double chance)
        {
            _sum += chance;
            _squares += chance * chance;
        }

        // Each of the device's experts is met or not in every trial, and those with other chances may lie on it.
        public readonly double Busiest(double local, double trials, double experts, double above)
        {
            double mean = _sum / experts, square = _squares / experts;
            double draws = local * trials * Math.Max(0, mean - square);
            double places = local * trials * trials * Math.Max(0, square - mean * mean) * (1 - local / experts);
            return local * trials * mean + above * Math.Sqrt(draws + places);
        }
    }
}
