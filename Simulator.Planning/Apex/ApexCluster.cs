using Simulator.Planning.Plans;

namespace Simulator.Planning.Apex;

/// <summary>Nodes of equal devices.</summary>
public sealed class ApexCluster
{
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
        (Device, Nodes, DevicesPerNode) = (device, nodes, devicesPerNode);
        Topology = device.Topology == ApexTopology.Pairs ? DeviceTopology.Pairs(nodes, devicesPerNode) : DeviceTopology.Nodes(nodes, devicesPerNode);
    }

    /// <summary>The device.</summary>
    public ApexDevice Device { get; }

    /// <summary>Nodes.</summary>
    public int Nodes { get; }

    /// <summary>Devices of a node.</summary>
    public int DevicesPerNode { get; }

    /// <summary>All devices.</summary>
    public int Devices => Nodes * DevicesPerNode;

    /// <summary>Which numbers of equal parts the devices can be cut into.</summary>
    public DeviceTopology Topology { get; }
}
