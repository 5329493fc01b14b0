using Simulator.Models.Devices;

namespace Simulator.Models.Costs.Profiles;

/// <summary>Routed experts: the kernels of an engine by number format, or constant efficiencies where there are none.</summary>
public sealed record ExpertProfile
{
    /// <summary>Share of peak arithmetic without <see cref="Kernels"/>, in (0, 1].</summary>
    public double ComputeEfficiency { get; init; } = 1;

    /// <summary>Share of peak bandwidth without <see cref="Kernels"/>, in (0, 1].</summary>
    public double MemoryEfficiency { get; init; } = 1;

    /// <summary>Fixed time without <see cref="Kernels"/>, seconds.</summary>
    public double KernelSeconds { get; init; }

    /// <summary>Popularity of a layer's experts: that of the r-th in proportion to <c>r^−skew</c>. From 0, all alike, to 2.</summary>
    /// <remarks>
    /// 0.5 makes the most popular of 128 experts six times as popular as the mean one and the least popular half as popular. An assumption, between
    /// the two cases that are measured: tokens dealt out evenly, and AIConfigurator's power laws (exponents 1.01 and 1.2), which leave
    /// a tenth to a third of the experts without a token where uniform choice leaves none. It bears on the time alone, which is that of the
    /// busiest device; operations and bytes are counted for uniform choice.
    /// </remarks>
    public double RoutingSkew { get; init; } = 0.5;

    /// <summary>The measured kernels, at most one for a format and a way to place experts; null for constant efficiencies.</summary>
    public IReadOnlyList<ExpertKernel>? Kernels { get; init; }

    /// <summary>Time of the experts of one layer, by tokens of the whole batch.</summary>
    /// <param name="shape">The experts.</param>
    /// <param name="device">The device.</param>
    public ExpertTime Time(in ExpertShape shape, Device device)
    {
        double flop = 1 / device.PeakFlopsPerSecond(shape.Activations);
        if (Kernels is not { Count: > 0 } kernels)
        {
            return new()
            {
                FixedSeconds = KernelSeconds,
                SecondsPerByte = 1 / (device.MemoryBytesPerSecond * MemoryEfficiency),
                SecondsPerFlop = flop / ComputeEfficiency,
                EffectiveTokens = RowCurve.Proportional,
            };
        }
        ExpertKernel kernel = Choose(kernels, shape.Weights, shape.Activations, shape.Expert > 1);
        var slice = new ExpertSlice(
            shape.Hidden, (double)shape.Model.ExpertIntermediate / shape.Tensor, shape.ExpertBytes, (double)shape.Model.Experts / shape.Expert,
            1 / device.MemoryBytesPerSecond, flop);
        var routing = new ExpertRouting(shape.Model.Experts, shape.Model.ActiveExperts, RoutingSkew);
        double devices = shape.Expert, perToken = shape.FlopsPerToken * flop;
        return new()
        {
            FixedSeconds = kernel.Fixed(slice),
            SecondsPerByte = slice.SecondsPerByte,
            SecondsPerFlop = flop,
            EffectiveTokens = RowCurve.Effective(tokens => kernel.Seconds(slice, routing.Busiest(tokens, devices)) / perToken),
        };
    }

    /// <summary>What another device is taken to reach.</summary>
    internal ExpertProfile On(ReachRatio reach) => this with { Kernels = Kernels is null ? null : [.. Kernels.Select(kernel => kernel.On(reach))] };

    /// <summary>Every fault, in words.</summary>
    internal IEnumerable<string> Validate()
    {
        if (!(ComputeEfficiency is > 0 and <= 1 && MemoryEfficiency is > 0 and <= 1 && KernelSeconds is >= 0 and <= 1))
            yield return "experts: computeEfficiency and memoryEfficiency must be above 0 and at most 1, and kernelSeconds from 0 to 1.";
        if (!(RoutingSkew is >= 0 and <= 2))
            yield return $"experts: routingSkew is {RoutingSkew}; it must be from 0 to 2.";
        foreach (string fault in Kernels?.SelectMany(kernel => kernel.Validate()) ?? [])
            yield return fault;
    }

    /// <summary>
    /// The kernel of a format: of its own; else of one that weights of its size take (4-bit weights run in 16 bits where the device has nothing
    /// narrower); else of the widest.
    /// </summary>
    private static ExpertKernel Choose(IReadOnlyList<ExpertKernel> kernels, NumberFormat weights, NumberFormat activations, bool spread)
    {
        foreach (string format in Preferences(weights, activations))
        {
            ExpertKernel? other = null;
            foreach (ExpertKernel kernel in kernels)
            {
                if (kernel.Format != format)
                    continue;
                if (kernel.Spread is null || kernel.Spread == spread)
                    return kernel;
                other = kernel;
            }
            if (other != null)
                return other;
        }
        return kernels[0];
    }

    // Models in 8-bit floats with experts (DeepSeek, Qwen, GLM, MiniMax) have a scale per block of 128 × 128 weights.
    private static string[] Preferences(NumberFormat weights, NumberFormat activations) => (weights, activations) switch
    {
        (NumberFormat.Bf16 or NumberFormat.Fp32, _) => [Bf16],
        (NumberFormat.Fp8 or NumberFormat.Int8, _) => [Fp8Block, Fp8, Bf16],
        (NumberFormat.Fp4, NumberFormat.Fp4) => [Nvfp4, Mxfp4Mxfp8, Mxfp4, Int4, Bf16],
        (NumberFormat.Fp4, NumberFormat.Fp8) => [Mxfp4Mxfp8, Nvfp4, Mxfp4, Int4, Bf16],
        // Where a device has tensor cores for it, engines take MXFP4 experts with activations in MXFP8.
        (NumberFormat.Fp4, _) => [Mxfp4Mxfp8, Mxfp4, Int4, Bf16],
        _ => [Int4, Mxfp4, Bf16],
    };

    internal const string Bf16 = "bfloat16";
    internal const string Fp8 = "fp8";
    internal const string Fp8Block = "fp8_block";
    internal const string Int4 = "int4_wo";
    internal const string Nvfp4 = "nvfp4";
    internal const string Mxfp4 = "w4a16_mxfp4";
    internal const string Mxfp4Mxfp8 = "w4a8_mxfp4_mxfp8";
}
