using System.Globalization;

namespace Simulator.Cli.Faults;

/// <summary>A place in a text, counted from line 1 and column 1.</summary>
internal readonly record struct Position(long Line, long Column) : IComparable<Position>
{
    /// <summary>The first character.</summary>
    public static Position Start => new(1, 1);

    public int CompareTo(Position other) => (Line, Column).CompareTo((other.Line, other.Column));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Line}:{Column}");
}
