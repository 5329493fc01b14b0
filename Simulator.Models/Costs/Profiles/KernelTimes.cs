namespace Simulator.Models.Costs.Profiles;

/// <summary>Time of one matrix product: <c>fixed + max(bytes · s/byte, FLOPs per row · s/FLOP · effective rows)</c>. Blittable.</summary>
public struct MatrixTime
{
    /// <summary>Fixed time, seconds.</summary>
    public double FixedSeconds;

    /// <summary>Seconds per byte, at best those of the physical peak.</summary>
    public double SecondsPerByte;

    /// <summary>Seconds per operation, at best those of the physical peak.</summary>
    public double SecondsPerFlop;

    /// <summary>Effective rows of the rows that are multiplied.</summary>
    public RowCurve EffectiveRows;
}

/// <summary>
/// Time of the routed experts of one layer, from the sort by expert to the weighted sum:
/// <c>fixed + max(bytes · s/byte, FLOPs per token · s/FLOP · effective tokens)</c>. Blittable.
/// </summary>
/// <remarks>Tokens are those of the whole batch; of the busiest device, as many times more as it has more than the mean one. Bytes are of the experts that the tokens touch.</remarks>
public struct ExpertTime
{
    /// <summary>Fixed time, seconds.</summary>
    public double FixedSeconds;

    /// <summary>Seconds per byte, at best those of the physical peak.</summary>
    public double SecondsPerByte;

    /// <summary>Seconds per operation, at best those of the physical peak.</summary>
    public double SecondsPerFlop;

    /// <summary>Effective tokens, by tokens.</summary>
    public RowCurve EffectiveTokens;
}

/// <summary>Time of a collective or a transfer: <c>fixed + s/row · effective rows</c>; all zero where there is none. Blittable.</summary>
public struct CollectiveTime
{
    /// <summary>Time without payload, seconds.</summary>
    public double FixedSeconds;

    /// <summary>Further seconds per effective row.</summary>
    public double SecondsPerRow;

    /// <summary>Effective rows of the rows that are carried, those of one data-parallel rank.</summary>
    public RowCurve EffectiveRows;
}
