namespace Simulator.Models.Clusters;

/// <summary>A cluster that cannot run, with every fault that was found.</summary>
/// <param name="faults">The faults, each with its remedy.</param>
public sealed class ClusterException(IReadOnlyList<string> faults) : Exception(string.Join(Environment.NewLine, faults))
{
    /// <summary>The faults, each with its remedy.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
