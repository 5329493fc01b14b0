using Simulator.Models.Devices;
using Simulator.Models.Networks;

namespace Simulator.Models.Costs.Profiles;

/// <summary>Collectives and transfers among the devices of a replica: measured inside a node, by formula beyond.</summary>
/// <remarks>
/// <para>Bytes per row are those of the whole vector of a row: what every device holds (all-reduce), ends with (all-gather), starts with (all-to-all) or sends.</para>
/// <para>
/// Times are those of the device, as CUDA graphs launch it. The all-reduce is the engine's own: its kernel for small vectors, NCCL beyond
/// the size at which it changes over. Numbers of devices between two measured ones lie on the line between them. What more devices than were
/// measured take, or devices of several nodes, is what the formula of <see cref="Collective"/> gives more for them than for the largest group that was
/// measured and fits a node.
/// </para>
/// </remarks>
public sealed record CollectiveProfile
{
    private const double ManyRows = 1 << 20;
    private const double LeastSecondsPerRow = 1e-15;

    /// <summary>All-reduce, by number of devices, rising; null for the formula.</summary>
    public IReadOnlyList<CollectiveCurve>? AllReduces { get; init; }

    /// <summary>All-gather, by number of devices, rising; null for the formula.</summary>
    public IReadOnlyList<CollectiveCurve>? AllGathers { get; init; }

    /// <summary>All-to-all, by number of devices, rising; null for the formula.</summary>
    public IReadOnlyList<CollectiveCurve>? AllToAlls { get; init; }

    /// <summary>All-reduce of a vector that every device holds.</summary>
    /// <param name="bytesPerRow">Bytes of the vector per row.</param>
    /// <param name="devices">Devices that take part, at least 2.</param>
    /// <param name="fabric">Their links.</param>
    public CollectiveTime AllReduce(double bytesPerRow, int devices, Fabric fabric) =>
        Among(AllReduces, bytesPerRow, devices, fabric, (bytes, count) => Collective.AllReduceSeconds(bytes, count, fabric));

    /// <summary>All-gather to a vector that every device ends with.</summary>
    /// <param name="bytesPerRow">Bytes of the gathered vector per row.</param>
    /// <param name="devices">Devices that take part, at least 2.</param>
    /// <param name="fabric">Their links.</param>
    public CollectiveTime AllGather(double bytesPerRow, int devices, Fabric fabric) =>
        Among(AllGathers, bytesPerRow, devices, fabric, (bytes, count) => Collective.AllGatherSeconds(bytes, count, fabric));

    /// <summary>All-to-all, in which every device sends an equal share to each.</summary>
    /// <param name="bytesPerRow">Bytes that a device starts with, per row.</param>
    /// <param name="devices">Devices that take part, at least 2.</param>
    /// <param name="fabric">Their links.</param>
    public CollectiveTime AllToAll(double bytesPerRow, int devices, Fabric fabric) =>
        Among(AllToAlls, bytesPerRow, devices, fabric, (bytes, count) => Collective.AllToAllSeconds(bytes, count, fabric));

    /// <summary>A message to another device.</summary>
    /// <param name="bytesPerRow">Bytes of the message per row.</param>
    /// <param name="link">The link between the two.</param>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "One of the collectives of a profile.")]
    public CollectiveTime Send(double bytesPerRow, Link link) => Affine(rows => Collective.SendSeconds(rows * bytesPerRow, link));

    /// <summary>The same with measured times that are so many times as long. What a formula gives follows the links that it is given.</summary>
    /// <param name="factor">The factor, above 0.</param>
    public CollectiveProfile Times(double factor)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(factor);
        return new() { AllReduces = Times(AllReduces, factor), AllGathers = Times(AllGathers, factor), AllToAlls = Times(AllToAlls, factor) };
    }

    /// <summary>What another device is taken to reach: the same latencies, and what grows with size in proportion to the bandwidth of its links.</summary>
    /// <param name="measured">The device that this was measured on.</param>
    /// <param name="device">The other device. Links of another kind (over the host, or of their own) take the formula.</param>
    internal CollectiveProfile On(Device measured, Device device)
    {
        if (Fabric.Of(measured).SharedNodeLink != Fabric.Of(device).SharedNodeLink)
            return new();
        double ratio = measured.PeerBytesPerSecond / device.PeerBytesPerSecond;
        return ratio == 1 ? this : new()
        {
            AllReduces = Scaled(AllReduces, ratio),
            AllGathers = Scaled(AllGathers, ratio),
            AllToAlls = Scaled(AllToAlls, ratio),
        };
    }

    /// <summary>Every fault, in words.</summary>
    internal IEnumerable<string> Validate()
    {
        foreach (IReadOnlyList<CollectiveCurve> curves in new[] { AllReduces, AllGathers, AllToAlls }.OfType<IReadOnlyList<CollectiveCurve>>())
        {
            foreach (string fault in curves.SelectMany(curve => curve.Validate()))
                yield return fault;
            if (!curves.Zip(curves.Skip(1)).All(pair => pair.First.Devices < pair.Second.Devices))
                yield return "collectives: the curves of an operation must be in the order of their devices, one for each number.";
        }
    }

    private static List<CollectiveCurve>? Times(IReadOnlyList<CollectiveCurve>? curves, double factor) =>
        curves is null ? null : [.. curves.Select(curve => curve with { Seconds = [.. curve.Seconds.Select(seconds => seconds * factor)] })];

    private static List<CollectiveCurve>? Scaled(IReadOnlyList<CollectiveCurve>? curves, double ratio) => curves is null ? null :
    [
        .. curves.Select(curve => curve with { Seconds = [.. curve.Seconds.Select(seconds => curve.Seconds[0] + (seconds - curve.Seconds[0]) * ratio)] }),
    ];

    private static CollectiveTime Among(
        IReadOnlyList<CollectiveCurve>? curves, double bytesPerRow, int devices, Fabric fabric, Func<double, int, double> formula)
    {
        int nodes = (devices + fabric.DevicesPerNode - 1) / fabric.DevicesPerNode;
        if (curves is not { Count: > 0 } || devices / nodes < curves[0].Devices)
            return Affine(rows => formula(rows * bytesPerRow, devices));
        int measured = Math.Min(devices / nodes, curves[^1].Devices);
        CollectiveCurve below = curves.Last(curve => curve.Devices <= measured), above = curves.First(curve => curve.Devices >= measured);
        double share = below == above ? 0 : (double)(measured - below.Devices) / (above.Devices - below.Devices);
        double fixedSeconds = Seconds(0);
        // Any unit above 0 would do: what counts is its product with the effective rows.
        double perRow = Math.Max(LeastSecondsPerRow, (Seconds(ManyRows * bytesPerRow) - fixedSeconds) / ManyRows);
        return new()
        {
            FixedSeconds = fixedSeconds,
            SecondsPerRow = perRow,
            EffectiveRows = RowCurve.Increasing(rows => (Seconds(rows * bytesPerRow) - fixedSeconds) / perRow),
        };

        double Seconds(double bytes)
        {
            double seconds = below.At(bytes) * (1 - share) + above.At(bytes) * share;
            return measured == devices ? seconds : seconds + Math.Max(0, formula(bytes, devices) - formula(bytes, measured));
        }
    }

    // Every collective of the α-β model is affine in its payload, so that two points give it whole.
    private static CollectiveTime Affine(Func<double, double> seconds) => new()
    {
        FixedSeconds = seconds(0),
        SecondsPerRow = (seconds(ManyRows) - seconds(0)) / ManyRows,
        EffectiveRows = RowCurve.Proportional,
    };
}
