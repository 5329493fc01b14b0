using Simulator.Models.Devices;

namespace Simulator.Models.Batching.Sglang;

/// <summary>Settings of the SGLang scheduler, named as in the engine's own arguments (<c>server_args.py</c>).</summary>
public sealed record SglangOptions
{
    /// <summary>Tokens of prompts in an iteration, before a prompt is split (<c>chunked_prefill_size</c>); null for whole prompts.</summary>
    /// <value>8192, the default on devices of 60 to 160 GiB.</value>
    public int? ChunkedPrefillSize { get; init; } = 8192;

    /// <summary>Tokens of prompts in an iteration (<c>max_prefill_tokens</c>). Without chunks, its first prompt may be longer.</summary>
    /// <value>16384.</value>
    public int MaxPrefillTokens { get; init; } = 16384;

    /// <summary>Sequences that may run at once (<c>max_running_requests</c>).</summary>
    /// <value>2048, what the engine comes to by itself unless KV memory holds more than four context windows.</value>
    public int MaxRunningRequests { get; init; } = 2048;

    /// <summary>Whether decodes run in the same iterations as chunks of prompts (<c>enable_mixed_chunk</c>). Needs <see cref="ChunkedPrefillSize"/>.</summary>
    /// <value>False: prompts run alone, and decodes stand still meanwhile.</value>
    public bool MixedChunk { get; init; }

    /// <summary>The order in which waiting sequences are admitted (<c>schedule_policy</c>).</summary>
    /// <value><see cref="SglangPolicy.FirstComeFirstServed"/>.</value>
    public SglangPolicy SchedulePolicy { get; init; }

    /// <summary>How much of the output that running sequences may still generate is set aside, relative to the default (<c>schedule_conservativeness</c>); 0 or more.</summary>
    /// <value>1.</value>
    public double ScheduleConservativeness { get; init; } = 1;

    /// <summary>Whether the queue is in order of priority first, the lower value first (<c>enable_priority_scheduling</c> with <c>schedule_low_priority_values_first</c>).</summary>
    /// <value>False.</value>
    public bool PriorityScheduling { get; init; }

    /// <summary>Tokens of a KV block (<c>page_size</c>).</summary>
    /// <value>1.</value>
    public int PageSize { get; init; } = 1;

    /// <summary>Whether prompts share their cached prefixes (<c>disable_radix_cache</c> turns it off).</summary>
    /// <value>True.</value>
    public bool RadixCache { get; init; } = true;

    /// <summary>Whether an iteration is put together while the one before it runs (<c>disable_overlap_schedule</c> turns it off).</summary>
    /// <value>True.</value>
    public bool OverlapSchedule { get; init; } = true;

    /// <summary>Iterations between two looks at the inbox (<c>scheduler_recv_interval</c>), at least 1.</summary>
    /// <value>1.</value>
    public int RecvInterval { get; init; } = 1;

    /// <summary>The defaults for a device: the chunk grows with its memory (<c>_handle_gpu_memory_settings</c> in <c>server_args.py</c>).</summary>
    public static SglangOptions For(Device device)
    {
        double gibibytes = device.MemoryBytes / (double)(1L << 30);
        return new() { ChunkedPrefillSize = gibibytes < 35 ? 2048 : gibibytes < 60 ? 4096 : gibibytes < 160 ? 8192 : 16384 };
    }

    /// <summary>Reports every fault of the settings.</summary>
    /// <returns>One message for each fault, with the valid range; empty when all is well.</returns>
    public IReadOnlyList<string> Validate()
    {
        List<string> faults = [];
        if (ChunkedPrefillSize < 1) faults.Add($"ChunkedPrefillSize is {ChunkedPrefillSize}; it must be at least 1, or null for whole prompts.");
        if (MaxPrefillTokens < 1) faults.Add($"MaxPrefillTokens is {MaxPrefillTokens}; it must be at least 1.");
        if (MaxRunningRequests < 1) faults.Add($"MaxRunningRequests is {MaxRunningRequests}; it must be at least 1.");
        if (MixedChunk && ChunkedPrefillSize is null) faults.Add("MixedChunk is on and ChunkedPrefillSize is null; give a chunk size of at least 1, or turn MixedChunk off.");
        if (!Enum.IsDefined(SchedulePolicy)) faults.Add($"SchedulePolicy is {SchedulePolicy}; it must be FirstComeFirstServed or LongestPrefixMatch.");
        if (!(ScheduleConservativeness >= 0)) faults.Add($"ScheduleConservativeness is {ScheduleConservativeness}; it must be 0 or more.");
        if (PriorityScheduling && SchedulePolicy == SglangPolicy.LongestPrefixMatch)
            faults.Add("PriorityScheduling is on and SchedulePolicy is LongestPrefixMatch, which takes no notice of priorities; turn one of the two off.");
        if (PageSize < 1) faults.Add($"PageSize is {PageSize}; it must be at least 1.");
        if (RecvInterval < 1) faults.Add($"RecvInterval is {RecvInterval}; it must be at least 1.");
        if (ChunkedPrefillSize >= 1 && PageSize >= 1 && ChunkedPrefillSize % PageSize != 0)
            faults.Add($"ChunkedPrefillSize ({ChunkedPrefillSize}) is no multiple of PageSize ({PageSize}); it must be {PageSize} or a multiple of it.");
        return faults;
    }
}

/// <summary>The order in which SGLang admits waiting sequences (<c>schedule_policy</c>).</summary>
public enum SglangPolicy
{
    /// <summary>In order of arrival (<c>fcfs</c>).</summary>
    FirstComeFirstServed,

    /// <summary>
    /// The longest cached prefix first (<c>lpm</c>). A sequence that shares a prefix with one before it, which is not cached yet, comes last, so
    /// that it finds that prefix next time. With more than 128 waiting, in order of arrival.
    /// </summary>
    LongestPrefixMatch,
}
