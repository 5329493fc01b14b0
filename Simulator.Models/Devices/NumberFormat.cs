namespace Simulator.Models.Devices;

/// <summary>Number format of weights, activations or KV cache.</summary>
public enum NumberFormat
{
    /// <summary>32-bit float: 4 bytes.</summary>
    Fp32,

    /// <summary>16-bit brain float or half: 2 bytes. Peak rates of the two are equal on every device of the catalogue.</summary>
    Bf16,

    /// <summary>8-bit float (e4m3 or e5m2): 1 byte.</summary>
    Fp8,

    /// <summary>8-bit integer: 1 byte.</summary>
    Int8,

    /// <summary>4-bit float (nvfp4 or mxfp4): half a byte, and one scale byte per block.</summary>
    Fp4,

    /// <summary>4-bit integer with group scales: half a byte, and a scale per group.</summary>
    Int4,
}
