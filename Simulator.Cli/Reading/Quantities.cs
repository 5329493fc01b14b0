using System.Globalization;
using Simulator.Core.Text;
using Simulator.Core.Time;

namespace Simulator.Cli.Reading;

/// <summary>Readers of values that carry a unit. A number without its unit is a fault: nobody should have to guess.</summary>
internal static class Quantities
{
    private static readonly (string Unit, decimal Nanoseconds)[] TimeUnits =
    [
        ("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("min", 60_000_000_000m),
        ("h", 3_600_000_000_000m), ("d", 86_400_000_000_000m),
    ];

    private static readonly (string Unit, decimal Bytes)[] SizeUnits =
    [
        ("B", 1), ("kB", 1e3m), ("MB", 1e6m), ("GB", 1e9m), ("TB", 1e12m),
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
    ];

    private static readonly (string Unit, double Seconds)[] RateUnits = [("s", 1), ("min", 60), ("h", 3600), ("d", 86400)];

    /// <summary>A duration such as <c>50ms</c>, <c>1.5s</c>, <c>2min</c> or <c>1h</c>, exact to the nanosecond.</summary>
    /// <param name="positive">True when an empty span makes no sense.</param>
    public static ValueReader<SimDuration> Duration(bool positive = false) => (string text, out SimDuration value, out string fault) =>
    {
        string expected = positive ? "a duration above 0 such as 50ms, 1.5s, 2min or 1h" : "a duration such as 50ms, 1.5s, 2min or 1h";
        value = default;
        if (!TrySplit(text, out decimal number, out string unit))
        {
            fault = $"expected {expected}, got '{text}'";
            return false;
        }

        if (!TryScale(number, unit == "µs" ? "us" : unit, TimeUnits, out long nanoseconds, out bool known))
        {
            fault = known ? $"'{text}' is too long: durations go up to 292 years" : UnitFault(text, unit, expected, TimeUnits);
            return false;
        }

        value = SimDuration.FromNanoseconds(nanoseconds);
        fault = $"expected {expected}, got '{text}'";
        return positive ? nanoseconds > 0 : nanoseconds >= 0;
    };

    /// <summary>A number of bytes such as <c>80GiB</c> (binary) or <c>10GB</c> (decimal).</summary>
    public static ValueReader<long> Size() => (string text, out long value, out string fault) =>
    {
        const string Expected = "a size such as 80GiB or 10GB";
        value = 0;
        fault = $"expected {Expected}, got '{text}'";
        if (!TrySplit(text, out decimal number, out string unit)) return false;
        if (TryScale(number, unit, SizeUnits, out value, out bool known)) return value >= 0;
        fault = known ? $"'{text}' is too large: sizes go up to 8 EiB" : UnitFault(text, unit, Expected, SizeUnits);
        return false;
    };

    /// <summary>A rate of requests such as <c>5/s</c> or <c>300/min</c>, above 0, in requests per second.</summary>
    public static ValueReader<double> Rate() => (string text, out double value, out string fault) =>
    {
        const string Expected = "a rate above 0 such as 5/s or 300/min";
        value = 0;
        fault = $"expected {Expected}, got '{text}'";
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string number = (slash < 0 ? text : text[..slash]).Trim();
        if (!Values.TryParseNumber(number, out double count)) return false;
        if (slash < 0)
        {
            fault = $"'{text}' has no unit; expected {Expected}";
            return false;
        }

        string per = text[(slash + 1)..].Trim();
        foreach ((string unit, double seconds) in RateUnits)
        {
            if (unit == per) value = count / seconds;
        }

        if (value == 0 && count > 0) fault = $"unknown unit '/{per}' in '{text}'; known: /s, /min, /h, /d";
        return value > 0;
    };

    /// <summary>A share from 0 to 1, also as a percentage: <c>0.9</c> or <c>90%</c>.</summary>
    /// <param name="positive">True when 0 makes no sense.</param>
    public static ValueReader<double> Share(bool positive = false) => (string text, out double value, out string fault) =>
    {
        fault = $"expected a share {(positive ? "above 0 and up to 1" : "from 0 to 1")} such as 0.9 or 90%, got '{text}'";
        bool percent = text.EndsWith('%');
        if (!Values.TryParseNumber(percent ? text[..^1].TrimEnd() : text, out value)) return false;
        if (percent) value /= 100;
        return value <= 1 && (positive ? value > 0 : value >= 0);
    };

    /// <summary>Splits <c>1.5 s</c> into a number and what follows it.</summary>
    private static bool TrySplit(string text, out decimal number, out string unit)
    {
        int length = 0;
        while (length < text.Length && (char.IsAsciiDigit(text[length]) || text[length] is '.' or '-' or '+')) length++;
        unit = text[length..].Trim();
        return decimal.TryParse(text[..length], NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture, out number);
    }

    /// <summary>The number in the base unit, rounded half to even; false for an unknown unit or one out of range.</summary>
    private static bool TryScale(decimal number, string unit, (string Unit, decimal Factor)[] units, out long scaled, out bool known)
    {
        scaled = 0;
        known = false;
        foreach ((string name, decimal factor) in units)
        {
            if (name != unit) continue;
            known = true;
            if (Math.Abs(number) > long.MaxValue / factor) return false;
            scaled = (long)Math.Round(number * factor);
            return true;
        }

        return false;
    }

    private static string UnitFault(string text, string unit, string expected, (string Unit, decimal Factor)[] units)
    {
        if (unit.Length == 0) return $"'{text}' has no unit; expected {expected}";
        string known = string.Join(", ", units.Select(pair => pair.Unit));
        string meant = unit switch
        {
            "m" => "; write min for minutes or ms for milliseconds",
            "sec" or "secs" or "second" or "seconds" => "; did you mean 's'?",
            "hr" or "hrs" or "hour" or "hours" => "; did you mean 'h'?",
            "mins" or "minute" or "minutes" => "; did you mean 'min'?",
            "day" or "days" => "; did you mean 'd'?",
            _ => NearestName.Hint(unit, units.Select(pair => pair.Unit)),
        };
        return $"unknown unit '{unit}' in '{text}'{meant}{(meant.EndsWith('?') ? " " : "; ")}known: {known}";
    }
}
