using System.Text.Json.Serialization;
using Simulator.Models.Devices;

namespace Simulator.Models.Costs.Profiles;

/// <summary>How the query heads of a device share its key heads: attention kernels differ by it.</summary>
public enum HeadSharing
{
    /// <summary>A key head for each query head.</summary>
    None,

    /// <summary>Several key heads, each for up to <see cref="AttentionKernel.WidestGroup"/> query heads.</summary>
    Grouped,

    /// <summary>One key head for up to <see cref="AttentionKernel.WidestGroup"/> query heads.</summary>
    Single,

    /// <summary>Key heads for more query heads than a tile of tensor-core rows has room for.</summary>
    Wide,
}

/// <summary>What attention a set of measured parameters is for. The nearest set is taken for an attention that was not measured.</summary>
public abstract record AttentionKernel
{
    /// <summary>Query heads for a key head that count as grouped; more are wide.</summary>
    public const int WidestGroup = 16;

    /// <summary>The window that stands for no window when the nearest set is looked for, tokens.</summary>
    private const double NoWindow = 131_072;

    /// <summary>Width of a head.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Tokens that a query can look back on; 0 for all of them.</summary>
    public int Window { get; init; }

    /// <summary>Format of cached keys and values: 16 bits or 8.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<NumberFormat>))]
    public required NumberFormat Cache { get; init; }

    /// <summary>How query heads share key heads.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<HeadSharing>))]
    public required HeadSharing Sharing { get; init; }

    /// <summary>Whether efficiencies are above 0 and at most 1, and all else is finite and not below 0.</summary>
    [JsonIgnore]
    internal abstract bool IsSound { get; }

    /// <summary>How many query heads share a key head.</summary>
    /// <param name="heads">Query heads of a device.</param>
    /// <param name="keyHeads">Key heads of a device.</param>
    public static HeadSharing SharingOf(double heads, double keyHeads) =>
        heads <= keyHeads ? HeadSharing.None
        : heads > WidestGroup * keyHeads ? HeadSharing.Wide
        : keyHeads <= 1 ? HeadSharing.Single
        : HeadSharing.Grouped;

    /// <summary>The format among the measured ones that a cache is nearest to.</summary>
    /// <param name="format">The format.</param>
    public static NumberFormat CacheOf(NumberFormat format) => format.BytesPerElement() > 1.5 ? NumberFormat.Bf16 : NumberFormat.Fp8;

    /// <summary>The set that is nearest to an attention; null when there is none.</summary>
    /// <remarks>The format of the cache comes first, then the width of a head, then the window, then how heads are shared. Of equals, the first.</remarks>
    /// <typeparam name="T">Kind of kernel.</typeparam>
    /// <param name="kernels">The sets.</param>
    /// <param name="headDim">Width of a head.</param>
    /// <param name="window">Tokens that a query can look back on; 0 for all.</param>
    /// <param name="cache">Format of the cache.</param>
    /// <param name="sharing">How heads are shared.</param>
    internal static T? Nearest<T>(IReadOnlyList<T> kernels, int headDim, int window, NumberFormat cache, HeadSharing sharing)
        where T : AttentionKernel
    {
        T? nearest = null;
        double least = double.PositiveInfinity;
        foreach (T kernel in kernels)
        {
            double width = Ratio(kernel.HeadDim, headDim);
            double distance = width * width * width * width * Ratio(WindowOf(kernel.Window), WindowOf(window)) * Strangeness(kernel.Sharing, sharing);
            if (kernel.Cache != CacheOf(cache))
                distance *= 1e9;
            if (distance >= least)
                continue;
            (nearest, least) = (kernel, distance);
        }
        return nearest;
    }

    private static double WindowOf(int window) => window == 0 ? NoWindow : window;

    private static double Ratio(double a, double b) => Math.Max(a, b) / Math.Min(a, b);

    private static double Strangeness(HeadSharing a, HeadSharing b) =>
        a == b ? 1 : a is HeadSharing.None or HeadSharing.Wide || b is HeadSharing.None or HeadSharing.Wide ? 1.4 : 1.2;
}

/// <summary>Measured parameters of a prefill kernel, of which <see cref="PrefillTime"/> is compiled.</summary>
public sealed record PrefillKernel : AttentionKernel
{
    /// <summary>Rows of queries that one tile has.</summary>
    private const double TileRows = 128;

