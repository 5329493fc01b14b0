using System.Globalization;

namespace Simulator.Models.Costs.Tables;

/// <summary>A table of operator times that cannot be read, or that does not hold what an iteration needs.</summary>
/// <remarks>The message is complete on its own: <c>file:line: fault. remedy.</c></remarks>
public sealed class OperatorTableException : Exception
{
    /// <summary>Describes a fault.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="line">Line in the file, from 1; 0 when the fault is not one of a line.</param>
    /// <param name="fault">What is wrong, without a full stop.</param>
    /// <param name="remedy">What to do, without a full stop.</param>
    /// <param name="inner">The error behind it, if any.</param>
    public OperatorTableException(string path, long line, string fault, string remedy, Exception? inner = null)
        : base(Format(path, line, fault, remedy), inner)
    {
        Path = path;
        Line = line;
        Fault = fault;
        Remedy = remedy;
    }

    /// <summary>The file or folder.</summary>
    public string Path { get; }

    /// <summary>Line in the file, from 1; 0 when the fault is not one of a line.</summary>
    public long Line { get; }

    /// <summary>What is wrong.</summary>
    public string Fault { get; }

    /// <summary>What to do about it.</summary>
    public string Remedy { get; }

    private static string Format(string path, long line, string fault, string remedy) =>
        string.Create(CultureInfo.InvariantCulture, $"{path}{(line == 0 ? "" : $":{line}")}: {fault}. {remedy}.");
}
