namespace Simulator.Models.Costs.Profiles;

/// <summary>Element-wise kernels: norms, rotary positions, activations, embedding, sampling.</summary>
public sealed record ElementwiseProfile
{
    /// <summary>Share of peak bandwidth, in (0, 1].</summary>
    public double MemoryEfficiency { get; init; } = 1;

    /// <summary>Fixed time, seconds.</summary>
    public double KernelSeconds { get; init; }
}
