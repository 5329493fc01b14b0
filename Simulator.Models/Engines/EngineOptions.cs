using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Models.Batching;
using Simulator.Models.Caching;
using Simulator.Models.Costs.Profiles;

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

    /// <summary>The engine whose kernels run, for what an iteration costs.</summary>
    /// <value><see cref="EngineKernels.Vllm"/>.</value>
    public EngineKernels Kernels { get; init; }

    /// <summary>Tokens of a KV block.</summary>
    /// <value>16, vLLM's default.</value>
    public int BlockTokens { get; init; } = 16;

    /// <summary>KV blocks of each rank that no sequence can use.</summary>
    /// <value>0; 1 in vLLM v1, whose first block is the null block.</value>
    public int ReservedBlocks { get; init; }

    /// <summary>Whether blocks with known content are shared and kept for reuse.</summary>
    /// <value>True, vLLM v1's default.</value>
    public bool PrefixCaching { get; init; } = true;

    /// <summary>How cached prefixes are found.</summary>
    /// <value><see cref="Engines.PrefixIndex.BlockHashes"/>.</value>
    public PrefixIndex PrefixIndex { get; init; }

    /// <summary>KV blocks of host memory behind the prefix cache; 0 for none. Needs <see cref="PrefixCaching"/> and block hashes.</summary>
    /// <value>0.</value>
    public long HostCacheBlocks { get; init; }

    /// <summary>When blocks are copied to the host cache.</summary>
    /// <value><see cref="HostWritePolicy.WriteBack"/>.</value>
    public HostWritePolicy HostWritePolicy { get; init; } = HostWritePolicy.WriteBack;

    /// <summary>The order of the waiting queue.</summary>
    /// <value><see cref="Engines.QueueOrder.Arrival"/>.</value>
    public QueueOrder QueueOrder { get; init; }

    /// <summary>What part of a request the engine runs.</summary>
    /// <value><see cref="EngineRole.Mixed"/>.</value>
    public EngineRole Role { get; init; }

    /// <summary>Whether an iteration is put together while the one before it runs (vLLM v1's <c>async_scheduling</c>).</summary>
    /// <remarks>
    /// Arrivals are seen one iteration later. A sequence that ends, other than by reaching its allowed length, runs in one iteration more
    /// whose token is thrown away; and its blocks and its place stay taken until the end of that one.
    /// </remarks>
    /// <value>False.</value>
    public bool AsyncScheduling { get; init; }

    /// <summary>Iterations between two looks at the inbox (SGLang's <c>scheduler_recv_interval</c>), at least 1. An idle engine looks at once.</summary>
    /// <value>1.</value>
    public int ReceiveInterval { get; init; } = 1;

    /// <summary>From the arrival of a request until the scheduler can see it: HTTP, tokenisation, the way between processes. 0 or more.</summary>
    /// <value>0.</value>
    public SimDuration RequestOverhead { get; init; }

    /// <summary>From the end of an iteration until the client has its token: detokenisation, the way between processes, HTTP. 0 or more.</summary>
    /// <value>0.</value>
    public SimDuration ResponseOverhead { get; init; }

    /// <summary>Tokens that are sent to a client together (<c>stream_interval</c> of vLLM and SGLang), at least 1. The first comes alone, the last ones at once.</summary>
    /// <remarks>It changes the times between tokens that clients see, and nothing else: <see cref="Results.RunResult.Itl"/> counts messages then.</remarks>
    /// <value>1.</value>
    public int StreamInterval { get; init; } = 1;

    /// <summary>Whether sequences that end keep their KV blocks until none runs any more, as in static batching. Needs <see cref="PrefixCaching"/> off.</summary>
    /// <value>False.</value>
    public bool ReleasesTogether { get; init; }

    /// <summary>KV blocks of host memory for sequences that are swapped out; 0 for none.</summary>
    /// <value>0.</value>
    public long SwapBlocks { get; init; }

    /// <summary>Whether swapping takes the time of its copies over the link to the host; false to compare with simulators that do not count it.</summary>
    /// <value>True.</value>
    public bool SwapsTakeTime { get; init; } = true;

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

    /// <summary>Longest prompt in tokens that the engine takes, besides what the context window and KV memory hold; null for no other bound.</summary>
    /// <value>Null.</value>
    public int? MaxPromptTokens { get; init; }

    /// <summary>Whether stretches of decode-only iterations run as one plan. The results are the same without, only slower (invariant 7).</summary>
    /// <value>True.</value>
    public bool FastForward { get; init; } = true;

    /// <summary>Reports every fault of the settings, each with the valid range; empty when all is well.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> faults = [];
        if (TokenBudget < 1) faults.Add($"the token budget is {TokenBudget}; it must be at least 1.");
        if (MaxSequences < 1) faults.Add($"the most sequences are {MaxSequences}; they must be at least 1.");
        if (BlockTokens < 1) faults.Add($"a KV block has {BlockTokens} tokens; it needs at least 1.");
        if (ReservedBlocks < 0) faults.Add($"{ReservedBlocks} blocks are reserved; they must be at least 0.");
        if (ContextWindow < 2) faults.Add($"the context window is {ContextWindow}; it must be at least 2.");
        if (MaxPromptTokens < 1) faults.Add($"the longest prompt is {MaxPromptTokens} tokens; it must be at least 1.");
        if (QueueLimit < 0) faults.Add($"the queue limit is {QueueLimit}; it must be at least 0.");
        if (ReceiveInterval < 1) faults.Add($"the receive interval is {ReceiveInterval} iterations; it must be at least 1.");
        if (StreamInterval is < 1 or > 100_000) faults.Add($"the stream interval is {StreamInterval} tokens; it must be from 1 to 100000.");
        if (SwapBlocks is < 0 or > KvBlockPool.Unlimited) faults.Add($"{SwapBlocks} host blocks are given; they must be from 0 to {KvBlockPool.Unlimited}.");
        if (HostCacheBlocks is < 0 or > KvBlockPool.Unlimited)
            faults.Add($"{HostCacheBlocks} blocks of host cache are given; they must be from 0 to {KvBlockPool.Unlimited}.");
        if (HostCacheBlocks > 0 && (!PrefixCaching || PrefixIndex != PrefixIndex.BlockHashes))
            faults.Add("a host cache needs prefix caching by block hashes; turn that on, or give 0 blocks of host cache.");
        if (RequestOverhead < SimDuration.Zero) faults.Add($"the request overhead is {RequestOverhead}; it must be at least 0.");
        if (ResponseOverhead < SimDuration.Zero) faults.Add($"the response overhead is {ResponseOverhead}; it must be at least 0.");
        if (ReleasesTogether && PrefixCaching) faults.Add("blocks are released together and cached by prefix; turn one of the two off.");
        if (ReleasesTogether && AsyncScheduling) faults.Add("blocks are released together under async scheduling; turn one of the two off.");
        return faults;
    }

    internal HostTier? HostTier() => HostCacheBlocks > 0 ? new(HostCacheBlocks, HostWritePolicy) : null;
}

