using Simulator.Core.Randomness;

namespace Simulator.Workloads.Lengths;

/// <summary>A point of an inverse distribution function: the length below which a share of all lengths lies.</summary>
/// <param name="Probability">The share, from 0 to 1.</param>
/// <param name="Tokens">The length in tokens, at least 0.</param>
public readonly record struct LengthQuantile(double Probability, double Tokens);

/// <summary>Lengths of a table of quantiles, with straight lines between its points, rounded.</summary>
public sealed class QuantileLength : ILengthDistribution
{
    private readonly LengthQuantile[] _points;

    /// <summary>Lengths of a table; below the first point and above the last the length is that of the point.</summary>
    /// <param name="quantiles">At least one point, in ascending order of probability and of length.</param>
    /// <exception cref="ArgumentException">There is no point, one is out of its range, or they are out of order.</exception>
    public QuantileLength(params IReadOnlyList<LengthQuantile> quantiles)
    {
        ArgumentNullException.ThrowIfNull(quantiles);
        _points = [.. quantiles];
        if (_points.Length == 0) throw new ArgumentException("A table of quantiles needs at least one point.", nameof(quantiles));
        for (int i = 0; i < _points.Length; i++)
        {
            if (!(_points[i].Probability is >= 0 and <= 1) || !(_points[i].Tokens is >= 0 and <= int.MaxValue))
                throw new ArgumentException($"{_points[i]} needs a probability from 0 to 1 and a length of at least 0.", nameof(quantiles));
            if (i > 0 && (_points[i].Probability <= _points[i - 1].Probability || _points[i].Tokens < _points[i - 1].Tokens))
                throw new ArgumentException($"{_points[i]} is out of order: probabilities and lengths must ascend.", nameof(quantiles));
        }
    }

    /// <inheritdoc/>
    public int Next(RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return (int)Math.Round(At(random.NextDouble()));
    }

    /// <summary>The length below which a share of all lengths lies.</summary>
    internal double At(double probability)
    {
        int above = 0;
        while (above < _points.Length && _points[above].Probability < probability) above++;
        if (above == 0) return _points[0].Tokens;
        if (above == _points.Length) return _points[^1].Tokens;
        (double p0, double t0) = _points[above - 1];
        (double p1, double t1) = _points[above];
        return t0 + ((t1 - t0) * (probability - p0) / (p1 - p0));
    }
}
