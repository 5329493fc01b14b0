using System.Globalization;

namespace Simulator.Cli.Terminal;

/// <summary>Numbers as people read them: four significant digits, no more.</summary>
internal static class Figures
{
    private const int Digits = 4;

    /// <summary>What stands for a value that is not defined.</summary>
    public const string Undefined = "-";

    /// <summary>A whole number with its thousands apart.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number with four significant digits; whole numbers in full.</summary>
    public static string Number(double? value)
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
        { } value when Math.Abs(value) >= 1 => $"{Number(value)} s",
        { } value when Math.Abs(value) >= 1e-3 => $"{Number(value * 1e3)} ms",
        { } value => $"{Number(value * 1e6)} µs",
    };

    /// <summary>A share as a percentage with one decimal.</summary>
    public static string Share(double? share) =>
        share is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.0} %") : Undefined;

    /// <summary>A confidence level: <c>95 %</c>.</summary>
    public static string Level(double level) => string.Create(CultureInfo.InvariantCulture, $"{level * 100:0.###} %");

    /// <summary>A figure of a result: a time or a share with its unit, anything else as a number alone.</summary>
    /// <param name="value">The figure.</param>
    /// <param name="unit">Its unit: <c>s</c> for a time, empty for a share.</param>
    public static string OfUnit(double? value, string unit) => unit switch
    {
        "s" => Seconds(value),
        "" => Share(value),
        _ => Number(value),
    };

    /// <summary>What stands beside <see cref="OfUnit"/> in a column of units; empty where that has it already.</summary>
    public static string UnitBeside(string unit) => unit == "s" ? "" : unit;

    /// <summary>What a value changed by, in percent of what it was: <c>+12.5 %</c>. Empty when nothing changed.</summary>
    public static string Change(double? before, double? after)
    {
        if (before is not { } from || after is not { } to || from == to) return "";
        if (from == 0) return "";
        return string.Create(CultureInfo.InvariantCulture, $"{(to - from) / Math.Abs(from) * 100:+0.0;-0.0;±0.0} %");
    }
}
