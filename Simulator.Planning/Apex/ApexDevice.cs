using Simulator.Models.Devices;

namespace Simulator.Planning.Apex;

/// <summary>How the devices of a node hang together; it decides only which numbers of equal parts a cluster can be cut into.</summary>
public enum ApexTopology
{
    /// <summary>One level of devices, one node.</summary>
    Flat,

    /// <summary>Nodes, then devices that all reach each other (NVLink).</summary>
    Nodes,

    /// <summary>Nodes, then switches, then pairs of devices (PCIe); 1, 2, 4 or 8 devices a node.</summary>
    Pairs,
}

/// <summary>A device as APEX's <c>cluster/gpu.py</c> describes it.</summary>
/// <remarks>APEX takes the rates with sparsity for its utilisation figures and the nominal memory; its figures can only be met with the same.</remarks>
public sealed record ApexDevice
{
    /// <summary>APEX's name of the device.</summary>
    public required string Name { get; init; }

    /// <summary>Memory, bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>How the devices of a node hang together.</summary>
    public required ApexTopology Topology { get; init; }

    /// <summary>Peak rate in 32-bit floats, operations a second.</summary>
    public required double Fp32FlopsPerSecond { get; init; }

    /// <summary>Peak rate in 16-bit floats, operations a second.</summary>
    public required double HalfFlopsPerSecond { get; init; }

    /// <summary>Peak rate in 8-bit floats, operations a second; 0 when the device has none.</summary>
    public double Fp8FlopsPerSecond { get; init; }

    /// <summary>Peak memory bandwidth, bytes a second.</summary>
    public required double MemoryBytesPerSecond { get; init; }

    /// <summary>NVIDIA V100 PCIe 16 GB.</summary>
    public static ApexDevice V100 { get; } = new()
    {
        Name = "V100-PCIE-16GB", MemoryBytes = 16L << 30, Topology = ApexTopology.Pairs,
        Fp32FlopsPerSecond = 7e12, HalfFlopsPerSecond = 14e12, MemoryBytesPerSecond = 900e9,
    };

    /// <summary>NVIDIA H100 SXM 80 GB.</summary>
    public static ApexDevice H100 { get; } = new()
    {
        Name = "H100-SXM-80GB", MemoryBytes = 80L << 30, Topology = ApexTopology.Nodes,
        Fp32FlopsPerSecond = 67e12, HalfFlopsPerSecond = 1979e12, Fp8FlopsPerSecond = 3958e12, MemoryBytesPerSecond = 3.35e12,
    };

    /// <summary>NVIDIA H200 SXM 141 GB.</summary>
    public static ApexDevice H200 { get; } = H100 with { Name = "H200-SXM-141GB", MemoryBytes = 141L << 30, MemoryBytesPerSecond = 4.8e12 };

    /// <summary>The device of a name, or null when APEX knows none.</summary>
    /// <param name="name">Name such as <c>H100-SXM-80GB</c>.</param>
    public static ApexDevice? Find(string name) =>
        new[] { V100, H100, H200 }.FirstOrDefault(device => device.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Peak rate in a format, operations a second.</summary>
    /// <param name="format">The format of the operands.</param>
    public double FlopsPerSecond(NumberFormat format) => format switch
    {
        NumberFormat.Fp32 => Fp32FlopsPerSecond,
        NumberFormat.Fp8 => Fp8FlopsPerSecond,
        _ => HalfFlopsPerSecond,
    };
}