    /// <summary>Fixed time, seconds.</summary>
    public required double FixedSeconds { get; init; }

    /// <summary>Time of a start that work overlaps, seconds.</summary>
    public required double HiddenSeconds { get; init; }

    /// <summary>Share of the 16-bit peak that a full device reaches on long prompts, in (0, 1].</summary>
    public required double ComputeEfficiency { get; init; }

    /// <summary>Times that the bytes of a query and its output cost what they take at peak bandwidth: masked halves, prologues and epilogues of tiles.</summary>
    public required double QueryPasses { get; init; }

    /// <summary>The same of the bytes of a new key and value.</summary>
    public required double KeyPasses { get; init; }

    /// <summary>Seconds of each row and query head.</summary>
    public required double RowHeadSeconds { get; init; }

    /// <summary>Share of the 16-bit peak of a device that one tile of queries reaches, in (0, 1].</summary>
    public required double TileShare { get; init; }

    /// <inheritdoc/>
    internal override bool IsSound => HeadDim > 0 && Window >= 0 && AttentionProfile.IsShare(ComputeEfficiency) && AttentionProfile.IsShare(TileShare)
        && AttentionProfile.IsTime(FixedSeconds, HiddenSeconds, QueryPasses, KeyPasses, RowHeadSeconds);

    /// <summary>What another device is taken to reach. One tile alone does not wear the clock down.</summary>
    internal PrefillKernel On(ReachRatio reach) => this with { ComputeEfficiency = reach.OfArithmetic(ComputeEfficiency) };

    /// <summary>Times of one layer.</summary>
    /// <param name="shape">The attention.</param>
    /// <param name="device">The device.</param>
    internal PrefillTime Compile(in AttentionShape shape, Device device)
    {
        double peak = device.Bf16FlopsPerSecond, bandwidth = device.MemoryBytesPerSecond, heads = shape.Heads;
        double width = shape.PrefillFlopsPerPair / (2 * heads);
        double keys = shape.Attention is Architectures.GroupedQueryAttention ? shape.KeyHeads : heads;
        return new()
        {
            FixedSeconds = FixedSeconds,
            HiddenSeconds = HiddenSeconds,
            SecondsPerByte = 1 / bandwidth,
            SecondsPerFlop = 1 / (peak * ComputeEfficiency),
            SecondsPerToken = 2 * width * (QueryPasses * heads + KeyPasses * keys) / bandwidth,
            SecondsPerRow = RowHeadSeconds * heads,
            SecondsPerRootPair = Math.Sqrt(2) * 2 * width * TileRows / (peak * TileShare),
        };
    }
}

/// <summary>Measured parameters of a decode kernel, of which <see cref="DecodeTime"/> is compiled.</summary>
public sealed record DecodeKernel : AttentionKernel
{
    /// <summary>Fixed time, seconds.</summary>
    public required double FixedSeconds { get; init; }

    /// <summary>Time of a start that work overlaps, seconds.</summary>
    public required double HiddenSeconds { get; init; }

    /// <summary>Seconds of each row and key head, however short the context.</summary>
    public required double TileSeconds { get; init; }

    /// <summary>Seconds of each row and query head, however short the context.</summary>
    public required double HeadSeconds { get; init; }

    /// <summary>Share of peak bandwidth that long contexts reach, in (0, 1].</summary>
    public required double MemoryEfficiency { get; init; }

    /// <summary>Share of the 16-bit peak that long contexts reach, in (0, 1]: it binds where many heads share a key head.</summary>
    public required double ComputeEfficiency { get; init; }

    /// <summary>Seconds that the way to full bandwidth and the merge of splits add, at most.</summary>
    public required double RampSeconds { get; init; }

    /// <summary>Bytes of keys and values at which they do.</summary>
    public required double RampBytes { get; init; }

    /// <summary>Seconds that the walk of one tile over its keys adds, at most.</summary>
    public required double WalkSeconds { get; init; }

    /// <summary>Seconds that it adds for a key.</summary>
    public required double WalkSecondsPerKey { get; init; }

    /// <inheritdoc/>
    internal override bool IsSound => HeadDim > 0 && Window >= 0 && AttentionProfile.IsShare(MemoryEfficiency) && AttentionProfile.IsShare(ComputeEfficiency)
        && RampBytes > 0 && AttentionProfile.IsTime(FixedSeconds, HiddenSeconds, TileSeconds, HeadSeconds, RampSeconds, RampBytes, WalkSeconds, WalkSecondsPerKey);

