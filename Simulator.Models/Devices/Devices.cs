using System.Diagnostics.CodeAnalysis;
using Simulator.Models.Catalogues;

namespace Simulator.Models.Devices;

/// <summary>Catalogue of accelerators.</summary>
/// <remarks>
/// Rules for the figures, unless the <see cref="Device.Source"/> of a device says otherwise:
/// <list type="bullet">
/// <item>Rates and bandwidth: the data sheet, dense (half of what it gives "with sparsity").</item>
/// <item>Memory: what the CUDA or HIP runtime reports as total, which engines take their share of. It is the data sheet's
/// figure less firmware, page retirement and ECC: an 80 GB H100 reports 79.18 GiB. Read from PyTorch's out-of-memory reports.</item>
/// <item>Cache: the L2 cache of NVIDIA's architecture white papers; of B200 as its runtime reports it. Inherited by devices of the same chip.</item>
/// <item>Links: one direction. Between nodes one network card for each device: 400 Gb/s on Hopper, 200 Gb/s on Ampere and before
/// (AIConfigurator's system descriptions).</item>
/// <item>Power: board power or TDP of the data sheet; idle power as monitoring tools show without a process, an estimate.</item>
/// <item>Price: typical of on-demand clouds in 2025, an estimate;
/// A40, A100 80 GB and H100 SXM as in Vidur's cost tables (1.28, 2.21, 4.25).</item>
/// </list>
/// </remarks>
public static class Devices
{
    private const double G = 1e9;
    private const double T = 1e12;

    /// <summary>NVIDIA V100 SXM2, 32 GB.</summary>
    public static Device V100Sxm { get; } = new()
    {
        Id = "v100-sxm", Name = "NVIDIA V100 SXM2 32 GB",
        Bf16FlopsPerSecond = 125 * T,
        MemoryBytes = GiB(31.73), MemoryBytesPerSecond = 900 * G,
        PeerBytesPerSecond = 150 * G, NetworkBytesPerSecond = 12.5 * G, HostBytesPerSecond = 16 * G, DevicesPerNode = 8,
        IdleWatts = 40, FullWatts = 300, UsdPerHour = 1.25,
        Source = "NVIDIA V100 data sheet (2020); 16-bit rate is that of half precision, the device has no bfloat16; 100 Gb/s network",
    };

    /// <summary>NVIDIA V100 PCIe, 16 GB.</summary>
    public static Device V100Pcie { get; } = V100Sxm with
    {
        Id = "v100-pcie", Name = "NVIDIA V100 PCIe 16 GB",
        Bf16FlopsPerSecond = 112 * T, MemoryBytes = GiB(15.77), PeerBytesPerSecond = 16 * G,
        IdleWatts = 25, FullWatts = 250, UsdPerHour = 0.80,
    };

    /// <summary>NVIDIA A10, 24 GB.</summary>
    public static Device A10 { get; } = new()
    {
        Id = "a10", Name = "NVIDIA A10 24 GB",
        Bf16FlopsPerSecond = 125 * T, Int8OpsPerSecond = 250 * T,
        MemoryBytes = GiB(22.06), MemoryBytesPerSecond = 600 * G, InlineErrorCorrection = true,
        PeerBytesPerSecond = 32 * G, NetworkBytesPerSecond = 25 * G, HostBytesPerSecond = 32 * G, DevicesPerNode = 8,
        IdleWatts = 18, FullWatts = 150, UsdPerHour = 1.00,
        Source = "NVIDIA A10 data sheet (2021)",
    };

    /// <summary>NVIDIA A30, 24 GB.</summary>
    public static Device A30 { get; } = new()
    {
        Id = "a30", Name = "NVIDIA A30 24 GB",
        Bf16FlopsPerSecond = 165 * T, Int8OpsPerSecond = 330 * T,
        MemoryBytes = GiB(23.50), MemoryBytesPerSecond = 933 * G,
        PeerBytesPerSecond = 32 * G, NetworkBytesPerSecond = 25 * G, HostBytesPerSecond = 32 * G, DevicesPerNode = 8,
        IdleWatts = 30, FullWatts = 165, UsdPerHour = 0.60,
        Source = "NVIDIA A30 data sheet (2021); no NVLink bridge",
    };

    /// <summary>NVIDIA A40, 48 GB.</summary>
    public static Device A40 { get; } = new()
    {
        Id = "a40", Name = "NVIDIA A40 48 GB",
        Bf16FlopsPerSecond = 149.7 * T, Int8OpsPerSecond = 299.3 * T,
        MemoryBytes = GiB(44.42), MemoryBytesPerSecond = 696 * G, InlineErrorCorrection = true,
        PeerBytesPerSecond = 32 * G, NetworkBytesPerSecond = 25 * G, HostBytesPerSecond = 32 * G, DevicesPerNode = 8,
        IdleWatts = 30, FullWatts = 300, UsdPerHour = 1.28,
        Source = "NVIDIA A40 data sheet (2021); no NVLink bridge; price: Vidur",
    };