/// <summary>How an engine finds cached prefixes.</summary>
public enum PrefixIndex
{
    /// <summary>Blocks by chained hashes, freed blocks evicted in the order in which they were freed (vLLM).</summary>
    BlockHashes,

    /// <summary>A radix tree over tokens, its least recently used leaves evicted first (SGLang).</summary>
    RadixTree,
}

/// <summary>The order of a waiting queue.</summary>
public enum QueueOrder
{
    /// <summary>In order of arrival; preempted sequences in front.</summary>
    Arrival,

    /// <summary>By <see cref="Workloads.Requests.Request.Priority"/>, the lower value first, then by arrival and id; preempted sequences among the others.</summary>
    Priority,
}

/// <summary>What part of a request an engine runs.</summary>
public enum EngineRole
{
    /// <summary>All of it.</summary>
    Mixed,

    /// <summary>The prompt: a request is over with its first token.</summary>
    Prefill,

    /// <summary>The output after the first token, which another engine has computed with the KV cache of the prompt; it is there at arrival.</summary>
    Decode,
}

/// <summary>What a scheduler may know when it is made.</summary>
/// <param name="ContextWindow">Longest prompt and output together, in tokens.</param>
/// <param name="BlockTokens">Tokens of a KV block.</param>
/// <param name="KvBlocks">KV blocks that sequences can hold; <see cref="KvBlockPool.Unlimited"/> without a limit.</param>
/// <param name="BatchSlots">Batches that may be in flight: the depth of the pipeline.</param>
/// <param name="Ranks">Attention data-parallel ranks.</param>
/// <param name="Random">A stream of its own.</param>
public readonly record struct SchedulerContext(int ContextWindow, int BlockTokens, long KvBlocks, int BatchSlots, int Ranks, RandomStream Random);
