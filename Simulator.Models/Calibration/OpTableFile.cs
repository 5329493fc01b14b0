using Simulator.Models.Calibration.Tables;

namespace Simulator.Models.Calibration;

/// <summary>A measured table of one operator that can be opened: a file, or several that hold it in another layout.</summary>
public abstract class OpTableFile
{
    private protected OpTableFile(string path) => Path = path;

    /// <summary>The file; the first of several.</summary>
    public string Path { get; }

    /// <summary>Which files it is made of, and in whose layout.</summary>
    public abstract IReadOnlyList<string> Provenance { get; }

    internal abstract IOpTableRows Open();
}
