using Simulator.Models.Costs.Profiles;
using Simulator.Models.Networks;

namespace Simulator.Models.Costs;

/// <summary>What the roofline takes from measurement: the share of a physical peak that each class of kernel reaches, and fixed times.</summary>
/// <remarks>
/// A kernel takes a fixed time and the longer of its arithmetic and its traffic, each at a share of the peak. Defaults are fitted by eye to
/// measured kernels of vLLM 0.24 on one H100 SXM (989 TFLOP/s bf16, 3,350 GB/s), out of the operator tables of AIConfigurator
/// (ai-dynamo/aiconfigurator, Apache-2.0); with them the 16-bit matrix products of 1 to 8,192 rows and 1,024 to 65,536 columns come out 7 % off on average.
/// No efficiency is above 1, so that no time is ever below the physical bound.
/// </remarks>
public sealed record RooflineOptions
{
    /// <summary>The defaults.</summary>
    public static RooflineOptions Default { get; } = new();

    /// <summary>The defaults with a profile: its efficiencies and fixed times by shape, and its host's work.</summary>
    /// <param name="profile">The profile.</param>
    public static RooflineOptions Of(CostProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        RooflineOptions options = Default with { Profile = profile };
        return profile.Host is { } host ? options.WithHost(host) : options;
    }

    /// <summary>The same with the host times of a profile: its sums, of which each part of the host's work has its share as before, and its launches.</summary>
    /// <param name="host">The host times; what a request takes is no part of an iteration, and is left out.</param>
    public RooflineOptions WithHost(HostProfile host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return this with
        {
            Host = Host.WithTotal(host.IterationSeconds, host.SequenceSeconds) with { Exposed = new(host.ExposedSeconds, host.ExposedSequenceSeconds) },
            Graphs = Graphs with { LaunchSeconds = host.LaunchSeconds },
        };
    }

    /// <summary>Share of peak arithmetic that large matrix products reach, in (0, 1]. Measured: 771 of 989 TFLOP/s at 8,192 rows.</summary>
    public double MatrixComputeEfficiency { get; init; } = 0.78;

    /// <summary>Share of peak bandwidth at which matrix products stream their weights, in (0, 1]. Measured: 2,963 of 3,350 GB/s with one row and large matrices.</summary>
    public double MatrixMemoryEfficiency { get; init; } = 0.88;

    /// <summary>Fixed time of a matrix product, seconds. Measured: 3.5 to 4 µs fits best.</summary>
    public double MatrixKernelSeconds { get; init; } = 3.5e-6;

    /// <summary>Share of peak arithmetic that attention reaches, in (0, 1]. Measured: 0.53 at 4,096 tokens, 0.61 at 16,384 (causal FlashAttention-3).</summary>
    public double AttentionComputeEfficiency { get; init; } = 0.6;

    /// <summary>Share of peak bandwidth at which attention reads the KV cache, in (0, 1]. Measured: 0.86 to 0.90 with a 16-bit cache, 0.79 with an 8-bit one.</summary>
    public double AttentionMemoryEfficiency { get; init; } = 0.86;

    /// <summary>Fixed time of attention, seconds: page tables, the split over the cache and its merge. Measured: 10 µs fits decoding best.</summary>
    public double AttentionKernelSeconds { get; init; } = 10e-6;

    /// <summary>Share of peak bandwidth that element-wise kernels reach, in (0, 1]. AIConfigurator assumes 0.8 for all of them.</summary>
    public double ElementwiseMemoryEfficiency { get; init; } = 0.8;

    /// <summary>Fixed time of an element-wise kernel, seconds. Measured: the smallest kernels of any kind take 1.7 to 2.5 µs in a CUDA graph.</summary>
    public double ElementwiseKernelSeconds { get; init; } = 2e-6;

    /// <summary>Measured efficiencies and times by shape, instead of the constant ones above; null for those.</summary>
    /// <value>Null.</value>
    public CostProfile? Profile { get; init; }

    /// <summary>Links between the devices; null for those of the device's class, <see cref="Networks.Fabric.Of"/>.</summary>
    public Fabric? Fabric { get; init; }

    /// <summary>Host time around every iteration.</summary>
    public HostOverhead Host { get; init; } = new();

    /// <summary>Which iterations run as CUDA graphs, and what launches cost those that do not.</summary>
    public CudaGraphs Graphs { get; init; } = CudaGraphs.Default;

    /// <summary>
    /// Tokens of the busiest expert-parallel device over those of the mean one, at least 1; no device gets more than all. Time alone goes
    /// by it, of the experts and of the exchange with them; work stays what it is. 1 is balanced routing.
    /// </summary>
    public double ExpertImbalance { get; init; } = 1;

    /// <summary>How the next token is chosen from the logits.</summary>
    public TokenSampling Sampling { get; init; }

    /// <summary>Every fault of these options, in words; none when they are sound.</summary>
    public IEnumerable<string> Validate()
    {
        foreach ((string name, double value) in new[]
        {
            (nameof(MatrixComputeEfficiency), MatrixComputeEfficiency),
            (nameof(MatrixMemoryEfficiency), MatrixMemoryEfficiency),
            (nameof(AttentionComputeEfficiency), AttentionComputeEfficiency),
            (nameof(AttentionMemoryEfficiency), AttentionMemoryEfficiency),
            (nameof(ElementwiseMemoryEfficiency), ElementwiseMemoryEfficiency),
        })
        {
            if (!(value > 0 && value <= 1))
                yield return $"{name} is {value}; it must be above 0 and at most 1, the physical peak.";
        }
        foreach ((string name, double value) in new[]
        {
            (nameof(MatrixKernelSeconds), MatrixKernelSeconds),
            (nameof(AttentionKernelSeconds), AttentionKernelSeconds),
            (nameof(ElementwiseKernelSeconds), ElementwiseKernelSeconds),
        })
        {
            if (!(value >= 0 && value <= 10))
                yield return $"{name} is {value} s; it must be from 0 to 10 s.";
        }
        if (!(ExpertImbalance >= 1 && ExpertImbalance <= 1e6))
            yield return $"ExpertImbalance is {ExpertImbalance}; it must be from 1, balanced, to 10⁶.";
        if (!Enum.IsDefined(Sampling))
            yield return $"Sampling is {Sampling}; it must be one of {string.Join(", ", Enum.GetNames<TokenSampling>())}.";
        foreach (string fault in Host.Validate().Concat(Graphs.Validate()))
            yield return fault;
    }
}
