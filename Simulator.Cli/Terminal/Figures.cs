using System.Globalization;
using Simulator.Reports.Drawing;

namespace Simulator.Cli.Terminal;

/// <summary>Numbers as people read them: four significant digits, no more.</summary>
internal static class Figures
{
    /// <summary>What stands for a value that is not defined.</summary>
    public const string Undefined = Numbers.Undefined;

    /// <summary>A whole number with its thousands apart.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <inheritdoc cref="Numbers.Plain"/>
    public static string Number(double? value) => Numbers.Plain(value);

    /// <inheritdoc cref="Numbers.Seconds"/>
    public static string Seconds(double? seconds) => Numbers.Seconds(seconds);

    /// <inheritdoc cref="Numbers.Share"/>
    public static string Share(double? share) => Numbers.Share(share);

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
