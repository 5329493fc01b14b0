using System.Globalization;

namespace Simulator.Models.Calibration;

/// <summary>A measured operator table that cannot be read.</summary>
/// <remarks>The message is complete on its own: <c>file:line: fault. remedy.</c></remarks>
public sealed class OpTableException : Exception
{
    /// <summary>Describes a fault.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="line">Line in the file, from 1; 0 when the fault is not one of a line.</param>
    /// <param name="fault">What is wrong, without a full stop.</param>
    /// <param name="remedy">What to do, without a full stop.</param>
    /// <param name="inner">The error behind it, if any.</param>
    public OpTableException(string path, long line, string fault, string remedy, Exception? inner = null)
        : base(string.Create(CultureInfo.InvariantCulture, $"{path}{(line == 0 ? "" : $":{line}")}: {fault}. {remedy}."), inner)
    {
        Path = path;
        Line = line;
    }

    /// <summary>The file or folder.</summary>
    public string Path { get; }

    /// <summary>Line in the file, from 1; 0 when the fault is not one of a line.</summary>
    public long Line { get; }
}
