namespace Simulator.Cli.Faults;

/// <summary>Faults of one document, gathered so that all are reported at once.</summary>
internal sealed class FaultList(string file, string what = "the scenario")
{
    private readonly List<(Position At, string Message)> _faults = [];
    private readonly SortedSet<string> _namedFiles = new(StringComparer.Ordinal);

    /// <summary>The document, as the user named it.</summary>
    public string File { get; } = file;

    /// <summary>What kind of document it is, for messages.</summary>
    public string What { get; } = what;

    /// <summary>Files and folders that the document names, as it names them, each once.</summary>
    public IReadOnlyCollection<string> NamedFiles => _namedFiles;

    public int Count => _faults.Count;

    /// <summary>The faults in the order of the document, without their places.</summary>
    public IEnumerable<string> Messages => _faults.OrderBy(fault => fault.At).Select(fault => fault.Message);

    public void Add(Position at, string message) => _faults.Add((at, message));

    /// <summary>Notes that the document names a file.</summary>
    public void Name(string file) => _namedFiles.Add(file);

    /// <summary>The faults in the order of the document, each as <c>file:line:column: message</c>.</summary>
    public IReadOnlyList<string> ToLines() =>
        [.. _faults.OrderBy(fault => fault.At).Select(fault => $"{fault.At.File ?? File}:{fault.At}: {fault.Message}")];
}