    /// <summary>NVIDIA A100 SXM4, 40 GB.</summary>
    public static Device A100Sxm40 { get; } = new()
    {
        Id = "a100-40", Name = "NVIDIA A100 SXM4 40 GB",
        Bf16FlopsPerSecond = 312 * T, Int8OpsPerSecond = 624 * T,
        CacheBytes = 40 * 1_000_000L, MemoryBytes = GiB(39.49), MemoryBytesPerSecond = 1555 * G,
        PeerBytesPerSecond = 300 * G, NetworkBytesPerSecond = 25 * G, HostBytesPerSecond = 32 * G, DevicesPerNode = 8,
        IdleWatts = 50, FullWatts = 400, UsdPerHour = 1.60,
        Source = "NVIDIA A100 data sheet (2021)",
    };

    /// <summary>NVIDIA A100 SXM4, 80 GB.</summary>
    public static Device A100Sxm80 { get; } = A100Sxm40 with
    {
        Id = "a100-80", Name = "NVIDIA A100 SXM4 80 GB",
        MemoryBytes = GiB(79.25), MemoryBytesPerSecond = 2039 * G,
        IdleWatts = 60, UsdPerHour = 2.21,
        Source = "NVIDIA A100 data sheet (2021); price: Vidur",
    };

    /// <summary>NVIDIA L4, 24 GB.</summary>
    public static Device L4 { get; } = new()
    {
        Id = "l4", Name = "NVIDIA L4 24 GB",
        Bf16FlopsPerSecond = 121 * T, Fp8FlopsPerSecond = 242 * T, Int8OpsPerSecond = 242 * T,
        CacheBytes = 48 * 1_000_000L, MemoryBytes = GiB(22.03), MemoryBytesPerSecond = 300 * G, InlineErrorCorrection = true,
        PeerBytesPerSecond = 32 * G, NetworkBytesPerSecond = 25 * G, HostBytesPerSecond = 32 * G, DevicesPerNode = 8,
        IdleWatts = 16, FullWatts = 72, UsdPerHour = 0.71,
        Source = "NVIDIA L4 data sheet (2023)",
    };

    /// <summary>NVIDIA L40S, 48 GB.</summary>
    public static Device L40S { get; } = new()
    {
        Id = "l40s", Name = "NVIDIA L40S 48 GB",
        Bf16FlopsPerSecond = 362 * T, Fp8FlopsPerSecond = 733 * T, Int8OpsPerSecond = 733 * T,
        CacheBytes = 96 * 1_000_000L, MemoryBytes = GiB(44.40), MemoryBytesPerSecond = 864 * G, InlineErrorCorrection = true,
        PeerBytesPerSecond = 32 * G, NetworkBytesPerSecond = 25 * G, HostBytesPerSecond = 32 * G, DevicesPerNode = 8,
        IdleWatts = 35, FullWatts = 350, UsdPerHour = 1.86,
        Source = "NVIDIA L40S data sheet (2023); 200 Gb/s network, since PCIe 4 carries no more",
    };

    /// <summary>NVIDIA H100 SXM5, 80 GB.</summary>
    public static Device H100Sxm { get; } = new()
    {
        Id = "h100-sxm", Name = "NVIDIA H100 SXM5 80 GB",
        Bf16FlopsPerSecond = 989.4 * T, Fp8FlopsPerSecond = 1978.9 * T, Int8OpsPerSecond = 1978.9 * T,
        CacheBytes = 50 * 1_000_000L, MemoryBytes = GiB(79.18), MemoryBytesPerSecond = 3350 * G,
        PeerBytesPerSecond = 450 * G, NetworkBytesPerSecond = 50 * G, HostBytesPerSecond = 64 * G, DevicesPerNode = 8,
        IdleWatts = 70, FullWatts = 700, UsdPerHour = 4.25,
        Source = "NVIDIA H100 architecture white paper and data sheet (2023); price: Vidur",
    };

    /// <summary>NVIDIA H100 PCIe, 80 GB.</summary>
    public static Device H100Pcie { get; } = new()
    {
        Id = "h100-pcie", Name = "NVIDIA H100 PCIe 80 GB",
        Bf16FlopsPerSecond = 756 * T, Fp8FlopsPerSecond = 1513 * T, Int8OpsPerSecond = 1513 * T,
        MemoryBytes = GiB(79.18), MemoryBytesPerSecond = 2000 * G,
        PeerBytesPerSecond = 64 * G, NetworkBytesPerSecond = 50 * G, HostBytesPerSecond = 64 * G, DevicesPerNode = 8,
        IdleWatts = 50, FullWatts = 350, UsdPerHour = 3.00,
        Source = "NVIDIA H100 data sheet (2022); no NVLink bridge; memory as the SXM board",
    };

