using Simulator.Core.Randomness;
using Simulator.Models.Results;

namespace Simulator.Models.Engines;

/// <summary>What a replica is made from.</summary>
internal sealed record ReplicaSetup
{
    public required int Index { get; init; }

    public required EngineOptions Options { get; init; }

    public required int ContextWindow { get; init; }

    public required long KvBlocks { get; init; }

    /// <summary>Batches in flight: one, or the pipeline's depth.</summary>
    public required int Slots { get; init; }

    /// <summary>Attention data-parallel ranks.</summary>
    public int Ranks { get; init; } = 1;

    /// <summary>How KV blocks are copied between device and host; null when that takes no time, or is never done.</summary>
    public HostCopies? Copies { get; init; }

    public required RandomStream Random { get; init; }

    public required List<GroupStatistics> Groups { get; init; }

    public required IRunObserver? Observer { get; init; }

    /// <summary>Takes the time and energy of every operator; null when nobody asks.</summary>
    public OperatorTotals? Operators { get; init; }
}

/// <summary>Hears of requests that end in a replica.</summary>
internal interface IReplicaOwner
{
    void OnEnded(in RequestRecord record, int group);
}
