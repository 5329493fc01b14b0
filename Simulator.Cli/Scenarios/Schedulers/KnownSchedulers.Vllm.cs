using Simulator.Cli.Reading;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Engines;

namespace Simulator.Cli.Scenarios.Schedulers;

/// <content>vLLM.</content>
internal static partial class KnownSchedulers
{
    private static SchedulerEntry<VllmV1Options> VllmV1() =>
        new SchedulerEntry<VllmV1Options>("vllm-v1", "vLLM 0.11, vllm/v1/core/sched/scheduler.py", device => VllmV1Options.For(device), ServingEngines.VllmV1)
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
            .With(
                "asyncScheduling", "flag", "whether an iteration is put together while the one before it runs (`async_scheduling`)",
                Values.Flag(), options => options.AsyncScheduling, (options, value) => options with { AsyncScheduling = value })
            .WithBlocks()
            .WithPrefixCaching();
}
