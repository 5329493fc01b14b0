namespace Simulator.Models.Costs.Profiles;

/// <summary>
/// Time of the attention of prefill rows in one layer: <c>fixed + max(bytes · s/byte, √(hidden² + throughput² + path²))</c>. Blittable.
/// </summary>
/// <remarks>
/// The throughput term is that of a full device, <c>FLOPs · s/FLOP + tokens · s/token + rows · s/row</c>: the masked half of diagonal tiles and
/// the prologue of a tile go by tokens. The path term is that of one tile of queries, which walks its keys alone however empty the device
/// is: <c>√pairs · s/√pair</c>, as √(2 · pairs) is the length of a prompt that runs alone; in linear attention it is the chain of
/// chunks of the longest row. The hidden time is a start that work overlaps. All grow with rows, tokens and context.
/// </remarks>
public struct PrefillTime
{
    /// <summary>Fixed time, seconds.</summary>
    public double FixedSeconds;

    /// <summary>Time that work hides once there is as much of it, seconds.</summary>
    public double HiddenSeconds;

    /// <summary>Seconds per byte, at best those of the physical peak.</summary>
    public double SecondsPerByte;

    /// <summary>Seconds per operation, at best those of the 16-bit peak.</summary>
    public double SecondsPerFlop;

    /// <summary>Seconds per query token.</summary>
    public double SecondsPerToken;

    /// <summary>Seconds per row.</summary>
    public double SecondsPerRow;

    /// <summary>Seconds per square root of query-key pairs.</summary>
    public double SecondsPerRootPair;

    /// <summary>Seconds per query token of the longest row.</summary>
    public double SecondsPerLongestToken;

    /// <summary>Seconds beside the fixed ones that arithmetic and latency take.</summary>
    /// <param name="flops">Operations.</param>
    /// <param name="tokens">Query tokens.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="pairs">Query-key pairs.</param>
    /// <param name="longest">Query tokens of the longest row.</param>
    public readonly double WorkSeconds(double flops, double tokens, double rows, double pairs, double longest)
    {
        double throughput = flops * SecondsPerFlop + tokens * SecondsPerToken + rows * SecondsPerRow;
        double path = longest * SecondsPerLongestToken;
        return Math.Sqrt(
            HiddenSeconds * HiddenSeconds + throughput * throughput + pairs * SecondsPerRootPair * SecondsPerRootPair + path * path);
    }
}

/// <summary>
/// Time of the attention of decode rows in one layer: <c>fixed + norm(latency, reading)</c>. Blittable.
/// </summary>
/// <remarks>
/// <para>
/// Latency is <c>√(hidden² + (rows · s/row)²)</c>: what rows take that have nothing to look back on, tile by tile. Reading is
/// <c>max(bytes · s/byte, FLOPs · s/FLOP) + min(ramp, keys · s/ramp key) + min(walk, keys · s/walk key)</c>: the walk is that of one
/// tile over its keys before a kernel splits them among tiles, the ramp the way to full bandwidth and the merge of the splits.
/// </para>
/// <para>
/// The norm, <c>max(a, b, (a + b) ÷ √2)</c>, is the Euclidean one in three straight pieces, so that with rows fixed the time is piecewise linear
/// in what they look back on.
/// </para>
/// </remarks>
public struct DecodeTime
{
    /// <summary>Where the middle piece of the norm begins and ends: at this ratio of the two, or its inverse.</summary>
    internal const double Corner = 0.41421356237309503;

    private const double Middle = 0.70710678118654757;

    /// <summary>Fixed time, seconds.</summary>
    public double FixedSeconds;

    /// <summary>Time that work hides once there is as much of it, seconds.</summary>
    public double HiddenSeconds;

    /// <summary>Seconds per row.</summary>
    public double SecondsPerRow;

    /// <summary>Seconds per byte, at best those of the physical peak.</summary>
    public double SecondsPerByte;

    /// <summary>Seconds per operation, at best those of the 16-bit peak.</summary>
    public double SecondsPerFlop;

    /// <summary>Most seconds of the ramp.</summary>
    public double RampSeconds;

    /// <summary>Seconds of the ramp per key.</summary>
    public double RampSecondsPerKey;

    /// <summary>Most seconds of the walk.</summary>
    public double WalkSeconds;

    /// <summary>Seconds of the walk per key.</summary>
    public double WalkSecondsPerKey;

    /// <summary>Seconds beside the fixed ones that rows take without anything to look back on.</summary>
    /// <param name="rows">Rows.</param>
    public readonly double LatencySeconds(double rows)
    {
        double tiles = rows * SecondsPerRow;
        return Math.Sqrt(HiddenSeconds * HiddenSeconds + tiles * tiles);
    }

    /// <summary>Seconds that looking back takes.</summary>
    /// <param name="flops">Operations.</param>
    /// <param name="bytes">Bytes.</param>
    /// <param name="keys">Tokens that the rows look back on, and their own.</param>
    public readonly double ReadingSeconds(double flops, double bytes, double keys) =>
        Math.Max(flops * SecondsPerFlop, bytes * SecondsPerByte)
            + Math.Min(RampSeconds, keys * RampSecondsPerKey) + Math.Min(WalkSeconds, keys * WalkSecondsPerKey);

    /// <summary>Both together.</summary>
    /// <param name="latency">Seconds of latency.</param>
    /// <param name="reading">Seconds of reading.</param>
    public static double Norm(double latency, double reading) => Math.Max(Math.Max(latency, reading), (latency + reading) * Middle);
}
