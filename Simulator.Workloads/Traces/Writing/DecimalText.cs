using System.Buffers.Text;

namespace Simulator.Workloads.Traces.Writing;

/// <summary>Nanoseconds as an exact decimal number of a larger unit.</summary>
internal static class DecimalText
{
    /// <summary>Longest text in bytes.</summary>
    public const int MaxLength = 24;

    /// <summary>Writes nanoseconds / 10^decimals without trailing zeros.</summary>
    /// <param name="nanoseconds">The span.</param>
    /// <param name="decimals">9 for seconds, 6 for milliseconds.</param>
    /// <param name="minDecimals">Decimals to write even when they are zeros.</param>
    /// <param name="text">Room for <see cref="MaxLength"/> bytes.</param>
    public static ReadOnlySpan<byte> Write(long nanoseconds, int decimals, int minDecimals, Span<byte> text)
    {
        (long whole, long rest) = Math.DivRem(nanoseconds, decimals == 9 ? 1_000_000_000 : 1_000_000);
        int length = 0;
        if (nanoseconds < 0) text[length++] = (byte)'-';
        Utf8Formatter.TryFormat(Math.Abs(whole), text[length..], out int written);
        length += written;
        rest = Math.Abs(rest);
        if (rest == 0 && minDecimals == 0) return text[..length];
        text[length++] = (byte)'.';
        for (int i = decimals - 1; i >= 0; i--)
        {
            (rest, long digit) = Math.DivRem(rest, 10);
            text[length + i] = (byte)('0' + digit);
        }
        int end = length + decimals;
        while (end > length + minDecimals && text[end - 1] == '0') end--;
        return text[..end];
    }
}
