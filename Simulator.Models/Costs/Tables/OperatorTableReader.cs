using System.Globalization;
using Simulator.Workloads.Traces;
using Simulator.Workloads.Traces.Reading;

namespace Simulator.Models.Costs.Tables;

/// <summary>Reads one table: a CSV file, plain or gzip, with one or two columns of keys and a column <c>prediction</c> in milliseconds.</summary>
internal static class OperatorTableReader
{
    private const string Value = "prediction";
    private const string ChunkSquared = "prefill_chunk_size_squared";
    private const double MostMilliseconds = 1e8;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="keys">Its columns of keys; the second is empty when there is one.</param>
    /// <exception cref="OperatorTableException">The file cannot be read, or a row is faulty.</exception>
    public static OperatorTable Read(string path, (string First, string Second) keys)
    {
        TraceSource source = new(path, () => File.OpenRead(path));
        try
        {
            using CsvRows rows = new(source, ',');
            return Read(source, rows, keys);
        }
        catch (TraceFormatException fault)
        {
            throw new OperatorTableException(fault.Path, fault.Line, fault.Fault, fault.Remedy, fault);
        }
        catch (Exception error) when (TraceSource.IsInputError(error))
        {
            TraceFormatException fault = source.Unreadable(0, error);
            throw new OperatorTableException(fault.Path, fault.Line, fault.Fault, fault.Remedy, error);
        }
    }

    private static OperatorTable Read(TraceSource source, CsvRows rows, (string First, string Second) keys)
    {
        int firstColumn = rows.Require(keys.First), secondColumn = keys.Second.Length > 0 ? rows.Require(keys.Second) : -1;
        int valueColumn = rows.Require(Value);
        List<int> first = [], second = [];
        List<double> values = [];
        while (rows.Read())
        {
            first.Add(Key(source, rows, firstColumn, keys.First));
            second.Add(secondColumn < 0 ? 0 : Key(source, rows, secondColumn, keys.Second));
            values.Add(Milliseconds(source, rows, valueColumn));
        }
        if (values.Count == 0) throw source.Fault(1, "the table has no rows", "Give a row for each key");
        return new OperatorTable(source.Name, keys, first, second, values);
    }

    /// <summary>A key; that of a chunk squared is the chunk.</summary>
    private static int Key(TraceSource source, CsvRows rows, int column, string name)
    {
        string? fault = FieldParser.Tokens(rows[column], out int key);
        if (fault is not null) throw Fault(source, rows, column, name, fault, "Give a whole number of at least 0");
        if (name != ChunkSquared) return key;
        int root = (int)Math.Round(Math.Sqrt(key));
        return (long)root * root == key ? root : throw Fault(source, rows, column, name, "is no square", "Give the square of a number of tokens");
    }

    private static double Milliseconds(TraceSource source, CsvRows rows, int column)
    {
        if (!double.TryParse(rows[column], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) || !(value is >= 0 and <= MostMilliseconds))
            throw Fault(source, rows, column, Value, "is no time", $"Give milliseconds from 0 to {MostMilliseconds:N0}");
        return value;
    }

    private static TraceFormatException Fault(TraceSource source, CsvRows rows, int column, string name, string fault, string remedy) =>
        source.Fault(rows.Line, $"{name} {FieldParser.Quote(rows[column])} {fault}", remedy, name);
}
