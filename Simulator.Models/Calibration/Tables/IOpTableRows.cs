namespace Simulator.Models.Calibration.Tables;

/// <summary>The rows of a table, wherever they come from. Every fault is an <see cref="OpTableException"/> with its file and line.</summary>
internal interface IOpTableRows : IDisposable
{
    /// <summary>The file of the current row.</summary>
    string Path { get; }

    /// <summary>Line of the current row in its file, from 1; 1 before the first.</summary>
    long Line { get; }

    /// <summary>A cell of the current row, UTF-8.</summary>
    ReadOnlySpan<byte> this[int column] { get; }

    /// <summary>The position of a column by its name, or −1.</summary>
    int Find(string name);

    /// <summary>The position of a column by its name; a fault when there is none.</summary>
    int Require(string name);

    /// <summary>Goes to the next row; false at the end.</summary>
    bool Read();

    /// <summary>A cell of the current row as text.</summary>
    string Text(int column);
}
