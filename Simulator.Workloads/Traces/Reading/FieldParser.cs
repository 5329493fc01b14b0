using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Simulator.Workloads.Traces.Reading;

/// <summary>Exact parsing of the cells of a trace. Each method returns null on success and else the fault, as in "is negative".</summary>
internal static class FieldParser
{
    /// <summary>Largest count of tokens in a cell, so that a prompt and its output add up in 32 bits.</summary>
    public const int MaxTokens = 1_000_000_000;

    /// <summary>Decimal places from a unit to nanoseconds.</summary>
    public static int DecimalsOf(ArrivalUnit unit) => unit switch
    {
        ArrivalUnit.Seconds => 9,
        ArrivalUnit.Milliseconds => 6,
        ArrivalUnit.Microseconds => 3,
        _ => 0,
    };

    /// <summary>A count of tokens: a whole number from 0 to <see cref="MaxTokens"/>. 374.0 is whole.</summary>
    public static string? Tokens(ReadOnlySpan<byte> cell, out int tokens)
    {
        cell = cell.Trim(" \t"u8);
        if (TryDigits(cell, out long digits) && digits <= MaxTokens)
        {
            tokens = (int)digits;
            return null;
        }
        tokens = 0;
        string? fault = Number(cell, out decimal value);
        if (fault != null) return fault;
        if (value < 0) return "is negative";
        if (value > MaxTokens) return "is above the limit of 1,000,000,000 tokens";
        if (value != decimal.Truncate(value)) return "is not a whole number";
        tokens = (int)value;
        return null;
    }

    /// <summary>A whole number of 32 bits.</summary>
    public static string? Integer(ReadOnlySpan<byte> cell, out int value)
    {
        value = 0;
        string? fault = Number(cell.Trim(" \t"u8), out decimal number);
        if (fault != null) return fault;
        if (number != decimal.Truncate(number)) return "is not a whole number";
        if (number is < int.MinValue or > int.MaxValue) return "does not fit in 32 bits";
        value = (int)number;
        return null;
    }

    /// <summary>A span of time at least 0, in a unit 10^decimals nanoseconds long, rounded to the nearest nanosecond (half to even).</summary>
    public static string? Nanoseconds(ReadOnlySpan<byte> cell, int decimals, out long nanoseconds)
    {
        cell = cell.Trim(" \t"u8);
        nanoseconds = 0;
        int point = cell.IndexOf((byte)'.');
        ReadOnlySpan<byte> whole = point < 0 ? cell : cell[..point];
        ReadOnlySpan<byte> fraction = point < 0 ? [] : cell[(point + 1)..];
        if (whole.Length + decimals <= 18 && fraction.Length <= decimals && TryDigits(whole, out long units)
            && (point < 0 || TryDigits(fraction, out _)))
        {
            long total = units;
            for (int i = 0; i < decimals; i++) total = total * 10 + (i < fraction.Length ? fraction[i] - '0' : 0);
            nanoseconds = total;
            return null;
        }
        string? fault = Number(cell, out decimal value);
        if (fault != null) return fault;
        if (value < 0) return "is negative";
        decimal scale = decimals switch { 9 => 1e9m, 6 => 1e6m, 3 => 1e3m, _ => 1m };
        if (value > long.MaxValue / scale) return "is beyond 292 years";
        decimal rounded = Math.Round(value * scale, MidpointRounding.ToEven);
        if (rounded > long.MaxValue) return "is beyond 292 years";
        nanoseconds = (long)rounded;
        return null;
    }

    /// <summary>A date and time as days and nanoseconds of the day in UTC; no zone counts as UTC.</summary>
    public static string? Date(ReadOnlySpan<byte> cell, out int day, out long nanosecondOfDay)
    {
        const string NotADate = "is not a date and time such as 2023-11-16 18:15:46.6805900";
        cell = cell.Trim(" \t"u8);
        day = 0;
        nanosecondOfDay = 0;
        if (cell.Length == 0) return "is empty";
        if (cell.Length < 19 || cell[4] != '-' || cell[7] != '-' || cell[10] is not ((byte)' ' or (byte)'T') || cell[13] != ':' || cell[16] != ':'
            || !TryDigits(cell[..4], out long year) || !TryDigits(cell[5..7], out long month) || !TryDigits(cell[8..10], out long dayOfMonth)
            || !TryDigits(cell[11..13], out long hour) || !TryDigits(cell[14..16], out long minute) || !TryDigits(cell[17..19], out long second))
            return NotADate;
        if (year is < 1 or > 9998 || month is < 1 or > 12 || dayOfMonth < 1 || dayOfMonth > DateTime.DaysInMonth((int)year, (int)month)
            || hour > 23 || minute > 59 || second > 59)
            return "is not a date and time of the calendar";

        int at = 19;
        long fraction = 0;
        if (at < cell.Length && cell[at] == '.')
        {
            int start = ++at;
            while (at < cell.Length && char.IsAsciiDigit((char)cell[at])) at++;
            if (at == start) return NotADate;
            if (at - start > 9) return "has more than 9 decimals of a second";
            for (int i = start; i < start + 9; i++) fraction = fraction * 10 + (i < at ? cell[i] - '0' : 0);
        }
        if (!TryZone(cell[at..], out int zoneMinutes)) return NotADate;
        long minutes = (hour * 60) + minute - zoneMinutes;
        day = new DateOnly((int)year, (int)month, (int)dayOfMonth).DayNumber + (int)Math.Floor(minutes / 1440.0);
        nanosecondOfDay = (((((minutes % 1440) + 1440) % 1440 * 60) + second) * 1_000_000_000) + fraction;
        return null;
    }

    /// <summary>A cell or line for a message: at most 40 characters, on one line.</summary>
    public static string Quote(ReadOnlySpan<byte> cell)
    {
        const int Longest = 40;
        bool cut = cell.Length > Longest;
        string text = Encoding.UTF8.GetString(cut ? cell[..Longest] : cell);
        var quoted = new StringBuilder("'");
        foreach (char c in text) quoted.Append(char.IsControl(c) ? '?' : c);
        return quoted.Append(cut ? "…'" : "'").ToString();
    }

    /// <summary>True when the bytes are UTF-8.</summary>
    public static bool IsText(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes);

    private static string? Number(ReadOnlySpan<byte> cell, out decimal value)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        value = 0;
        if (cell.Length == 0) return "is empty";
        if (decimal.TryParse(cell, Style, CultureInfo.InvariantCulture, out value)) return null;
        if (!double.TryParse(cell, Style, CultureInfo.InvariantCulture, out double large) || double.IsNaN(large)) return "is not a number";
        return large < 0 ? "is negative" : "is too large";
    }

    private static bool TryDigits(ReadOnlySpan<byte> cell, out long value)
    {
        value = 0;
        if (cell.Length is 0 or > 18) return false;
        foreach (byte b in cell)
        {
            uint digit = unchecked((uint)(b - '0'));
            if (digit > 9) return false;
            value = value * 10 + digit;
        }
        return true;
    }

    private static bool TryZone(ReadOnlySpan<byte> zone, out int minutes)
    {
        minutes = 0;
        if (zone.Length == 0 || zone.SequenceEqual("Z"u8) || zone.SequenceEqual(" UTC"u8)) return true;
        if (zone.Length != 6 || zone[0] is not ((byte)'+' or (byte)'-') || zone[3] != ':'
            || !TryDigits(zone[1..3], out long hours) || !TryDigits(zone[4..6], out long rest) || hours > 23 || rest > 59)
            return false;
        minutes = (int)((hours * 60) + rest) * (zone[0] == '-' ? -1 : 1);
        return true;
    }
}