    /// <summary>NVIDIA H200 SXM, 141 GB.</summary>
    public static Device H200 { get; } = H100Sxm with
    {
        Id = "h200", Name = "NVIDIA H200 SXM 141 GB",
        MemoryBytes = GiB(139.80), MemoryBytesPerSecond = 4800 * G,
        IdleWatts = 75, UsdPerHour = 4.75,
        Source = "NVIDIA H200 data sheet (2024); rates as H100",
    };

    /// <summary>NVIDIA B200 SXM, 180 GB.</summary>
    public static Device B200 { get; } = new()
    {
        Id = "b200", Name = "NVIDIA B200 SXM 180 GB",
        Bf16FlopsPerSecond = 2250 * T, Fp8FlopsPerSecond = 4500 * T, Int8OpsPerSecond = 4500 * T, Fp4FlopsPerSecond = 9000 * T,
        CacheBytes = 126 * 1_000_000L, MemoryBytes = GiB(178.35), MemoryBytesPerSecond = 7700 * G,
        PeerBytesPerSecond = 900 * G, NetworkBytesPerSecond = 100 * G, HostBytesPerSecond = 64 * G, DevicesPerNode = 8,
        IdleWatts = 140, FullWatts = 1000, UsdPerHour = 6.00,
        Source = "NVIDIA HGX B200 data sheet (2024); bandwidth and network: AIConfigurator (a bus of 7,680 bits); PCIe 5 hosts",
    };

    /// <summary>NVIDIA GB200 NVL72: one of the 72 devices of a rack.</summary>
    public static Device GB200 { get; } = new()
    {
        Id = "gb200", Name = "NVIDIA GB200 NVL72 186 GB",
        Bf16FlopsPerSecond = 2500 * T, Fp8FlopsPerSecond = 5000 * T, Int8OpsPerSecond = 5000 * T, Fp4FlopsPerSecond = 10000 * T,
        MemoryBytes = GiB(184.31), MemoryBytesPerSecond = 8000 * G,
        PeerBytesPerSecond = 900 * G, NetworkBytesPerSecond = 100 * G, HostBytesPerSecond = 225 * G, DevicesPerNode = 72,
        IdleWatts = 180, FullWatts = 1200, UsdPerHour = 8.00,
        Source = "NVIDIA GB200 NVL72 data sheet (2024); a node is the NVLink domain of 72; host link: half of NVLink-C2C's 450 GB/s",
    };

    /// <summary>NVIDIA B300 SXM, 288 GB.</summary>
    public static Device B300 { get; } = new()
    {
        Id = "b300", Name = "NVIDIA B300 SXM 288 GB",
        Bf16FlopsPerSecond = 2250 * T, Fp8FlopsPerSecond = 4500 * T, Int8OpsPerSecond = 153.5 * T, Fp4FlopsPerSecond = 14000 * T,
        MemoryBytes = GiB(267.69), MemoryBytesPerSecond = 7750 * G,
        PeerBytesPerSecond = 900 * G, NetworkBytesPerSecond = 100 * G, HostBytesPerSecond = 64 * G, DevicesPerNode = 8,
        IdleWatts = 180, FullWatts = 1100, UsdPerHour = 7.50,
        Source = "NVIDIA HGX B300 data sheet (2025); rates, bandwidth and network: AIConfigurator; PCIe 5 hosts",
    };

    /// <summary>NVIDIA GB300 NVL72: one of the 72 devices of a rack.</summary>
    public static Device GB300 { get; } = new()
    {
        Id = "gb300", Name = "NVIDIA GB300 NVL72 288 GB",
        Bf16FlopsPerSecond = 2500 * T, Fp8FlopsPerSecond = 5000 * T, Int8OpsPerSecond = 165 * T, Fp4FlopsPerSecond = 15000 * T,
        MemoryBytes = GiB(276.5), MemoryBytesPerSecond = 8000 * G,
        PeerBytesPerSecond = 900 * G, NetworkBytesPerSecond = 100 * G, HostBytesPerSecond = 225 * G, DevicesPerNode = 72,
        IdleWatts = 200, FullWatts = 1400, UsdPerHour = 9.00,
        Source = "AIConfigurator's gb300 system (277.6 GiB as the driver reports, less the 0.4 % that GB200's runtime lacks); as GB200",
    };

