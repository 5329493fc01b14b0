using Simulator.Models.Devices;

namespace Simulator.Models.Networks;

/// <summary>The links between the devices of one replica: fast ones inside a node, slower ones between nodes.</summary>
/// <remarks>Blittable, so that cost kernels can hold it.</remarks>
/// <param name="Node">Link between devices of one node.</param>
/// <param name="Network">Link between devices of different nodes; every device has its own share of it.</param>
/// <param name="DevicesPerNode">Devices of one node, at least 1.</param>
/// <param name="SharedNodeLink">
/// 1 when the devices of a node reach each other over the host, and so share its bandwidth; 0 when they have links of their own.
/// </param>
public readonly record struct Fabric(Link Node, Link Network, int DevicesPerNode, int SharedNodeLink = 0)
{
    /// <summary>Share of the peak bandwidth that collectives over links of their own (NVLink, xGMI) reach.</summary>
    /// <remarks>
    /// The constants of this type are least absolute log errors over 2 KiB to 128 MiB against the all-reduce tables of AIConfigurator
    /// (CUDA graphs, 2, 4 and 8 devices): A100, H100, H200 and B200 give shares of 0.50 to 0.66, launches of 2.4 to 6.8 µs and
    /// steps of 0.05 to 0.2 µs, depending on device and engine. This one set has a median error of 8 to 10 % on vLLM's tables of A100,
    /// H100 and H200, and of 32 % on B200's.
    /// </remarks>
    public const double PeerEfficiency = 0.6;

    /// <summary>
    /// Share of the peak that collectives over the host (PCIe) reach with two devices; more devices share it (L40S tables).
    /// </summary>
    public const double HostEfficiency = 0.25;

    /// <summary>Share of the peak that collectives between nodes reach (an estimate: what NCCL reports over InfiniBand).</summary>
    public const double NetworkEfficiency = 0.8;

    private const double PeerLaunchSeconds = 4.5e-6;
    private const double PeerStepSeconds = 0.1e-6;
    private const double HostLaunchSeconds = 1e-6;
    private const double HostStepSeconds = 2e-6;

    // AIConfigurator: point-to-point latency 10 µs between nodes, 5 µs more between racks.
    private const double NetworkLaunchSeconds = 10e-6;
    private const double NetworkStepSeconds = 5e-6;

    /// <summary>The fabric of a device, with the default latencies and efficiencies of its class of links.</summary>
    /// <param name="device">The device. Its peers have links of their own when those are faster than the link to the host.</param>
    public static Fabric Of(Device device)
    {
        bool shared = device.PeerBytesPerSecond <= device.HostBytesPerSecond;
        Link node = shared
            ? new(device.PeerBytesPerSecond * HostEfficiency, HostLaunchSeconds, HostStepSeconds)
            : new(device.PeerBytesPerSecond * PeerEfficiency, PeerLaunchSeconds, PeerStepSeconds);
        Link network = new(device.NetworkBytesPerSecond * NetworkEfficiency, NetworkLaunchSeconds, NetworkStepSeconds);
        return new(node, network, device.DevicesPerNode, shared ? 1 : 0);
    }
}
