using Simulator.Cli.Reading;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Engines;

namespace Simulator.Cli.Scenarios.Schedulers;

/// <summary>The schedulers that scenarios and the command line name. To add one is to add an entry.</summary>
internal static class KnownSchedulers
{
    public const string Default = "vllm-v1";

    public static IReadOnlyList<SchedulerEntry> All { get; } =
    [
        new SchedulerEntry<VllmV1Options>("vllm-v1", "vLLM 0.11, vllm/v1/core/sched/scheduler.py", VllmV1Options.For, ServingEngines.VllmV1)
            .With(
                "tokenBudget", "count", "tokens of one iteration at most (`max_num_batched_tokens`); at least `maxSequences`",
                Values.Count(), options => options.TokenBudget, (options, value) => options with { TokenBudget = value })
            .With(
                "maxSequences", "count", "sequences that run at once (`max_num_seqs`)",
                Values.Count(), options => options.MaxSequences, (options, value) => options with { MaxSequences = value })
            .With(
                "chunkedPrefill", "flag",
                "whether a prompt may be split over iterations (`enable_chunked_prefill`); without it `tokenBudget` must hold the longest context",
                Values.Flag(), options => options.ChunkedPrefill, (options, value) => options with { ChunkedPrefill = value })
            .With(
                "longPrefillThreshold", "tokens, from 0", "most tokens of one prompt in an iteration (`long_prefill_token_threshold`); 0 for no bound",
                Values.Count(0), options => options.LongPrefillThreshold, (options, value) => options with { LongPrefillThreshold = value })
            .WithEngine(
                "asyncScheduling", "flag", "whether an iteration is put together while the one before it runs (`async_scheduling`)",
                Values.Flag(), engine => engine.AsyncScheduling, (engine, value) => engine with { AsyncScheduling = value })
            .WithBlocks()
            .WithPrefixCaching(),
    ];

    public static string[] Names { get; } = [.. All.Select(entry => entry.Name)];

    /// <summary>An entry by its name.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static SchedulerEntry Of(string name) => All.First(entry => entry.Name == name);

    /// <summary>A scheduler by its name.</summary>
    public static ValueReader<SchedulerEntry> Entry { get; } = Values.OneOf("scheduler", [.. All.Select(entry => (entry.Name, entry))]);

    private static SchedulerEntry<TOptions> WithBlocks<TOptions>(this SchedulerEntry<TOptions> entry) => entry.WithEngine(
        "blockTokens", "count", "tokens of a KV block",
        Values.Count(), engine => engine.BlockTokens, (engine, value) => engine with { BlockTokens = value });

    private static SchedulerEntry<TOptions> WithPrefixCaching<TOptions>(this SchedulerEntry<TOptions> entry) => entry.WithEngine(
        "prefixCaching", "flag", "whether blocks with known content are shared and kept for reuse",
        Values.Flag(), engine => engine.PrefixCaching, (engine, value) => engine with { PrefixCaching = value });

    /// <summary>Why a key does not fit a scheduler, when it is an option of others.</summary>
    /// <returns>Null for a key that no scheduler has.</returns>
    public static string? WhyNot(string key, string chosen)
    {
        string[] takers = [.. All.Where(entry => entry.Name != chosen && entry.Options.Any(option => option.Key == key)).Select(entry => entry.Name)];
        return takers.Length == 0
            ? null
            : $"an option of {string.Join(", ", takers)}, and the scheduler is {chosen}; remove it or choose another 'scheduler'";
    }
}
