using Simulator.Models.Architectures;
using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;

namespace Simulator.Models.Calibration;

/// <summary>Fits the attention of a device and an engine to measured kernels.</summary>
/// <remarks>
/// Every width of head, window, format of the cache and way to share key heads has its own few parameters (<see cref="PrefillKernel"/>,
/// <see cref="DecodeKernel"/>, <see cref="LinearKernel"/>). Left out are rows that are faster than the physical peak; decodes whose
/// keys and values fit the cache of the chip, where repeated measurement finds them and an engine does not; rows of another
/// kernel than the one that ran for most shapes; and kernels that do not follow the form at all. Out of sample, whole shapes (query heads, key heads, width) are left out.
/// </remarks>
public static class AttentionFit
{
    private const long UsualCache = 50_000_000;
    private const double WorstMedian = 20;
    private const double FewTiles = 64;

    // Some tables measure a prefill on the latent itself, which does 3.4 times the operations and which engines use for cached prefixes alone.
    // The kernel of plain attention at the width of an expanded key stands for the prefill then.
    // So does it where the table was measured with the host's launches, which takes longer than any kernel does.
    private const double LeastExpandedEfficiency = 0.3;
    private const double MostKernelSeconds = 1e-4;

    // A decode kernel that one engine runs far below the bandwidth (on a copy of an 8-bit cache, say) says nothing of another engine.
    private const double LeastBorrowedEfficiency = 0.3;

    // Where an engine has no table of latent or linear attention, that of another engine stands for it: they run kernels of the same libraries.
    private static readonly EngineKernels[] Others = [EngineKernels.Sglang, EngineKernels.TensorRtLlm, EngineKernels.Vllm];

