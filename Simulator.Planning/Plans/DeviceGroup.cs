using Simulator.Models.Devices;

namespace Simulator.Planning.Plans;

/// <summary>Devices of one kind, all of which a plan uses.</summary>
/// <param name="Device">The kind.</param>
/// <param name="Topology">How they hang together.</param>
public sealed record DeviceGroup(Device Device, DeviceTopology Topology)
{
    /// <summary>Devices.</summary>
    public int Devices => Topology.Devices;

    /// <summary>Devices in nodes of the kind's usual size; one smaller node when there are fewer.</summary>
    /// <param name="device">The kind.</param>
    /// <param name="devices">Devices, at least 1; more than a node takes whole nodes.</param>
    /// <exception cref="ArgumentException">They do not fill their nodes.</exception>
    public static DeviceGroup Of(Device device, int devices)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfLessThan(devices, 1);
        int perNode = Math.Min(devices, device.DevicesPerNode);
        if (devices % perNode != 0)
            throw new ArgumentException($"{devices} x {device.Id} do not fill nodes of {perNode}; give a multiple of {perNode}", nameof(devices));
        return new(device, DeviceTopology.Nodes(devices / perNode, perNode));
    }
}
