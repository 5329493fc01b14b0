using System.Globalization;
using Simulator.Core.Time;
using Simulator.Workloads.Requests;

namespace Simulator.Workloads.Traces.Reading;

/// <summary>Reads one trace once, request by request. Every fault of the input is a <see cref="TraceFormatException"/>.</summary>
internal abstract class TraceReader(TraceSource source, SimDuration disorder) : IDisposable
{
    private long _latest;
    private long _latestLine;

    /// <summary>Line of the row being read, from 1.</summary>
    protected abstract long Line { get; }

    /// <summary>Where the rows come from.</summary>
    protected TraceSource Source => source;

    /// <summary>Requests read so far; the identity of the next one.</summary>
    protected long Count { get; private set; }

    /// <summary>The next request, or null at the end.</summary>
    public Request? Read()
    {
        try
        {
            Request? request = ReadRow();
            if (request != null)
            {
                Count++;
                return request;
            }
            return Count > 0 ? null : throw source.Fault(0, "the trace holds no requests", "Give a file with at least one row of data");
        }
        catch (Exception error) when (TraceSource.IsInputError(error))
        {
            throw source.Unreadable(Line, error);
        }
    }

    public abstract void Dispose();

    protected abstract Request? ReadRow();

    /// <summary>A fault in a cell: what it holds and why that will not do.</summary>
    protected TraceFormatException CellFault(string column, ReadOnlySpan<byte> cell, string fault, string remedy) =>
        source.Fault(Line, cell.Length == 0 ? $"{column} is empty" : $"{column} {FieldParser.Quote(cell)} {fault}", remedy, column);

    /// <summary>Checks that arrivals do not go back by more than the tolerance.</summary>
    protected void RequireOrder(string column, long nanoseconds)
    {
        if (nanoseconds < _latest - disorder.Nanoseconds)
            throw source.Fault(
                Line,
                $"{column} goes back from {Seconds(_latest)} (line {_latestLine.ToString(CultureInfo.InvariantCulture)}) to {Seconds(nanoseconds)}",
                disorder.Nanoseconds == 0
                    ? "Sort the rows by arrival, or allow a disorder at least that long"
                    : "Sort the rows by arrival, or allow a longer disorder",
                column);
        if (nanoseconds < _latest) return;
        _latest = nanoseconds;
        _latestLine = Line;
    }

    private static string Seconds(long nanoseconds) => SimTime.FromNanoseconds(nanoseconds).ToString();
}
