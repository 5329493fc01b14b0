namespace Simulator.Models.Calibration.Tables;

/// <summary>How the measured tables of one device lie in a folder.</summary>
internal abstract class TableLayout
{
    private readonly Dictionary<(string Op, string Engine), OpTableFile?> _found = [];

    /// <summary>What the table of an operator would be called, for messages.</summary>
    public abstract string Name(string op, string engine);

    /// <summary>The table of an operator, the same object every time; null when there is none.</summary>
    public OpTableFile? Find(string op, string engine)
    {
        if (!_found.TryGetValue((op, engine), out OpTableFile? file))
            _found.Add((op, engine), file = Look(op, engine));
        return file;
    }

    /// <summary>Looks for the table of an operator.</summary>
    protected abstract OpTableFile? Look(string op, string engine);
}
