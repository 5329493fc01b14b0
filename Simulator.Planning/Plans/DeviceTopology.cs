namespace Simulator.Planning.Plans;

/// <summary>How devices hang together, level by level: which numbers of equal parts they can be cut into without cutting a switch unevenly.</summary>
/// <remarks>APEX's three kinds of cluster (<c>apex_plus/cluster</c>).</remarks>
public sealed class DeviceTopology
{
    private readonly int[] _children;

    private DeviceTopology(params int[] children) => _children = children;

    /// <summary>All devices.</summary>
    public int Devices => _children.Aggregate(1, (product, children) => product * children);

    /// <summary>Devices that all reach each other alike: one node.</summary>
    /// <param name="devices">Devices, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public static DeviceTopology Flat(int devices)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(devices, 1);
        return new(devices);
    }

    /// <summary>Nodes whose devices all reach each other (NVLink).</summary>
    /// <param name="nodes">Nodes, at least 1.</param>
    /// <param name="devicesPerNode">Devices of each, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public static DeviceTopology Nodes(int nodes, int devicesPerNode)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nodes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(devicesPerNode, 1);
        return nodes == 1 ? new(devicesPerNode) : new(nodes, devicesPerNode);
    }

    /// <summary>Nodes, then switches, then pairs of devices (PCIe).</summary>
    /// <param name="nodes">Nodes, at least 1.</param>
    /// <param name="devicesPerNode">Devices of each: 1, 2, 4 or 8.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static DeviceTopology Pairs(int nodes, int devicesPerNode)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nodes, 1);
        if (devicesPerNode is not (1 or 2 or 4 or 8))
            throw new ArgumentOutOfRangeException(nameof(devicesPerNode), devicesPerNode, "A node of pairs has 1, 2, 4 or 8 devices.");
        int[] node = devicesPerNode > 2 ? [.. Enumerable.Repeat(2, int.Log2(devicesPerNode))] : [devicesPerNode];
        return nodes == 1 ? new(node) : new([nodes, .. node]);
    }

    /// <summary>The numbers of equal parts that a number of devices has, from 1 up.</summary>
    internal static IEnumerable<int> Divisors(int devices) => Enumerable.Range(1, devices).Where(parts => devices % parts == 0);

    /// <summary>Whether the devices can be cut into equal parts (<c>Cluster.is_partitionable</c>).</summary>
    /// <param name="parts">Number of parts, at least 1.</param>
    public bool IsPartitionable(int parts)
    {
        foreach (int children in _children.AsSpan(0, _children.Length - 1))
        {
            if (parts == 1) return true;
            if (parts <= children) return children % parts == 0;
            if (parts % children != 0) return false;
            parts /= children;
        }
        return _children[^1] % parts == 0;
    }
}
