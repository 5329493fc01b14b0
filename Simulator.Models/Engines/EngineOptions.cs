using Simulator.Core.Randomness;
using Simulator.Models.Batching;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Devices;

namespace Simulator.Models.Engines;

/// <summary>Settings of the serving engine of a replica, whatever its scheduler.</summary>
public sealed record EngineOptions
{
    /// <summary>Makes the scheduler of one replica. It is called once a replica, so schedulers may keep state.</summary>
    public required Func<SchedulerContext, IBatchScheduler> Scheduler { get; init; }

    /// <summary>Most tokens that the scheduler gives one iteration: memory for activations is set aside for them. At least 1.</summary>
    public required int TokenBudget { get; init; }

    /// <summary>Most sequences that the scheduler runs at once: memory is set aside for them. At least 1.</summary>
    public required int MaxSequences { get; init; }

    /// <summary>Tokens of a KV block.</summary>
    /// <value>16, vLLM's default.</value>
    public int BlockTokens { get; init; } = 16;

    /// <summary>KV blocks of each rank that no sequence can use.</summary>
    /// <value>0; 1 in vLLM v1, whose first block is the null block.</value>
    public int ReservedBlocks { get; init; }

    /// <summary>Whether blocks with known content are shared and kept for reuse.</summary>
    /// <value>True, vLLM v1's default.</value>
    public bool PrefixCaching { get; init; } = true;

    /// <summary>Sequences that may wait in a replica; a request beyond is rejected. Null for no bound.</summary>
    /// <remarks>
    /// Every request waits until the scheduler is asked, if only for that instant: a limit of 0 refuses all, and requests that
    /// arrive at an idle replica at the same instant count together.
    /// </remarks>
    /// <value>Null.</value>
    public int? QueueLimit { get; init; }

    /// <summary>Longest prompt and output together in tokens (<c>max_model_len</c>); null for the model's context window.</summary>
    /// <value>Null.</value>
    public int? ContextWindow { get; init; }

    /// <summary>Whether stretches of decode-only iterations run as one plan. The results are the same without, only slower (invariant 7).</summary>
    /// <value>True.</value>
    public bool FastForward { get; init; } = true;
}

/// <summary>What a scheduler may know when it is made.</summary>
/// <param name="ContextWindow">Longest prompt and output together, in tokens.</param>
/// <param name="BlockTokens">Tokens of a KV block.</param>
/// <param name="Random">A stream of its own.</param>
public readonly record struct SchedulerContext(int ContextWindow, int BlockTokens, RandomStream Random);

/// <summary>Engines by name.</summary>
public static class ServingEngines
{
    /// <summary>vLLM v1 with its default settings for a device.</summary>
    public static EngineOptions VllmV1(Device device) => VllmV1(VllmV1Options.For(device));

    /// <summary>vLLM v1 with settings of your own.</summary>
    public static EngineOptions VllmV1(VllmV1Options options) => new()
    {
        Scheduler = context => new VllmV1Scheduler(options, context.ContextWindow),
        TokenBudget = options.TokenBudget,
        MaxSequences = options.MaxSequences,
        ReservedBlocks = 1,
    };
}