    /// <summary>What another device is taken to reach.</summary>
    internal DecodeKernel On(ReachRatio reach) => this with
    {
        MemoryEfficiency = reach.OfMemory(MemoryEfficiency), ComputeEfficiency = reach.OfArithmetic(ComputeEfficiency),
    };

    /// <summary>Times of one layer.</summary>
    /// <param name="shape">The attention.</param>
    /// <param name="device">The device.</param>
    internal DecodeTime Compile(in AttentionShape shape, Device device) => new()
    {
        FixedSeconds = FixedSeconds,
        HiddenSeconds = HiddenSeconds,
        SecondsPerRow = TileSeconds * shape.KeyHeads + HeadSeconds * shape.Heads,
        SecondsPerByte = 1 / (device.MemoryBytesPerSecond * MemoryEfficiency),
        SecondsPerFlop = 1 / (device.Bf16FlopsPerSecond * ComputeEfficiency),
        RampSeconds = RampSeconds,
        RampSecondsPerKey = RampSeconds * shape.DecodeBytesPerContextToken / RampBytes,
        WalkSeconds = WalkSeconds,
        WalkSecondsPerKey = WalkSecondsPerKey,
    };
}

/// <summary>Measured parameters of the kernels of linear attention (a gated delta rule): chunks in prefill, one recurrent step in decode.</summary>
public sealed record LinearKernel
{
    /// <summary>Prefill: fixed time, seconds.</summary>
    public required double PrefillFixedSeconds { get; init; }

    /// <summary>Prefill: time of a start that work overlaps, seconds.</summary>
    public required double PrefillHiddenSeconds { get; init; }

    /// <summary>Prefill: seconds of each token and value head on a full device.</summary>
    public required double TokenHeadSeconds { get; init; }

    /// <summary>Prefill: seconds of each row and value head.</summary>
    public required double RowHeadSeconds { get; init; }

    /// <summary>Prefill: seconds of each token of the longest row, whose chunks wait for one another.</summary>
    public required double ChainSecondsPerToken { get; init; }

    /// <summary>Decode: fixed time, seconds.</summary>
    public required double DecodeFixedSeconds { get; init; }

    /// <summary>Decode: time of a start that work overlaps, seconds.</summary>
    public required double DecodeHiddenSeconds { get; init; }

    /// <summary>Decode: share of peak bandwidth that reading and writing the states reaches, in (0, 1].</summary>
    public required double MemoryEfficiency { get; init; }

    /// <summary>Whether the efficiency is above 0 and at most 1, and times are finite and not below 0.</summary>
    internal bool IsSound => AttentionProfile.IsShare(MemoryEfficiency) && AttentionProfile.IsTime(
        PrefillFixedSeconds, PrefillHiddenSeconds, TokenHeadSeconds, RowHeadSeconds, ChainSecondsPerToken, DecodeFixedSeconds, DecodeHiddenSeconds);

    /// <summary>What another device is taken to reach.</summary>
    internal LinearKernel On(ReachRatio reach) => this with { MemoryEfficiency = reach.OfMemory(MemoryEfficiency) };

    /// <summary>Times of the prefill rows of one layer.</summary>
    /// <param name="shape">The attention.</param>
    /// <param name="device">The device.</param>
    internal PrefillTime Prefill(in AttentionShape shape, Device device) => new()
    {
        FixedSeconds = PrefillFixedSeconds,
        HiddenSeconds = PrefillHiddenSeconds,
        SecondsPerByte = 1 / device.MemoryBytesPerSecond,
        SecondsPerFlop = 1 / device.Bf16FlopsPerSecond,
        SecondsPerToken = TokenHeadSeconds * shape.Heads,
        SecondsPerRow = RowHeadSeconds * shape.Heads,
        SecondsPerLongestToken = ChainSecondsPerToken,
    };

    /// <summary>Times of the decode rows of one layer.</summary>
    /// <param name="device">The device.</param>
    internal DecodeTime Decode(Device device) => new()
    {
        FixedSeconds = DecodeFixedSeconds,
        HiddenSeconds = DecodeHiddenSeconds,
        SecondsPerByte = 1 / (device.MemoryBytesPerSecond * MemoryEfficiency),
        SecondsPerFlop = 1 / device.Bf16FlopsPerSecond,
    };
}
