namespace Simulator.Planning.Search;

/// <summary>Finds the highest rate of requests at which a plan keeps its SLOs, by bisection over how fast the same requests arrive.</summary>
/// <remarks>
/// It takes SLOs to be kept below the capacity and broken above it, as they are where latencies grow with load. A trace that ends soon after its
/// last arrival shows overload too late: it should last many times the longest latency.
/// </remarks>
public sealed record CapacitySearch
{
    private const double LeastSpeed = 1.0 / (1 << 20);
    private const double MostSpeed = 1 << 20;

    /// <summary>What must be kept, at least one.</summary>
    public required IReadOnlyList<Constraint> Slos { get; init; }

    /// <summary>Rate of the workload as it is, requests/s, above 0.</summary>
    public required double RequestsPerSecond { get; init; }

    /// <summary>Largest share by which the capacity may be found too low, in (0, 1).</summary>
    /// <value>0.02.</value>
    public double Tolerance { get; init; } = 0.02;

    /// <summary>The capacity, requests/s: a rate at which the SLOs are kept, and at which (1 + tolerance) times it they are not.</summary>
    /// <param name="at">Runs the requests at so many times their rate.</param>
    /// <returns>0 when they are broken even a million times slower; null when they are kept even a million times faster, so that nothing bounds the rate.</returns>
    public double? Find(Func<double, PlanOutcome> at)
    {
        ArgumentNullException.ThrowIfNull(at);
        bool Kept(double speed) => Slos.All(slo => slo.IsMetBy(at(speed)));
        double kept, broken;
        if (Kept(1))
        {
            (kept, broken) = (1, 2);
            while (Kept(broken))
            {
                (kept, broken) = (broken, broken * 2);
                if (broken > MostSpeed) return null;
            }
        }
        else
        {
            (kept, broken) = (0.5, 1);
            while (!Kept(kept))
            {
                (kept, broken) = (kept / 2, kept);
                if (kept < LeastSpeed) return 0;
            }
        }
        while (broken > kept * (1 + Tolerance))
        {
            double middle = Math.Sqrt(kept * broken);
            if (Kept(middle)) kept = middle;
            else broken = middle;
        }
        return kept * RequestsPerSecond;
    }
}
