namespace Simulator.Cli.Faults;

/// <summary>Input that a run cannot start from: exit code 2, one line of standard error for each fault.</summary>
internal class InputException : Exception
{
    public InputException(string fault) : this([fault]) { }

    public InputException(IReadOnlyList<string> faults) : base(string.Join('\n', faults)) => Faults = faults;

    /// <summary>The faults as their reader sees them, each a line that names the place, the fault and the remedy.</summary>
    public IReadOnlyList<string> Faults { get; }
}
