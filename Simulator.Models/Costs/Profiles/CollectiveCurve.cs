namespace Simulator.Models.Costs.Profiles;

/// <summary>Measured time of one collective among the devices of a node, by the size of the whole vector.</summary>
/// <remarks>Linear between the sizes; as long as the smallest below it; at the last slope beyond the largest. Times never fall with size.</remarks>
public sealed record CollectiveCurve
{
    /// <summary>Devices that take part.</summary>
    public required int Devices { get; init; }

    /// <summary>Sizes of the vector, bytes, rising; at least two.</summary>
    public required double[] Bytes { get; init; }

    /// <summary>Time at each size, seconds, not falling.</summary>
    public required double[] Seconds { get; init; }

    /// <summary>Every fault, in words.</summary>
    internal IEnumerable<string> Validate()
    {
        if (Devices < 2)
            yield return $"collectives: devices is {Devices}; it must be at least 2.";
        if (Bytes.Length < 2 || Seconds.Length != Bytes.Length)
            yield return $"collectives: {Bytes.Length} sizes have {Seconds.Length} times; give two or more sizes, and a time for each.";
        else if (!(Bytes[0] > 0) || !double.IsFinite(Bytes[^1]) || !Bytes.Zip(Bytes.Skip(1)).All(pair => pair.First < pair.Second))
            yield return "collectives: bytes must be finite, above 0 and ascending.";
        else if (!(Seconds[0] >= 0) || !double.IsFinite(Seconds[^1]) || !Seconds.Zip(Seconds.Skip(1)).All(pair => pair.First <= pair.Second))
            yield return "collectives: seconds must be finite, at least 0, and may not fall.";
    }

    /// <summary>Time for a size, seconds.</summary>
    /// <param name="bytes">The size, at least 0.</param>
    public double At(double bytes)
    {
        if (bytes <= Bytes[0])
            return Seconds[0];
        int next = 1;
        while (next < Bytes.Length - 1 && bytes > Bytes[next])
            next++;
        return Seconds[next - 1] + (Seconds[next] - Seconds[next - 1]) * (bytes - Bytes[next - 1]) / (Bytes[next] - Bytes[next - 1]);
    }
}
