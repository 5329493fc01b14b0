namespace Simulator.Models.Costs;

/// <summary>What the roofline takes from measurement: the share of a physical peak that each class of kernel reaches, and fixed times.</summary>
/// <remarks>
/// Defaults are round medians of measured kernels of vLLM 0.24 on one H100 SXM (989 TFLOP/s bf16, 3,350 GB/s), out of the
/// operator tables of AIConfigurator (ai-dynamo/aiconfigurator, Apache-2.0). They say what each class of kernel reaches
/// when it is large. No efficiency is above 1, so that no time is ever below the physical bound.
/// </remarks>
public sealed record RooflineOptions
{
    /// <summary>The defaults.</summary>
    public static RooflineOptions Default { get; } = new();

    /// <summary>Share of peak arithmetic that large matrix products reach, in (0, 1]. Measured: 771 of 989 TFLOP/s at 8,192 rows.</summary>
    public double MatrixComputeEfficiency { get; init; } = 0.78;

    /// <summary>Share of peak bandwidth at which matrix products stream their weights, in (0, 1]. Measured: 0.80 for 4,096 to 16,384 rows and columns, 0.88 with larger matrices.</summary>
    public double MatrixMemoryEfficiency { get; init; } = 0.85;

    /// <summary>Share of peak arithmetic that attention reaches, in (0, 1]. Measured: 0.53 at 4,096 tokens, 0.61 at 16,384 (causal FlashAttention-3).</summary>
    public double AttentionComputeEfficiency { get; init; } = 0.6;

    /// <summary>Share of peak bandwidth at which attention reads the KV cache, in (0, 1]. Measured: 0.86 to 0.90 with a 16-bit cache, 0.79 with an 8-bit one.</summary>
    public double AttentionMemoryEfficiency { get; init; } = 0.86;

    /// <summary>Share of peak bandwidth that element-wise kernels reach, in (0, 1]. AIConfigurator assumes 0.8 for all of them.</summary>
    public double ElementwiseMemoryEfficiency { get; init; } = 0.8;

    /// <summary>Latency of a collective inside a node, seconds. Measured: 4.3 (two devices) to 5.3 µs (eight) for an all-reduce of 8 KiB in a CUDA graph.</summary>
    public double CollectiveLatency { get; init; } = 4.5e-6;

    /// <summary>Latency of a collective or a transfer between nodes, seconds. AIConfigurator takes 10 µs.</summary>
    public double NetworkLatency { get; init; } = 10e-6;

    /// <summary>Share of the link bandwidth that large collectives reach, in (0, 1]. Measured: 0.68 (four devices) to 0.76 (eight) for an all-reduce of 67 MB.</summary>
    public double LinkEfficiency { get; init; } = 0.7;

    /// <summary>Shortest time of a kernel, start to end, seconds. Measured: 1.7 to 2.5 µs in a CUDA graph.</summary>
    public double KernelSeconds { get; init; } = 2e-6;

    /// <summary>Host time of an iteration that the device waits for, seconds: scheduling, input preparation, output processing.</summary>
    public double HostSecondsPerIteration { get; init; } = 1e-3;

    /// <summary>Further host time for each sequence of the batch, seconds.</summary>
    public double HostSecondsPerSequence { get; init; } = 4e-6;

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
            (nameof(LinkEfficiency), LinkEfficiency),
        })
        {
            if (!(value > 0 && value <= 1))
                yield return $"{name} is {value}; it must be above 0 and at most 1, the physical peak.";
        }
        foreach ((string name, double value) in new[]
        {
            (nameof(CollectiveLatency), CollectiveLatency),
            (nameof(NetworkLatency), NetworkLatency),
            (nameof(KernelSeconds), KernelSeconds),
            (nameof(HostSecondsPerIteration), HostSecondsPerIteration),
            (nameof(HostSecondsPerSequence), HostSecondsPerSequence),
        })
        {
            if (!(value >= 0 && value <= 10))
                yield return $"{name} is {value} s; it must be from 0 to 10 s.";
        }
    }
}
