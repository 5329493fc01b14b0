namespace Simulator.Models.Networks;

/// <summary>Time and traffic of collective operations among the devices of a replica, in the α-β model.</summary>
/// <remarks>
/// Ring algorithms inside a node (Thakur, Rabenseifner, Gropp, IJHPCA 19, 2005); with more devices than a node has, the
/// hierarchical form that NCCL uses: reduce-scatter inside the nodes, the collective between nodes on a share of the data
/// for each device, all-gather inside the nodes. Devices are packed: n devices fill ⌈n / devices per node⌉ nodes evenly.
/// Methods are pure, allocate nothing and never throw, so that cost kernels may call them: with one device or fewer the
/// answer is 0; sizes must be finite and at least 0.
/// </remarks>
public static class Collective
{
    /// <summary>Time of an all-reduce, s: launch + 2(n−1) steps + 2(n−1)/n × bytes at the link's bandwidth.</summary>
    /// <param name="bytes">Size of the vector that each device holds, bytes.</param>
    /// <param name="devices">Devices that take part.</param>
    /// <param name="fabric">Their links.</param>
    public static double AllReduceSeconds(double bytes, int devices, in Fabric fabric) => RingSeconds(bytes, devices, 2, in fabric);

    /// <summary>Time of an all-gather, s: launch + (n−1) steps + (n−1)/n × bytes at the link's bandwidth.</summary>
    /// <param name="bytes">Size of the gathered vector that each device ends with, bytes.</param>
    /// <param name="devices">Devices that take part.</param>
    /// <param name="fabric">Their links.</param>
    public static double AllGatherSeconds(double bytes, int devices, in Fabric fabric) => RingSeconds(bytes, devices, 1, in fabric);

    /// <summary>Time of a reduce-scatter, s: that of an all-gather of the same vector.</summary>
    /// <param name="bytes">Size of the vector that each device starts with, bytes.</param>
    /// <param name="devices">Devices that take part.</param>
    /// <param name="fabric">Their links.</param>
    public static double ReduceScatterSeconds(double bytes, int devices, in Fabric fabric) => RingSeconds(bytes, devices, 1, in fabric);

    /// <summary>Time of an all-to-all in which every device sends an equal share to each, s.</summary>
    /// <remarks>
    /// Direct sends: one launch, n−1 steps. Parts to the own node and to other nodes travel at the same time; the slower counts.
    /// </remarks>
    /// <param name="bytes">What each device starts with, its own share included, bytes.</param>
    /// <param name="devices">Devices that take part.</param>
    /// <param name="fabric">Their links.</param>
    public static double AllToAllSeconds(double bytes, int devices, in Fabric fabric)
    {
        if (devices <= 1)
            return 0;
        double nodes = Nodes(devices, in fabric);
        double local = devices / nodes;
        double near = bytes * (local - 1) / devices / NodeBytesPerSecond(local, in fabric);
        if (nodes <= 1)
            return fabric.Node.LaunchSeconds + (devices - 1.0) * fabric.Node.StepSeconds + near;
        double far = bytes * (devices - local) / devices / fabric.Network.BytesPerSecond;
        double latency = fabric.Network.LaunchSeconds + (nodes - 1) * fabric.Network.StepSeconds + (local - 1) * fabric.Node.StepSeconds;
        return latency + (near > far ? near : far);
    }

    /// <summary>Time to send a message to another device, s: launch + one step + bytes at the link's bandwidth.</summary>
    /// <param name="bytes">Size of the message, bytes.</param>
    /// <param name="link">The link between the two.</param>
    public static double SendSeconds(double bytes, in Link link) =>
        link.LaunchSeconds + link.StepSeconds + bytes / link.BytesPerSecond;

    /// <summary>The link over which devices of two neighbouring groups talk: the node's when both groups fit in one node.</summary>
    /// <param name="devices">Devices of both groups together, for a pipeline all devices of the replica.</param>
    /// <param name="fabric">Their links.</param>
    public static Link LinkAmong(int devices, in Fabric fabric) => devices <= fabric.DevicesPerNode ? fabric.Node : fabric.Network;

    /// <summary>Bytes that all devices together put on links in an all-reduce: 2(n−1) × bytes.</summary>
    /// <param name="bytes">Size of the vector that each device holds, bytes.</param>
    /// <param name="devices">Devices that take part.</param>
    public static double AllReduceLinkBytes(double bytes, int devices) => devices <= 1 ? 0 : 2 * (devices - 1.0) * bytes;

    /// <summary>Bytes that all devices together put on links in an all-gather or a reduce-scatter: (n−1) × bytes.</summary>
    /// <param name="bytes">Size of the whole vector, bytes.</param>
    /// <param name="devices">Devices that take part.</param>
    public static double AllGatherLinkBytes(double bytes, int devices) => devices <= 1 ? 0 : (devices - 1.0) * bytes;

    /// <summary>Bytes that all devices together put on links in an all-to-all: (n−1) × bytes.</summary>
    /// <param name="bytes">What each device starts with, its own share included, bytes.</param>
    /// <param name="devices">Devices that take part.</param>
    public static double AllToAllLinkBytes(double bytes, int devices) => AllGatherLinkBytes(bytes, devices);

    /// <summary>One or two passes around the ring (gather, or reduce and gather), hierarchical when nodes must be crossed.</summary>
    private static double RingSeconds(double bytes, int devices, int passes, in Fabric fabric)
    {
        if (devices <= 1)
            return 0;
        double nodes = Nodes(devices, in fabric);
        double local = devices / nodes;
        double seconds = fabric.Node.LaunchSeconds + passes * (local - 1) *
            (fabric.Node.StepSeconds + bytes / local / NodeBytesPerSecond(local, in fabric));
        if (nodes <= 1)
            return seconds;
        return seconds + fabric.Network.LaunchSeconds + passes * (nodes - 1) *
            (fabric.Network.StepSeconds + bytes / devices / fabric.Network.BytesPerSecond);
    }

    private static int Nodes(int devices, in Fabric fabric) => unchecked((devices + fabric.DevicesPerNode - 1) / fabric.DevicesPerNode);

    /// <summary>Bandwidth of one device inside the node: pairs of devices beyond the first share the host.</summary>
    private static double NodeBytesPerSecond(double local, in Fabric fabric) =>
        fabric.SharedNodeLink == 0 || local <= 2 ? fabric.Node.BytesPerSecond : fabric.Node.BytesPerSecond * 2 / local;
}
