using System.Globalization;

namespace Simulator.Cli.Faults;

/// <summary>A place in a text, counted from line 1 and column 1.</summary>
internal readonly record struct Position(long Line, long Column) : IComparable<Position>
{
    /// <summary>The document it is in, where that is not the one which is read; null where it is.</summary>
    public string? File { get; init; }

    /// <summary>The first character.</summary>
    public static Position Start => new(1, 1);

    public int CompareTo(Position other) => (Line, Column).CompareTo((other.Line, other.Column));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Line}:{Column}");
}
