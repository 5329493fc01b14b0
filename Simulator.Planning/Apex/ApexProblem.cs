namespace Simulator.Planning.Apex;

/// <summary>A request of a trace.</summary>
/// <param name="InputTokens">Tokens of the prompt, at least 1.</param>
/// <param name="OutputTokens">Tokens to generate, at least 1.</param>
/// <param name="ArrivalMicroseconds">Arrival, µs; requests come in the order of the trace.</param>
public readonly record struct ApexRequest(int InputTokens, int OutputTokens, double ArrivalMicroseconds);

/// <summary>What plans are simulated on: a model, a cluster, its profile, and a trace.</summary>
public sealed record ApexProblem
{
    /// <summary>The model.</summary>
    public required ApexModel Model { get; init; }

    /// <summary>The cluster.</summary>
    public required ApexCluster Cluster { get; init; }

    /// <summary>Profiled costs of the device.</summary>
    public required IApexCosts Costs { get; init; }

    /// <summary>The trace, in the order of admission; at least one request.</summary>
    public required IReadOnlyList<ApexRequest> Requests { get; init; }

    /// <summary>Number formats.</summary>
    /// <value>16 bits for everything.</value>
    public ApexFormats Formats { get; init; } = ApexFormats.Half;

    /// <summary>Most requests of a batch; 0 for no bound.</summary>
    /// <value>0.</value>
    public int MaxBatchSize { get; init; }

    /// <summary>Whether the times of single tokens are kept (<see cref="ApexShareRun.TokenMicroseconds"/>); only the compatible simulation has them.</summary>
    /// <value>False.</value>
    public bool KeepTokenTimes { get; init; }

    /// <summary>All plans of the problem, in APEX's order.</summary>
    /// <param name="fidelity">Which memory rule; see <see cref="ApexPlanSpace.Enumerate"/>.</param>
    public IReadOnlyList<ApexPlan> Plans(ApexFidelity fidelity = ApexFidelity.Compatible) =>
        ApexPlanSpace.Enumerate(Model, Cluster.Topology, Cluster.Device.MemoryBytes, Formats.Weights, fidelity);

    internal double PeakFlopsPerSecond => Cluster.Device.FlopsPerSecond(Formats.Compute);
}
