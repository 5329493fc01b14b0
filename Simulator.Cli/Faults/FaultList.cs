namespace Simulator.Cli.Faults;

/// <summary>Faults of one document, gathered so that all are reported at once.</summary>
internal sealed class FaultList(string file)
{
    private readonly List<(Position At, string Message)> _faults = [];

    /// <summary>The document, as the user named it.</summary>
    public string File { get; } = file;

    public int Count => _faults.Count;

    /// <summary>The faults in the order of the document, without their places.</summary>
    public IEnumerable<string> Messages => _faults.OrderBy(fault => fault.At).Select(fault => fault.Message);

    public void Add(Position at, string message) => _faults.Add((at, message));

    /// <summary>The faults in the order of the document, each as <c>file:line:column: message</c>.</summary>
    public IReadOnlyList<string> ToLines() =>
        [.. _faults.OrderBy(fault => fault.At).Select(fault => $"{File}:{fault.At}: {fault.Message}")];
}
