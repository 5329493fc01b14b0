namespace Simulator.Models.Costs.Profiles;

/// <summary>What one engine reaches on one device: measured efficiencies and fixed times of every class of kernel, from which costs are compiled.</summary>
/// <remarks>
/// Efficiencies are shares of the physical peak, at most 1, so that no cost is below FLOPs ÷ peak or bytes ÷ bandwidth. A profile is a readable
/// JSON file (<see cref="CostProfileFile"/>); those that are shipped are made by <c>simulator calibrate</c> from measured operator tables.
/// </remarks>
public sealed record CostProfile
{
    /// <summary>Id of the device that it holds for, <see cref="Devices.Device.Id"/>.</summary>
    public required string Device { get; init; }

    /// <summary>The engine that it holds for, such as <c>vllm</c>.</summary>
    public required string Engine { get; init; }

    /// <summary>Where the parameters come from: tables with their versions, or the profile and the data sheet that they are derived from.</summary>
    public IReadOnlyList<string> Provenance { get; init; } = [];

    /// <summary>How far the sections are from what was measured.</summary>
    public IReadOnlyList<Residual> Residuals { get; init; } = [];

    /// <summary>Matrix products.</summary>
    public required MatrixProfile Matrix { get; init; }

    /// <summary>Attention.</summary>
    public required AttentionProfile Attention { get; init; }

    /// <summary>Routed experts.</summary>
    public required ExpertProfile Experts { get; init; }

    /// <summary>Collectives and transfers.</summary>
    public required CollectiveProfile Collectives { get; init; }

    /// <summary>Element-wise kernels.</summary>
    public required ElementwiseProfile Elementwise { get; init; }

    /// <summary>Host work; null for the defaults of <see cref="RooflineOptions"/>.</summary>
    public HostProfile? Host { get; init; }

    /// <summary>Every fault, in words; none when the profile is sound.</summary>
    public IEnumerable<string> Validate() =>
        [.. Matrix.Validate(), .. Attention.Validate(), .. Experts.Validate(), .. Collectives.Validate(), .. Elementwise.Validate(), .. Host?.Validate() ?? []];

    /// <summary>A profile of constant efficiencies and fixed times, whatever the shape.</summary>
    /// <param name="options">The efficiencies and times.</param>
    /// <param name="device">Id of the device.</param>
    public static CostProfile Flat(RooflineOptions options, string device)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new()
        {
            Device = device,
            Engine = "any",
            Provenance = ["constant efficiencies"],
            Matrix = new()
            {
                ComputeEfficiency = options.MatrixComputeEfficiency,
                MemoryEfficiency = options.MatrixMemoryEfficiency,
                KernelSeconds = options.MatrixKernelSeconds,
            },
            Attention = new()
            {
                ComputeEfficiency = options.AttentionComputeEfficiency,
                MemoryEfficiency = options.AttentionMemoryEfficiency,
                KernelSeconds = options.AttentionKernelSeconds,
            },
            Experts = new()
            {
                ComputeEfficiency = options.MatrixComputeEfficiency,
                MemoryEfficiency = options.MatrixMemoryEfficiency,
                KernelSeconds = 2 * options.MatrixKernelSeconds + 3 * options.ElementwiseKernelSeconds,
            },
            Collectives = new(),
            Elementwise = new() { MemoryEfficiency = options.ElementwiseMemoryEfficiency, KernelSeconds = options.ElementwiseKernelSeconds },
        };
    }
}

/// <summary>How far one section is from what was measured, over the operators of one table.</summary>
/// <param name="Operator">What was measured, such as <c>gemm bf16</c>.</param>
/// <param name="Rows">Rows of the table that were compared.</param>
/// <param name="LeftOut">Rows that were not, being faster than the physical peak or of another kernel.</param>
/// <param name="Median">Median of |error|, percent.</param>
/// <param name="P90">90th percentile of |error|, percent.</param>
/// <param name="OutOfSampleMedian">The median when every shape is predicted by a fit that has not seen it, percent.</param>
/// <param name="OutOfSampleP90">The 90th percentile then, percent.</param>
public sealed record Residual(string Operator, int Rows, int LeftOut, double Median, double P90, double OutOfSampleMedian, double OutOfSampleP90);
