using Simulator.Cli.Reading;
using Simulator.Models.Batching.VllmV0;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Engines;

namespace Simulator.Cli.Scenarios.Schedulers;

/// <content>vLLM.</content>
internal static partial class KnownSchedulers
{
    /// <summary>What <c>max_num_batched_tokens</c> is at least when it is left out (<c>SchedulerConfig</c>).</summary>
    private const int LeastBatchedTokens = 2048;

    private static (string Name, VllmV1Policy Value)[] Policies => [("fcfs", VllmV1Policy.FirstComeFirstServed), ("priority", VllmV1Policy.Priority)];

    private static (string Name, VllmV0Preemption Value)[] Preemptions => [("recompute", VllmV0Preemption.Recompute), ("swap", VllmV0Preemption.Swap)];

    private static SchedulerEntry<VllmV1Options> VllmV1() =>
        new SchedulerEntry<VllmV1Options>("vllm-v1", "vLLM 0.11, vllm/v1/core/sched/scheduler.py", (device, _) => VllmV1Options.For(device), ServingEngines.VllmV1)
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
                "policy", "`fcfs`, `priority`",
                "who goes first, and who is preempted (`policy`): by arrival, or by the priority of requests, the lower value first, and then by arrival",
                Values.OneOf("policy", Policies), options => NameOf(Policies, options.Policy), (options, value) => options with { Policy = value })
            .With(
                "asyncScheduling", "flag", "whether an iteration is put together while the one before it runs (`async_scheduling`)",
                Values.Flag(), options => options.AsyncScheduling, (options, value) => options with { AsyncScheduling = value })
            .WithBlocks()
            .WithPrefixCaching();

    private static SchedulerEntry<VllmV0Options> VllmV0() =>
        new SchedulerEntry<VllmV0Options>(
            "vllm-v0", "vLLM 0.2 and 0.3, vllm/core/scheduler.py, and vllm_replica_scheduler.py of Vidur (7d47513)",
            (_, contextWindow) => new VllmV0Options { MaxBatchedTokens = Math.Max(contextWindow, LeastBatchedTokens) }, ServingEngines.VllmV0)
            .With(
                "maxBatchedTokens", "tokens", "tokens that the prompts of one iteration may come to (`max_num_batched_tokens`); at least the context window",
                Values.Count(), options => options.MaxBatchedTokens, (options, value) => options with { MaxBatchedTokens = value },
                $"the context window, at least {LeastBatchedTokens}")
            .With(
                "maxSequences", "count", "sequences that run at once (`max_num_seqs`); at least one for each pipeline stage",
                Values.Count(), options => options.MaxSequences, (options, value) => options with { MaxSequences = value })
            .With(
                "paddedPrompts", "flag",
                "whether prompts count as padded to the longest of the iteration, as in these versions, or with their own tokens, as in later ones",
                Values.Flag(), options => options.PaddedPrompts, (options, value) => options with { PaddedPrompts = value })
            .With(
                "watermarkFraction", "share, from 0", "share of the KV blocks that admission leaves free (`watermark`); below 1",
                Quantities.Share(), options => options.WatermarkFraction, (options, value) => options with { WatermarkFraction = value })
            .With(
                "preemption", "`recompute`, `swap`",
                "what becomes of a sequence that makes room: it computes its tokens again, or its blocks go to host memory and come back",
                Values.OneOf("preemption", Preemptions), options => NameOf(Preemptions, options.Preemption),
                (options, value) => options with { Preemption = value })
            .WithSwap("`swap_space`, there in GiB; for `preemption: swap`")
            .WithBlocks();
}
