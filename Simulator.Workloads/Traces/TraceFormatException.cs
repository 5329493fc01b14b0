using System.Globalization;

namespace Simulator.Workloads.Traces;

/// <summary>A trace that cannot be read, or from which nothing is left: where, what is wrong, and what to do about it.</summary>
/// <remarks>The message is complete on its own: <c>file:line: fault. remedy.</c></remarks>
public sealed class TraceFormatException : Exception
{
    /// <summary>Describes a fault.</summary>
    /// <param name="path">The file, or the name of the trace.</param>
    /// <param name="line">Line in the file, from 1; 0 when the fault is not one of a line.</param>
    /// <param name="column">The column or property at fault; null when it is not one of a column.</param>
    /// <param name="fault">What is wrong, without a full stop.</param>
    /// <param name="remedy">What to do, without a full stop.</param>
    /// <param name="inner">The error of the system behind it, if any.</param>
    public TraceFormatException(string path, long line, string? column, string fault, string remedy, Exception? inner = null)
        : base(Format(path, line, fault, remedy), inner)
    {
        Path = path;
        Line = line;
        Column = column;
        Fault = fault;
        Remedy = remedy;
    }

    /// <summary>The file, or the name of the trace.</summary>
    public string Path { get; }

    /// <summary>Line in the file, from 1; 0 when the fault is not one of a line.</summary>
    public long Line { get; }

    /// <summary>The column or property at fault; null when it is not one of a column.</summary>
    public string? Column { get; }

    /// <summary>What is wrong.</summary>
    public string Fault { get; }

    /// <summary>What to do about it.</summary>
    public string Remedy { get; }

    private static string Format(string path, long line, string fault, string remedy)
    {
        string place = line == 0 ? path : string.Create(CultureInfo.InvariantCulture, $"{path}:{line}");
        string message = $"{place}: {fault}. {remedy}.";
        return message.Any(char.IsControl) ? string.Concat(message.Select(c => char.IsControl(c) ? '?' : c)) : message;
    }
}
