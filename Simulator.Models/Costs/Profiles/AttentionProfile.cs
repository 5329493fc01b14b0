using Simulator.Models.Architectures;
using Simulator.Models.Devices;

namespace Simulator.Models.Costs.Profiles;

/// <summary>Attention of prefill and decode rows: measured kernels, or constant efficiencies where there are none.</summary>
public sealed record AttentionProfile
{
    /// <summary>Share of peak arithmetic in 16 bits where no kernel is measured, in (0, 1].</summary>
    public double ComputeEfficiency { get; init; } = 1;

    /// <summary>Share of peak bandwidth where no kernel is measured, in (0, 1].</summary>
    public double MemoryEfficiency { get; init; } = 1;

    /// <summary>Fixed time where no kernel is measured, seconds.</summary>
    public double KernelSeconds { get; init; }

    /// <summary>Prefill kernels of grouped-query attention.</summary>
    public IReadOnlyList<PrefillKernel> PrefillKernels { get; init; } = [];

    /// <summary>Decode kernels of grouped-query attention.</summary>
    public IReadOnlyList<DecodeKernel> DecodeKernels { get; init; } = [];

    /// <summary>
    /// Prefill kernels of latent attention, on keys and values that are expanded to heads. Where there are none, those of grouped-query attention at the
    /// width of an expanded key stand for them.
    /// </summary>
    public IReadOnlyList<PrefillKernel> LatentPrefillKernels { get; init; } = [];

    /// <summary>Decode kernels of latent attention, on the latent itself.</summary>
    public IReadOnlyList<DecodeKernel> LatentDecodeKernels { get; init; } = [];

    /// <summary>Kernels of linear attention; null where none are measured.</summary>
    public LinearKernel? LinearKernel { get; init; }

    /// <summary>Time of prefill rows.</summary>
    /// <param name="shape">The attention of one layer.</param>
    /// <param name="device">The device.</param>
    public PrefillTime Prefill(in AttentionShape shape, Device device)
    {
        PrefillKernel? kernel = shape.Attention switch
        {
            GroupedQueryAttention grouped => AttentionKernel.Nearest(
                PrefillKernels, grouped.HeadDim, grouped.Window ?? 0, shape.Cache, AttentionKernel.SharingOf(shape.Heads, shape.KeyHeads)),
            LatentAttention latent => AttentionKernel.Nearest(LatentPrefillKernels, KeyWidth(latent), 0, shape.Cache, HeadSharing.None)
                ?? AttentionKernel.Nearest(PrefillKernels, KeyWidth(latent), 0, NumberFormat.Bf16, HeadSharing.None),
            _ => null,
        };
        if (kernel is not null)
            return kernel.Compile(shape, device);
        if (shape.Attention is LinearAttention && LinearKernel is not null)
            return LinearKernel.Prefill(shape, device);
        return new() { FixedSeconds = KernelSeconds, SecondsPerByte = SecondsPerByte(device), SecondsPerFlop = SecondsPerFlop(device) };
    }

    /// <summary>Time of decode rows.</summary>
    /// <param name="shape">The attention of one layer.</param>
    /// <param name="device">The device.</param>
    public DecodeTime Decode(in AttentionShape shape, Device device)
    {
        DecodeKernel? kernel = shape.Attention switch
        {
            GroupedQueryAttention grouped => AttentionKernel.Nearest(
                DecodeKernels, grouped.HeadDim, grouped.Window ?? 0, shape.Cache, AttentionKernel.SharingOf(shape.Heads, shape.KeyHeads)),
            LatentAttention latent => AttentionKernel.Nearest(LatentDecodeKernels, LatentWidth(latent), 0, shape.Cache, HeadSharing.Single),
            _ => null,
        };
        if (kernel is not null)
            return kernel.Compile(shape, device);
        if (shape.Attention is LinearAttention && LinearKernel is not null)
            return LinearKernel.Decode(device);
        return new() { FixedSeconds = KernelSeconds, SecondsPerByte = SecondsPerByte(device), SecondsPerFlop = SecondsPerFlop(device) };
    }

    /// <summary>What another device is taken to reach.</summary>
    internal AttentionProfile On(ReachRatio reach) => this with
    {
        PrefillKernels = [.. PrefillKernels.Select(kernel => kernel.On(reach))],
        DecodeKernels = [.. DecodeKernels.Select(kernel => kernel.On(reach))],
        LatentPrefillKernels = [.. LatentPrefillKernels.Select(kernel => kernel.On(reach))],
        LatentDecodeKernels = [.. LatentDecodeKernels.Select(kernel => kernel.On(reach))],
        LinearKernel = LinearKernel?.On(reach),
    };

    /// <summary>Every fault, in words; none when the profile is sound.</summary>
    public IEnumerable<string> Validate()
    {
        if (!IsShare(ComputeEfficiency) || !IsShare(MemoryEfficiency) || !IsTime(KernelSeconds))
            yield return "Attention: efficiencies must be above 0 and at most 1, and times finite and at least 0.";
        foreach (AttentionKernel kernel in (AttentionKernel[])[.. PrefillKernels, .. DecodeKernels, .. LatentPrefillKernels, .. LatentDecodeKernels])
        {
            if (!kernel.IsSound)
            {
                yield return $"Attention: the {(kernel is PrefillKernel ? "prefill" : "decode")} kernel for heads of {kernel.HeadDim}, window {kernel.Window}, {kernel.Cache} and "
                    + $"sharing {kernel.Sharing} has an efficiency that is not above 0 and at most 1, or another number below 0.";
            }
        }
        if (LinearKernel is { IsSound: false })
            yield return "Attention: the kernel of linear attention has an efficiency that is not above 0 and at most 1, or a time below 0.";
    }

    /// <summary>Whether a number is a share of a peak: above 0 and at most 1.</summary>
    internal static bool IsShare(double value) => value is > 0 and <= 1;

    /// <summary>Whether numbers are finite and at least 0.</summary>
    internal static bool IsTime(params ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if (!(value >= 0 && double.IsFinite(value)))
                return false;
        }
        return true;
    }

    /// <summary>Width of a key of latent attention once it is expanded.</summary>
    internal static int KeyWidth(LatentAttention latent) => latent.NopeHeadDim + latent.RopeHeadDim;

    /// <summary>Width of the vector that latent attention caches.</summary>
    internal static int LatentWidth(LatentAttention latent) => latent.KvRank + latent.RopeHeadDim;

    private double SecondsPerByte(Device device) => 1 / (device.MemoryBytesPerSecond * MemoryEfficiency);

    private double SecondsPerFlop(Device device) => 1 / (device.PeakFlopsPerSecond(NumberFormat.Bf16) * ComputeEfficiency);
}
