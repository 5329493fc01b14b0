using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Devices;

namespace Simulator.Planning.Search;

/// <summary>How wrong a cost model may be: factors on what each class of work takes, the same for every plan.</summary>
/// <param name="Arithmetic">Factor on the time of arithmetic, above 0.</param>
/// <param name="Memory">Factor on the time of memory traffic, above 0.</param>
/// <param name="Links">Factor on the time of collectives and copies, above 0.</param>
/// <param name="Host">Factor on the time of the host, above 0.</param>
public readonly record struct CostErrors(double Arithmetic, double Memory, double Links, double Host)
{
    /// <summary>All combinations of too much and too little of each of the four classes.</summary>
    /// <param name="share">The error of each, in (0, 1): 0.2 for ±20 %.</param>
    public static IReadOnlyList<CostErrors> Corners(double share)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(share, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(share, 1);
        double[] factors = [1 - share, 1 + share];
        return [.. from arithmetic in factors from memory in factors from links in factors from host in factors select new CostErrors(arithmetic, memory, links, host)];
    }

    /// <summary>The pool with these errors in its roofline. One with a cost model of its own stays as it is.</summary>
    public PoolSpec Apply(PoolSpec pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        RooflineOptions roofline = pool.Roofline;
        Device device = pool.Device;
        return pool with
        {
            // Shares of peaks stay what they are, so that what takes long by its rate takes as many times longer.
            Device = device with
            {
                Bf16FlopsPerSecond = device.Bf16FlopsPerSecond / Arithmetic,
                Fp8FlopsPerSecond = device.Fp8FlopsPerSecond / Arithmetic,
                Int8OpsPerSecond = device.Int8OpsPerSecond / Arithmetic,
                Fp4FlopsPerSecond = device.Fp4FlopsPerSecond / Arithmetic,
                MemoryBytesPerSecond = device.MemoryBytesPerSecond / Memory,
                PeerBytesPerSecond = device.PeerBytesPerSecond / Links,
                NetworkBytesPerSecond = device.NetworkBytesPerSecond / Links,
                HostBytesPerSecond = device.HostBytesPerSecond / Links,
            },
            Roofline = roofline with
            {
                Profile = roofline.Profile is { } profile ? profile with { Collectives = profile.Collectives.Times(Links) } : null,
                Host = roofline.Host.Times(Host),
                Graphs = roofline.Graphs with { LaunchSeconds = roofline.Graphs.LaunchSeconds * Host },
            },
        };
    }
}