    /// <summary>Fits.</summary>
    /// <param name="folder">The tables.</param>
    /// <param name="engine">The engine.</param>
    /// <param name="device">The device.</param>
    /// <returns>The section, its residuals and the files; null when there is no table of prefills. Without one of decodes they keep constant efficiencies.</returns>
    /// <exception cref="OpTableException">A table cannot be read.</exception>
    public static Fitted<AttentionProfile>? Fit(OpTableFolder folder, EngineKernels engine, Device device)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(device);
        if (folder.Find("context_attention", engine.Id()) is not { } prefill)
            return null;
        OpTableFile? decode = folder.Find("generation_attention", engine.Id());
        var fit = new Fitting(device);
        List<PrefillKernel> prefills = fit.Prefill("context_attention", fit.Use(prefill, AttentionTables.Prefill));
        List<DecodeKernel> decodes = decode is null ? [] : fit.Decode("generation_attention", fit.Use(decode, AttentionTables.Decode));
        if (prefills.Count == 0 || (decode is not null && decodes.Count == 0))
            return null;
        List<PrefillKernel> latentPrefills = [];
        List<DecodeKernel> latentDecodes = [];
        LinearKernel? linear = null;
        if (FindAnywhere(folder, "context_mla", engine) is { } latentPrefill)
            latentPrefills = fit.Prefill("context_mla", fit.Use(latentPrefill, AttentionTables.LatentRows));
        if (FindAnywhere(folder, "generation_mla", engine) is { } latentDecode)
        {
            latentDecodes = fit.Decode("generation_mla", fit.Use(latentDecode, AttentionTables.LatentRows));
            if (latentDecode != folder.Find("generation_mla", engine.Id()))
                latentDecodes.RemoveAll(kernel => kernel.MemoryEfficiency < LeastBorrowedEfficiency);
        }
        if (FindAnywhere(folder, "gdn", engine) is { } gated)
            linear = fit.Linear(fit.Use(gated, AttentionTables.Linear));
        AttentionProfile profile = new()
        {
            ComputeEfficiency = Middle(prefills.Select(kernel => kernel.ComputeEfficiency)),
            MemoryEfficiency = decode is null ? RooflineOptions.Default.AttentionMemoryEfficiency : Middle(decodes.Select(kernel => kernel.MemoryEfficiency)),
            KernelSeconds = decode is null
                ? RooflineOptions.Default.AttentionKernelSeconds : Middle(decodes.Select(kernel => kernel.FixedSeconds + kernel.HiddenSeconds)),
            PrefillKernels = prefills,
            DecodeKernels = decodes,
            LatentPrefillKernels = [.. latentPrefills.Where(kernel =>
                kernel.ComputeEfficiency >= LeastExpandedEfficiency && kernel.FixedSeconds + kernel.HiddenSeconds <= MostKernelSeconds)],
            LatentDecodeKernels = latentDecodes,
            LinearKernel = linear,
        };
        return new(profile, fit.Residuals, fit.Files);
    }

    private static double Middle(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return CalibrationMath.Rounded(sorted[sorted.Length / 2]);
    }

    private static OpTableFile? FindAnywhere(OpTableFolder folder, string op, EngineKernels engine) =>
        folder.Find(op, engine.Id()) ?? Others.Select(other => folder.Find(op, other.Id())).FirstOrDefault(path => path is not null);

    private sealed class Fitting(Device device)
    {
        public List<Residual> Residuals { get; } = [];

        public List<OpTableFile> Files { get; } = [];

        private double Cache => device.CacheBytes > 0 ? device.CacheBytes : UsualCache;

        public T Use<T>(OpTableFile path, Func<OpTableFile, T> read)
        {
            Files.Add(path);
            return read(path);
        }

        public List<PrefillKernel> Prefill(string op, List<AttentionSample> samples) =>
            Each(op, samples, PrefillSharing, KeepPrefill, KernelWork.Prefill, key => new KernelFit<PrefillKernel, PrefillTime>(
                [
                    new(6e-6, 1e-8, 1e-4), new(6e-6, 1e-8, 1e-4), new(0.67, 0.01, 1), new(2, 0.01, 100), new(2, 0.01, 100),
                    new(8e-9, 1e-12, 1e-6), new(8e-3, 1e-4, 1),
                ],
                p => new()
                {
                    HeadDim = key.HeadDim, Window = key.Window, Cache = key.Cache, Sharing = key.Sharing,
                    FixedSeconds = p[0], HiddenSeconds = p[1], ComputeEfficiency = p[2], QueryPasses = p[3], KeyPasses = p[4],
                    RowHeadSeconds = p[5], TileShare = p[6],
                },
                (kernel, shape) => kernel.Compile(shape, device),
                PrefillSeconds));

        public List<DecodeKernel> Decode(string op, List<AttentionSample> samples)
        {
            Dictionary<(AttentionShape, int), double> shortest = [];
            foreach (AttentionSample sample in samples)
                shortest[(sample.Shape, sample.Rows)] = Math.Min(sample.Seconds, shortest.GetValueOrDefault((sample.Shape, sample.Rows), double.PositiveInfinity));
            bool Keep(AttentionSample sample) => KeepDecode(sample) && !IsUnsplit(sample, shortest[(sample.Shape, sample.Rows)]);
            return Each(op, samples, DecodeSharing, Keep, KernelWork.Decode, key => new KernelFit<DecodeKernel, DecodeTime>(
                [
                    new(8e-6, 1e-8, 5e-5), new(4e-6, 1e-8, 5e-5), new(1.5e-8, 1e-12, 1e-6), new(1e-9, 1e-13, 1e-6), new(0.9, 0.03, 1),
                    new(6e-6, 1e-8, 6e-5), new(0.5 * Cache, 0.02 * Cache, 1.2 * Cache), new(3e-6, 1e-8, 5e-5), new(5e-9, 1e-12, 1e-7),
                    .. key.Latent ? (BoundedParameter[])[new(0.6, 0.03, 1)] : [],
                ],
                p => new()
                {
                    HeadDim = key.HeadDim, Window = key.Window, Cache = key.Cache, Sharing = key.Sharing,
                    FixedSeconds = p[0], HiddenSeconds = p[1], TileSeconds = p[2], HeadSeconds = p[3], MemoryEfficiency = p[4],
                    RampSeconds = p[5], RampBytes = p[6], WalkSeconds = p[7], WalkSecondsPerKey = p[8], ComputeEfficiency = p.Length > 9 ? p[9] : 1,
                },
                (kernel, shape) => kernel.Compile(shape, device),
                DecodeSeconds));
        }

        public LinearKernel? Linear((List<AttentionSample> Prefill, List<AttentionSample> Decode) samples)
        {
            LinearKernel none = new()
            {
                PrefillFixedSeconds = 0, PrefillHiddenSeconds = 0, TokenHeadSeconds = 0, RowHeadSeconds = 0, ChainSecondsPerToken = 0,
                DecodeFixedSeconds = 0, DecodeHiddenSeconds = 0, MemoryEfficiency = 1,
            };
            LinearKernel? prefill = Each("gdn context", samples.Prefill, _ => HeadSharing.None, KeepPrefill, KernelWork.Prefill, _ => new KernelFit<LinearKernel, PrefillTime>(
                    [new(6e-6, 1e-8, 1e-4), new(6e-6, 1e-8, 1e-4), new(4e-10, 1e-13, 1e-7), new(1e-8, 1e-12, 1e-5), new(4e-8, 1e-12, 1e-5)],
                    p => none with
                    {
                        PrefillFixedSeconds = p[0], PrefillHiddenSeconds = p[1], TokenHeadSeconds = p[2], RowHeadSeconds = p[3], ChainSecondsPerToken = p[4],
                    },
                    (kernel, shape) => kernel.Prefill(shape, device),
                    PrefillSeconds)).FirstOrDefault();
            LinearKernel? decode = Each("gdn generation", samples.Decode, _ => HeadSharing.None, KeepDecode, KernelWork.Decode, _ => new KernelFit<LinearKernel, DecodeTime>(
                [new(4e-6, 1e-8, 5e-5), new(2e-6, 1e-8, 5e-5), new(0.85, 0.05, 1)],
                p => none with { DecodeFixedSeconds = p[0], DecodeHiddenSeconds = p[1], MemoryEfficiency = p[2] },
                (kernel, _) => kernel.Decode(device),
                DecodeSeconds)).FirstOrDefault();
            return prefill is null || decode is null ? null : prefill with
            {
                DecodeFixedSeconds = decode.DecodeFixedSeconds, DecodeHiddenSeconds = decode.DecodeHiddenSeconds, MemoryEfficiency = decode.MemoryEfficiency,
            };
        }

        private static double PrefillSeconds(in PrefillTime time, in KernelWork work) => time.FixedSeconds + Math.Max(
            work.Bytes * time.SecondsPerByte, time.WorkSeconds(work.Flops, work.Tokens, work.Rows, work.Pairs, work.Longest));

        private static double DecodeSeconds(in DecodeTime time, in KernelWork work) => time.FixedSeconds
            + DecodeTime.Norm(time.LatencySeconds(work.Rows), time.ReadingSeconds(work.Flops, work.Bytes, work.Keys));

        private bool KeepPrefill(AttentionSample sample) => !sample.IsFasterThanPeak(sample.PrefillWork(), device);

        private bool KeepDecode(AttentionSample sample)
        {
            var work = sample.DecodeWork();
            return !sample.IsFasterThanPeak(work, device) && !sample.IsCached(work, device);
        }

        // Whether too few tiles to fill a device walk long contexts alone, in a kernel that does not split them: the time is then that of the longest
        // context, which sums over rows do not tell.
        private bool IsUnsplit(AttentionSample sample, double shortest) => sample.Rows * sample.Shape.KeyHeads <= FewTiles
            && sample.Seconds > 2 * shortest && sample.Seconds - shortest > 3 * sample.DecodeWork().Bytes / device.MemoryBytesPerSecond;

        private static HeadSharing PrefillSharing(AttentionSample sample) =>
            sample.Shape.Attention is LatentAttention || sample.Shape.Heads <= sample.Shape.KeyHeads ? HeadSharing.None : HeadSharing.Grouped;

        private static HeadSharing DecodeSharing(AttentionSample sample) => sample.Shape.Attention is LatentAttention
            ? HeadSharing.Single
            : AttentionKernel.SharingOf(sample.Shape.Heads, sample.Shape.KeyHeads);

        // Fits each kernel of a table, and adds the residuals by format of the cache.
        private List<TKernel> Each<TKernel, TTime>(
            string op, List<AttentionSample> samples, Func<AttentionSample, HeadSharing> sharing, Func<AttentionSample, bool> keep,
            Func<AttentionSample, int, KernelWork> work, Func<Key, KernelFit<TKernel, TTime>> form)
            where TTime : struct
        {
            List<TKernel> kernels = [];
            foreach (IGrouping<NumberFormat, AttentionSample> cache in samples.GroupBy(sample => sample.Shape.Cache).OrderBy(group => group.Key))
            {
                List<double> errors = [], outside = [];
                foreach (IGrouping<Key, AttentionSample> rows in cache.GroupBy(sample => Key.Of(sample, sharing(sample))).OrderBy(group => group.Key))
                {
                    string usual = rows.GroupBy(sample => sample.Kernel).OrderByDescending(kernel => kernel.Count()).ThenBy(kernel => kernel.Key, StringComparer.Ordinal).First().Key;
                    List<AttentionSample> kept = [.. rows.Where(sample => sample.Kernel == usual && keep(sample))];
                    KernelFit<TKernel, TTime> fit = form(rows.Key);
                    if (kept.Count < fit.FewestRows)
                        continue;
                    KernelFitted<TKernel> fitted = fit.Fit(kept, work);
                    if (CalibrationMath.Figures(fitted.Errors).Median > WorstMedian)
                        continue;
                    kernels.Add(fitted.Kernel);
                    errors.AddRange(fitted.Errors);
                    outside.AddRange(fitted.OutsideErrors);
                }
                if (errors.Count == 0)
                    continue;
                (double median, double p90) = CalibrationMath.Figures(errors);
                (double outsideMedian, double outsideP90) = CalibrationMath.Figures(outside);
                Residuals.Add(new($"{op} {cache.Key}", errors.Count, cache.Count() - errors.Count, median, p90, outsideMedian, outsideP90));
            }
            return kernels;
        }
    }

    /// <summary>What a kernel is for; kernels are listed in this order.</summary>
    private readonly record struct Key(bool Latent, int HeadDim, int Window, NumberFormat Cache, HeadSharing Sharing) : IComparable<Key>
    {
        public static Key Of(AttentionSample sample, HeadSharing sharing) => sample.Shape.Attention switch
        {
            GroupedQueryAttention grouped => new(false, grouped.HeadDim, sample.Window, sample.Shape.Cache, sharing),
            LatentAttention latent => new(
                true, sharing == HeadSharing.None ? AttentionProfile.KeyWidth(latent) : AttentionProfile.LatentWidth(latent), 0, sample.Shape.Cache, sharing),
            LinearAttention linear => new(false, linear.ValueHeadDim, 0, sample.Shape.Cache, sharing),
            _ => throw new ArgumentException("Attention of an unknown kind.", nameof(sample)),
        };

        public int CompareTo(Key other) =>
            (HeadDim, Window, Cache, Sharing).CompareTo((other.HeadDim, other.Window, other.Cache, other.Sharing));
    }
}
