using Simulator.Core.Randomness;

namespace Simulator.Models.Costs.Profiles;

/// <summary>
/// The kernels that run routed experts in one number format, from the sort by expert to the weighted sum:
/// <c>fixed + sort + (weights^q + FLOPs^q + depth^q)^(1/q) + activations</c>.
/// </summary>
/// <remarks>
/// <para>
/// Weights are those of the experts that the tokens touch, at a share of the bandwidth that falls for narrow slices. FLOPs are those of the
/// tokens, rounded up for every expert to a tile of rows, at a share of the peak that falls for narrow slices. Depth is the serial loop of
/// one thread block over the inner dimensions of both products, which nothing shortens. The three overlap: the larger q, the
/// better. Activations are hidden and inner vectors, in 16 bits, that go through memory between the kernels.
/// </para>
/// <para>Shares are at most 1, so that no time is below FLOPs ÷ peak or bytes ÷ bandwidth. Time never falls with more experts or more tokens.</para>
/// </remarks>
public sealed record ExpertKernel
{
    /// <summary>Name of the kernel in the engine, as the table gives it.</summary>
    public required string Name { get; init; }

    /// <summary>Number format: <c>bfloat16</c>, <c>fp8</c> (a scale per tensor), <c>fp8_block</c>, <c>int4_wo</c>, <c>nvfp4</c>, <c>w4a16_mxfp4</c> or <c>w4a8_mxfp4_mxfp8</c>.</summary>
    public required string Format { get; init; }

    /// <summary>Whether the engine takes it with whole experts spread over devices (true) or with every expert split over all (false); null for both.</summary>
    public bool? Spread { get; init; }

    /// <summary>Fixed time, seconds.</summary>
    public double FixedSeconds { get; init; }

    /// <summary>Further fixed time for every expert of the device, with tokens or without: setting up its product, seconds.</summary>
    public double SecondsPerExpert { get; init; }

    /// <summary>Further time of the sort by expert, seconds: in proportion to the pairs of a token and an expert, up to 256 of them.</summary>
    public double SortSeconds { get; init; }

    /// <summary>Seconds that a thread block takes per element of the inner dimensions.</summary>
    public double SecondsPerDepth { get; init; }

    /// <summary>Share of peak bandwidth for wide slices, in (0, 1].</summary>
    public double MemoryEfficiency { get; init; } = 1;

    /// <summary>Inner width of a slice at which half of that share is left, elements.</summary>
    public double NarrowMemoryWidth { get; init; }

    /// <summary>Share of peak arithmetic for wide slices and full tiles, in (0, 1].</summary>
    public double ComputeEfficiency { get; init; } = 1;

    /// <summary>Inner width of a slice at which half of that share is left, elements.</summary>
    public double NarrowComputeWidth { get; init; }

    /// <summary>Rows of a tile: an expert with few tokens works as hard as with so many more.</summary>
    public double TileRows { get; init; } = 1;

    /// <summary>Share of the FLOPs that waits for the expert with the most tokens, as if all had as many (at most eight times the mean), in [0, 1].</summary>
    public double HottestShare { get; init; }

    /// <summary>Times that a hidden vector of a pair goes through memory.</summary>
    public double HiddenPasses { get; init; }

    /// <summary>Times that an inner vector of a pair goes through memory.</summary>
    public double InnerPasses { get; init; }

    /// <summary>Share of the activation traffic of pairs whose experts are on other devices that takes place all the same, in [0, 1].</summary>
    public double RemoteShare { get; init; }

    /// <summary>How well weights, FLOPs and depth overlap, q, at least 1: 1 when their times add up, large when the longest counts alone.</summary>
    public double Overlap { get; init; } = 1;

    /// <summary>What another device is taken to reach.</summary>
    internal ExpertKernel On(ReachRatio reach) => this with
    {
        MemoryEfficiency = reach.OfMemory(MemoryEfficiency), ComputeEfficiency = reach.OfArithmetic(ComputeEfficiency),
    };

