using System.Globalization;

namespace Simulator.Models.Costs.Tables;

/// <summary>Times of one operator in milliseconds, by one or two whole numbers, in one contiguous array.</summary>
/// <remarks>
/// The second key is 0 throughout in a table by one number. Keys of either kind are multiples of a step; a cell that the file
/// does not give is not a number.
/// </remarks>
internal sealed class OperatorTable
{
    private readonly Axis _first;
    private readonly Axis _second;
    private readonly double[] _cells;

    /// <param name="path">The file, for messages.</param>
    /// <param name="keys">What the two keys are called; the second is empty in a table by one number.</param>
    /// <param name="first">First key of every row.</param>
    /// <param name="second">Second key of every row.</param>
    /// <param name="values">Time of every row.</param>
    /// <exception cref="OperatorTableException">The keys are so far apart that an array cannot hold them, or two rows have the same.</exception>
    public OperatorTable(string path, (string First, string Second) keys, IReadOnlyList<int> first, IReadOnlyList<int> second, IReadOnlyList<double> values)
    {
        (Path, Keys) = (path, keys);
        (_first, _second) = (Axis.Of(first), Axis.Of(second));
        long cells = (long)_first.Count * _second.Count;
        if (cells > MostCells)
        {
            throw new OperatorTableException(path, 0,
                $"the keys span a grid of {cells.ToString("N0", CultureInfo.InvariantCulture)} cells for {values.Count} rows",
                $"Give tables on a regular grid of at most {MostCells.ToString("N0", CultureInfo.InvariantCulture)} cells");
        }
        _cells = new double[cells];
        Array.Fill(_cells, double.NaN);
        for (int row = 0; row < values.Count; row++)
        {
            ref double cell = ref _cells[_first.Index(first[row]) * _second.Count + _second.Index(second[row])];
            if (!double.IsNaN(cell))
                throw new OperatorTableException(path, row + 2, $"a second row for {Describe(first[row], second[row])}", "Keep one of the two");
            cell = values[row];
        }
    }

    /// <summary>Most cells of a table: 512 MiB.</summary>
    public const long MostCells = 1 << 26;

    public string Path { get; }

    public (string First, string Second) Keys { get; }

    /// <summary>Largest first key.</summary>
    public int Last => _first.Last;

    /// <summary>The time, or not a number when the table does not hold it.</summary>
    public double Find(long first, long second = 0)
    {
        int row = _first.Index(first), column = _second.Index(second);
        return row < 0 || column < 0 ? double.NaN : _cells[row * _second.Count + column];
    }

    /// <summary>The time.</summary>
    /// <exception cref="OperatorTableException">The table does not hold it.</exception>
    public double At(long first, long second = 0)
    {
        double value = Find(first, second);
        return double.IsNaN(value) ? throw Missing(first, second) : value;
    }

    /// <summary>What to say when a time is not there.</summary>
    public OperatorTableException Missing(long first, long second = 0) => new(Path, 0,
        $"an iteration needs the time at {Describe(first, second)}, and the table has {_first.Describe(Keys.First)}"
            + (Keys.Second.Length > 0 ? $" and {_second.Describe(Keys.Second)}" : ""),
        "Extend the table, or keep iterations within it by the scheduler's limits on tokens and sequences");

    private string Describe(long first, long second) => string.Create(CultureInfo.InvariantCulture,
        $"{Keys.First} {first}{(Keys.Second.Length > 0 ? $", {Keys.Second} {second}" : "")}");

    /// <summary>Keys from the smallest to the largest by their greatest common step.</summary>
    private readonly record struct Axis(int First, int Step, int Count)
    {
        public int Last => First + Step * (Count - 1);

        public static Axis Of(IReadOnlyList<int> keys)
        {
            int least = int.MaxValue, most = 0, step = 0;
            foreach (int key in keys) least = Math.Min(least, key);
            foreach (int key in keys)
            {
                most = Math.Max(most, key);
                for (int a = key - least; a != 0;) (a, step) = (step % a, a);
            }
            return new Axis(least, Math.Max(step, 1), (most - least) / Math.Max(step, 1) + 1);
        }

        public int Index(long key)
        {
            long offset = key - First;
            return offset < 0 || offset % Step != 0 || offset / Step >= Count ? -1 : (int)(offset / Step);
        }

        public string Describe(string name) => string.Create(CultureInfo.InvariantCulture,
            $"{name} {First} to {Last}{(Step > 1 ? $" by {Step}" : "")}");
    }
}
