namespace Simulator.Models.Costs.Profiles;

/// <summary>Element-wise kernels: norms, rotary positions, activations, embedding, sampling.</summary>
public sealed record ElementwiseProfile
{
    /// <summary>Share of peak bandwidth, in (0, 1].</summary>
    public double MemoryEfficiency { get; init; } = 1;

    /// <summary>Fixed time, seconds.</summary>
    public double KernelSeconds { get; init; }

    /// <summary>What another device is taken to reach.</summary>
    internal ElementwiseProfile On(ReachRatio reach) => this with { MemoryEfficiency = reach.OfMemory(MemoryEfficiency) };

    internal IEnumerable<string> Validate()
    {
        if (!(MemoryEfficiency is > 0 and <= 1 && KernelSeconds is >= 0 and <= 1))
            yield return "elementwise: memoryEfficiency must be above 0 and at most 1, and kernelSeconds from 0 to 1.";
    }
}