    /// <summary>Every fault, in words.</summary>
    internal IEnumerable<string> Validate()
    {
        foreach ((string name, double value, double least, double most) in new (string, double, double, double)[]
        {
            ("fixedSeconds", FixedSeconds, 0, 1), ("secondsPerExpert", SecondsPerExpert, 0, 1), ("sortSeconds", SortSeconds, 0, 1),
            ("secondsPerDepth", SecondsPerDepth, 0, 1), ("memoryEfficiency", MemoryEfficiency, 0.001, 1), ("narrowMemoryWidth", NarrowMemoryWidth, 0, 1e6),
            ("computeEfficiency", ComputeEfficiency, 0.001, 1), ("narrowComputeWidth", NarrowComputeWidth, 0, 1e6), ("tileRows", TileRows, 1, 1e4),
            ("hottestShare", HottestShare, 0, 1), ("hiddenPasses", HiddenPasses, 0, 1e3), ("innerPasses", InnerPasses, 0, 1e3),
            ("remoteShare", RemoteShare, 0, 1), ("overlap", Overlap, 1, 100),
        })
        {
            if (!(value >= least && value <= most))
                yield return $"experts: {name} of {Format} is {value}; it must be from {least} to {most}.";
        }
    }

    /// <summary>Time whatever the tokens, seconds.</summary>
    /// <param name="slice">One expert on one device.</param>
    internal double Fixed(in ExpertSlice slice) => FixedSeconds + SecondsPerExpert * slice.Experts;

    /// <summary>Time beside <see cref="Fixed"/>, seconds.</summary>
    /// <param name="slice">One expert on one device.</param>
    /// <param name="load">What there is to do.</param>
    internal double Seconds(in ExpertSlice slice, in ExpertLoad load)
    {
        const double sorted = 256, wide = 2, mostUneven = 8;
        double weights = load.Experts * slice.Bytes * slice.SecondsPerByte / MemoryEfficiency * (1 + NarrowMemoryWidth / slice.Inner);
        double tiles = load.Experts * TileRows;
        double uneven = Math.Max(0, Math.Min(load.Hottest * load.Experts, mostUneven * load.Pairs) - load.Pairs);
        double padded = load.Pairs + HottestShare * uneven - tiles * DeterministicMath.Expm1(-load.Pairs / tiles);
        double flops = slice.FlopsPerPair * padded * slice.SecondsPerFlop / ComputeEfficiency * (1 + NarrowComputeWidth / slice.Inner);
        double depth = SecondsPerDepth * (slice.Hidden + slice.Inner);
        double vectors = load.Pairs + RemoteShare * (load.RoutedPairs - load.Pairs);
        double activations = vectors * (HiddenPasses * slice.Hidden + InnerPasses * slice.Inner) * wide * slice.SecondsPerByte;
        double longest = Math.Max(weights, Math.Max(flops, depth));
        double together = longest * DeterministicMath.Pow(Power(weights / longest) + Power(flops / longest) + Power(depth / longest), 1 / Overlap);
        return SortSeconds * Math.Min(load.RoutedPairs, sorted) / sorted + together + activations;
    }

    private double Power(double share) => share == 1 ? 1 : DeterministicMath.Pow(share, Overlap);
}

/// <summary>One expert as one device has it.</summary>
/// <param name="Hidden">Width of the hidden state.</param>
/// <param name="Inner">Width of the device's slice of the expert.</param>
/// <param name="Bytes">Bytes of the slice's three matrices.</param>
/// <param name="Experts">Experts of the device.</param>
/// <param name="SecondsPerByte">Seconds per byte at the peak.</param>
/// <param name="SecondsPerFlop">Seconds per operation at the peak.</param>
internal readonly record struct ExpertSlice(double Hidden, double Inner, double Bytes, double Experts, double SecondsPerByte, double SecondsPerFlop)
{
    /// <summary>Operations of a pair of a token and an expert.</summary>
    public double FlopsPerPair => 6 * Hidden * Inner;

    /// <summary>What the weights and the operations need at the physical peak, seconds.</summary>
    public double FloorSeconds(in ExpertLoad load) =>
        Math.Max(load.Experts * Bytes * SecondsPerByte, load.Pairs * FlopsPerPair * SecondsPerFlop);
}

/// <summary>What the busiest device has to do in one layer.</summary>
/// <param name="Experts">Experts of the device that have a token.</param>
/// <param name="Pairs">Pairs of a token and an expert of the device.</param>
/// <param name="Hottest">Pairs of the expert of the device that has the most.</param>
/// <param name="RoutedPairs">Pairs of a token and an expert on any device: tokens of the batch times the experts of a token.</param>
internal readonly record struct ExpertLoad(double Experts, double Pairs, double Hottest, double RoutedPairs);
