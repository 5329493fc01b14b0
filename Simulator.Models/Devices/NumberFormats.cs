namespace Simulator.Models.Devices;

/// <summary>Sizes of number formats.</summary>
public static class NumberFormats
{
    /// <summary>Bytes of one number, the scale factors of its block or group included.</summary>
    /// <remarks>
    /// FP4 is counted as nvfp4: one 8-bit scale for 16 numbers, 0.5625 bytes (mxfp4, a scale for 32: 0.53125). INT4 as GPTQ and
    /// AWQ store it: a 16-bit scale and a 4-bit zero point for 128 numbers, 0.51953125 bytes. Scales of 8-bit formats are below 0.1 %.
    /// </remarks>
    /// <param name="format">The format.</param>
    public static double BytesPerElement(this NumberFormat format) => format switch
    {
        NumberFormat.Fp32 => 4,
        NumberFormat.Bf16 => 2,
        NumberFormat.Fp8 or NumberFormat.Int8 => 1,
        NumberFormat.Fp4 => BytesPerElement(format, 16),
        _ => BytesPerElement(format, 128),
    };

    /// <summary>Bytes of one number when a scale factor serves a group of another size than the usual.</summary>
    /// <param name="format">The format; only 4-bit formats depend on the group.</param>
    /// <param name="group">Numbers that share a scale factor, at least 1.</param>
    public static double BytesPerElement(this NumberFormat format, int group) => format switch
    {
        NumberFormat.Fp4 => 0.5 + 1.0 / group,
        NumberFormat.Int4 => 0.5 + 2.5 / group,
        _ => BytesPerElement(format),
    };
}
