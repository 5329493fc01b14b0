using System.Globalization;

namespace Simulator.Reports.Drawing;

/// <summary>Numbers as people read them: four significant digits, no more.</summary>
public static class Numbers
{
    private const int Digits = 4;

    /// <summary>What stands for a value that is not defined.</summary>
    public const string Undefined = "-";

    /// <summary>A number with four significant digits; whole numbers in full.</summary>
    public static string Plain(double? value)
    {
        if (value is not { } number || !double.IsFinite(number)) return Undefined;
        if (number == Math.Floor(number) && Math.Abs(number) < 1e15) return number.ToString("N0", CultureInfo.InvariantCulture);
        double size = Math.Abs(number);
        if (size >= 1e15 || size < 1e-6) return number.ToString("0.###e+0", CultureInfo.InvariantCulture);
        int decimals = Digits - 1;
        for (; size >= 10 && decimals > 0; size /= 10) decimals--;
        for (; size < 1; size *= 10) decimals++;
        return number.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    /// <summary>A time in the unit that suits it: <c>1.5 s</c>, <c>35.2 ms</c>.</summary>
    public static string Seconds(double? seconds) => seconds switch
    {
        null => Undefined,
        0 => "0 s",
        { } value when Math.Abs(value) >= 1 => $"{Plain(value)} s",
        { } value when Math.Abs(value) >= 1e-3 => $"{Plain(value * 1e3)} ms",
        { } value => $"{Plain(value * 1e6)} µs",
    };

    /// <summary>A share as a percentage with one decimal.</summary>
    public static string Share(double? share) =>
        share is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.0} %") : Undefined;

    /// <summary>A value with its unit.</summary>
    /// <param name="value">The value.</param>
    /// <param name="unit">Its unit; <c>s</c> for a time, which chooses its own, and empty for a plain number.</param>
    public static string WithUnit(double? value, string unit) =>
        unit == "s" ? Seconds(value) : value is null || unit.Length == 0 ? Plain(value) : $"{Plain(value)} {unit}";

    /// <summary>The label of a round value on an axis.</summary>
    internal static string OnAxis(double value, string unit)
    {
        (double scale, string name) = unit switch
        {
            "s" when value == 0 => (1, ""),
            "s" => value < 0.999e-3 ? (1e6, " µs") : value < 0.999 ? (1e3, " ms") : (1, " s"),
            "" => (100, " %"),
            _ => Math.Abs(value) >= 9.999e8 ? (1e-9, "G") : Math.Abs(value) >= 9.999e5 ? (1e-6, "M") : Math.Abs(value) >= 9_999 ? (1e-3, "k") : (1, ""),
        };
        return (value * scale).ToString(Math.Abs(value * scale) < 1 ? "0.####" : "#,0.##", CultureInfo.InvariantCulture) + name;
    }
}
