using Simulator.Models.Networks;

namespace Simulator.Models.Costs.Profiles;

/// <summary>Collectives and transfers among the devices of a replica.</summary>
/// <remarks>Bytes per row are those of the whole vector of a row: what every device holds (all-reduce), ends with (all-gather), starts with (all-to-all) or sends.</remarks>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "Measured parameters are instance data.")]
public sealed record CollectiveProfile
{
    private const double ManyRows = 1 << 20;

    /// <summary>All-reduce of a vector that every device holds.</summary>
    /// <param name="bytesPerRow">Bytes of the vector per row.</param>
    /// <param name="devices">Devices that take part, at least 2.</param>
    /// <param name="fabric">Their links.</param>
    public CollectiveTime AllReduce(double bytesPerRow, int devices, Fabric fabric) =>
        Affine(rows => Collective.AllReduceSeconds(rows * bytesPerRow, devices, fabric));

    /// <summary>All-gather to a vector that every device ends with.</summary>
    /// <param name="bytesPerRow">Bytes of the gathered vector per row.</param>
    /// <param name="devices">Devices that take part, at least 2.</param>
    /// <param name="fabric">Their links.</param>
    public CollectiveTime AllGather(double bytesPerRow, int devices, Fabric fabric) =>
        Affine(rows => Collective.AllGatherSeconds(rows * bytesPerRow, devices, fabric));

    /// <summary>All-to-all, in which every device sends an equal share to each.</summary>
    /// <param name="bytesPerRow">Bytes that a device starts with, per row.</param>
    /// <param name="devices">Devices that take part, at least 2.</param>
    /// <param name="fabric">Their links.</param>
    public CollectiveTime AllToAll(double bytesPerRow, int devices, Fabric fabric) =>
        Affine(rows => Collective.AllToAllSeconds(rows * bytesPerRow, devices, fabric));

    /// <summary>A message to another device.</summary>
    /// <param name="bytesPerRow">Bytes of the message per row.</param>
    /// <param name="link">The link between the two.</param>
    public CollectiveTime Send(double bytesPerRow, Link link) => Affine(rows => Collective.SendSeconds(rows * bytesPerRow, link));

    // Every collective of the α-β model is affine in its payload, so that two points give it whole.
    private static CollectiveTime Affine(Func<double, double> seconds) => new()
    {
        FixedSeconds = seconds(0),
        SecondsPerRow = (seconds(ManyRows) - seconds(0)) / ManyRows,
        EffectiveRows = RowCurve.Proportional,
    };
}
