namespace Simulator.Planning.Apex;

/// <summary>Nodes of equal devices, and which numbers of equal parts they can be cut into.</summary>
public sealed class ApexCluster
{
    /// <summary>Children of each level, from the nodes down to the devices of the lowest switch.</summary>
    private readonly int[] _levels;

    /// <summary>A cluster.</summary>
    /// <param name="device">The device.</param>
    /// <param name="nodes">Nodes, at least 1; exactly 1 in the flat topology.</param>
    /// <param name="devicesPerNode">Devices of a node, at least 1; 1, 2, 4 or 8 in the topology of pairs.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is out of its range.</exception>
    public ApexCluster(ApexDevice device, int nodes, int devicesPerNode)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nodes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(devicesPerNode, 1);
        if (device.Topology == ApexTopology.Flat) ArgumentOutOfRangeException.ThrowIfNotEqual(nodes, 1);
        if (device.Topology == ApexTopology.Pairs && devicesPerNode is not (1 or 2 or 4 or 8))
            throw new ArgumentOutOfRangeException(nameof(devicesPerNode), devicesPerNode, "A node of pairs has 1, 2, 4 or 8 devices.");
        (Device, Nodes, DevicesPerNode) = (device, nodes, devicesPerNode);
        int[] node = device.Topology == ApexTopology.Pairs && devicesPerNode > 2
            ? [.. Enumerable.Repeat(2, int.Log2(devicesPerNode))] : [devicesPerNode];
        _levels = nodes == 1 ? node : [nodes, .. node];
    }

    /// <summary>The device.</summary>
    public ApexDevice Device { get; }

    /// <summary>Nodes.</summary>
    public int Nodes { get; }

    /// <summary>Devices of a node.</summary>
    public int DevicesPerNode { get; }

    /// <summary>All devices.</summary>
    public int Devices => Nodes * DevicesPerNode;

    /// <summary>Whether the cluster can be cut into equal parts without cutting a switch unevenly (<c>Cluster.is_partitionable</c>).</summary>
    /// <param name="parts">Number of parts, at least 1.</param>
    public bool IsPartitionable(int parts)
    {
        foreach (int children in _levels.AsSpan(0, _levels.Length - 1))
        {
            if (parts == 1) return true;
            if (parts <= children) return children % parts == 0;
            if (parts % children != 0) return false;
            parts /= children;
        }
        return _levels[^1] % parts == 0;
    }
}