    /// <summary>AMD Instinct MI300X, 192 GB.</summary>
    public static Device MI300X { get; } = new()
    {
        Id = "mi300x", Name = "AMD Instinct MI300X 192 GB",
        Bf16FlopsPerSecond = 1307.4 * T, Fp8FlopsPerSecond = 2614.9 * T, Int8OpsPerSecond = 2614.9 * T,
        MemoryBytes = GiB(191.69), MemoryBytesPerSecond = 5300 * G,
        PeerBytesPerSecond = 448 * G, NetworkBytesPerSecond = 50 * G, HostBytesPerSecond = 64 * G, DevicesPerNode = 8,
        IdleWatts = 140, FullWatts = 750, UsdPerHour = 3.00,
        Source = "AMD Instinct MI300X data sheet (2023); seven Infinity Fabric links of 64 GB/s",
    };

    /// <summary>NVIDIA GeForce RTX 4090, 24 GB.</summary>
    public static Device Rtx4090 { get; } = new()
    {
        Id = "rtx-4090", Name = "NVIDIA GeForce RTX 4090 24 GB",
        Bf16FlopsPerSecond = 165.2 * T, Fp8FlopsPerSecond = 330.3 * T, Int8OpsPerSecond = 660.6 * T,
        CacheBytes = 72 * 1_000_000L, MemoryBytes = GiB(23.52), MemoryBytesPerSecond = 1008 * G,
        PeerBytesPerSecond = 32 * G, NetworkBytesPerSecond = 12.5 * G, HostBytesPerSecond = 32 * G, DevicesPerNode = 8,
        IdleWatts = 15, FullWatts = 450, UsdPerHour = 0.69,
        Source = "NVIDIA Ada GPU architecture white paper (2022), rates with 32-bit accumulation; 100 Gb/s network",
    };

    /// <summary>NVIDIA RTX PRO 6000 Blackwell Server Edition, 96 GB.</summary>
    public static Device RtxPro6000 { get; } = new()
    {
        Id = "rtx-pro-6000", Name = "NVIDIA RTX PRO 6000 Blackwell Server Edition 96 GB",
        Bf16FlopsPerSecond = 467.8 * T, Fp8FlopsPerSecond = 935.6 * T, Int8OpsPerSecond = 935.6 * T, Fp4FlopsPerSecond = 1871 * T,
        CacheBytes = 128 * 1_000_000L, MemoryBytes = GiB(94.97), MemoryBytesPerSecond = 1597 * G,
        PeerBytesPerSecond = 64 * G, NetworkBytesPerSecond = 50 * G, HostBytesPerSecond = 64 * G, DevicesPerNode = 8,
        IdleWatts = 30, FullWatts = 600, UsdPerHour = 1.80,
        Source = "AIConfigurator's rtx_pro_6000_server system; memory bandwidth: NVIDIA data sheet of the Server Edition (2025), the Workstation Edition has 1,792 GB/s",
    };

    private static readonly Catalogue<Device> Catalogue = new("device", "List all with: simulator catalog devices", d => d.Id,
    [
        (V100Sxm, ["v100", "v100-32", "v100-sxm2", "v100-32gb"]),
        (V100Pcie, ["v100-16", "v100-16gb"]),
        (A10, []),
        (A30, []),
        (A40, []),
        (A100Sxm40, ["a100-40gb", "a100-sxm-40", "a100-sxm4-40gb"]),
        (A100Sxm80, ["a100", "a100-sxm", "a100-80gb", "a100-sxm-80", "a100-sxm4-80gb"]),
        (L4, []),
        (L40S, []),
        (H100Sxm, ["h100", "h100-80", "h100-80gb", "h100-sxm5"]),
        (H100Pcie, []),
        (H200, ["h200-sxm"]),
        (B200, ["b200-sxm"]),
        (GB200, ["gb200-nvl72"]),
        (B300, ["b300-sxm"]),
        (GB300, ["gb300-nvl72"]),
        (MI300X, ["mi300"]),
        (Rtx4090, ["4090", "geforce-rtx-4090"]),
        (RtxPro6000, ["rtx-pro-6000-server", "rtx6000pro"]),
    ]);

    /// <summary>All devices, oldest first.</summary>
    public static IReadOnlyList<Device> All => Catalogue.All;

    /// <summary>The device of an id or an alias; case and separators do not matter.</summary>
    /// <param name="name">Id or alias, such as <c>h100-sxm</c> or <c>H100</c>.</param>
    /// <exception cref="UnknownNameException">No device has the name; the message names the closest.</exception>
    public static Device Find(string name) => Catalogue.Find(name);

    /// <summary>The device of an id or an alias, if there is one; case and separators do not matter.</summary>
    /// <param name="name">Id or alias.</param>
    /// <param name="device">The device.</param>
    public static bool TryFind(string name, [NotNullWhen(true)] out Device? device) => Catalogue.TryFind(name, out device);

    private static long GiB(double gibibytes) => (long)Math.Round(gibibytes * (1L << 30));
}
