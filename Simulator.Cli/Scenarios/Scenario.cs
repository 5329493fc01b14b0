namespace Simulator.Cli.Scenarios;

/// <summary>One experiment: what arrives, what serves it, and what to record. A run is a function of it and nothing else.</summary>
internal sealed record Scenario
{
    /// <summary>Seed of every random stream.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Runs with consecutive seeds, from <see cref="Seed"/>; more than one gives confidence intervals.</summary>
    public int Replications { get; init; } = 1;

    /// <summary>Folder of the scenario file, as the user named it: what the scenario's paths stand below. Empty for the current one.</summary>
    public string Folder { get; init; } = "";

    /// <summary>The scenario file, as the user named it; null for one made of options.</summary>
    public string? File { get; init; }

    public required WorkloadSection Workload { get; init; }

    public required ClusterSection Cluster { get; init; }

    public ResultsSection Results { get; init; } = new();
}
