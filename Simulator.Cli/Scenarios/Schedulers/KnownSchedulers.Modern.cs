using Simulator.Cli.Reading;
using Simulator.Models.Batching.Sglang;
using Simulator.Models.Batching.TensorRtLlm;
using Simulator.Models.Engines;

namespace Simulator.Cli.Scenarios.Schedulers;

/// <content>SGLang and TensorRT-LLM.</content>
internal static partial class KnownSchedulers
{
    private static (string Name, SglangPolicy Value)[] SglangPolicies =>
        [("fcfs", SglangPolicy.FirstComeFirstServed), ("lpm", SglangPolicy.LongestPrefixMatch)];

    private static (string Name, CapacityPolicy Value)[] CapacityPolicies =>
        [("guaranteed-no-evict", CapacityPolicy.GuaranteedNoEvict), ("max-utilization", CapacityPolicy.MaxUtilization)];

    private static SchedulerEntry<SglangOptions> Sglang() =>
        new SchedulerEntry<SglangOptions>(
            "sglang", "SGLang 0.5, python/sglang/srt/managers/scheduler.py and schedule_policy.py", (device, _) => SglangOptions.For(device), ServingEngines.Sglang)
            .With(
                "chunkedPrefillSize", "tokens or `none`",
                "tokens of prompts in an iteration before a prompt is split (`chunked_prefill_size`), a multiple of `blockTokens`; `none` for whole prompts",
                Values.OrWord("none", 0, Values.Count()), options => (object?)options.ChunkedPrefillSize ?? "none",
                (options, value) => options with { ChunkedPrefillSize = value == 0 ? null : value })
            .With(
                "maxPrefillTokens", "tokens", "tokens of prompts in an iteration (`max_prefill_tokens`); without chunks its first prompt may be longer",
                Values.Count(), options => options.MaxPrefillTokens, (options, value) => options with { MaxPrefillTokens = value })
            .With(
                "maxRunningRequests", "count", "sequences that run at once (`max_running_requests`)",
                Values.Count(), options => options.MaxRunningRequests, (options, value) => options with { MaxRunningRequests = value })
            .With(
                "mixedChunk", "flag", "whether decodes run in the same iterations as chunks of prompts (`enable_mixed_chunk`); needs `chunkedPrefillSize`",
                Values.Flag(), options => options.MixedChunk, (options, value) => options with { MixedChunk = value })
            .With(
                "schedulePolicy", "`fcfs`, `lpm`", "the order of admission (`schedule_policy`): by arrival, or the longest cached prefix first",
                Values.OneOf("schedule policy", SglangPolicies), options => NameOf(SglangPolicies, options.SchedulePolicy),
                (options, value) => options with { SchedulePolicy = value })
            .With(
                "scheduleConservativeness", "number, from 0",
                "how much of the output that running requests may still generate is set aside, relative to the default (`schedule_conservativeness`)",
                Values.Number(0), options => options.ScheduleConservativeness, (options, value) => options with { ScheduleConservativeness = value })
            .With(
                "priorityScheduling", "flag",
                "whether the queue is in order of priority, the lower value first (`enable_priority_scheduling`, `schedule_low_priority_values_first`); not with `lpm`",
                Values.Flag(), options => options.PriorityScheduling, (options, value) => options with { PriorityScheduling = value })
            .With(
                "overlapSchedule", "flag", "whether an iteration is put together while the one before it runs (`disable_overlap_schedule` turns it off)",
                Values.Flag(), options => options.OverlapSchedule, (options, value) => options with { OverlapSchedule = value })
            .With(
                "blockTokens", "count", "tokens of a KV block (`page_size`)",
                Values.Count(), options => options.PageSize, (options, value) => options with { PageSize = value })
            .With(
                "prefixCaching", "flag", "whether prompts share their cached prefixes (`disable_radix_cache` turns it off)",
                Values.Flag(), options => options.RadixCache, (options, value) => options with { RadixCache = value });

    private static SchedulerEntry<TensorRtLlmOptions> TensorRtLlm() =>
        new SchedulerEntry<TensorRtLlmOptions>(
            "tensorrt-llm", "TensorRT-LLM 1.1, capacityScheduler.cpp, microBatchScheduler.cpp and tensorrt_llm/_torch/pyexecutor/py_executor.py",
            (_, _) => new TensorRtLlmOptions(), ServingEngines.TensorRtLlm)
            .With(
                "capacityPolicy", "`guaranteed-no-evict`, `max-utilization`",
                "when a request is admitted (`capacity_scheduler_policy`): when it fits to the last token that it may generate, or when its prompt fits now",
                Values.OneOf("capacity policy", CapacityPolicies), options => NameOf(CapacityPolicies, options.CapacityPolicy),
                (options, value) => options with { CapacityPolicy = value })
            .With(
                "maxBatchSize", "count", "sequences that run at once (`max_batch_size`)",
                Values.Count(), options => options.MaxBatchSize, (options, value) => options with { MaxBatchSize = value })
            .With(
                "maxNumTokens", "tokens", "tokens of one iteration at most (`max_num_tokens`); at least `maxBatchSize`. Without chunks a longer prompt is rejected",
                Values.Count(), options => options.MaxNumTokens, (options, value) => options with { MaxNumTokens = value })
            .With(
                "chunkedPrefill", "flag", "whether a prompt may be split over iterations, into multiples of a block (`enable_chunked_prefill`)",
                Values.Flag(), options => options.ChunkedPrefill, (options, value) => options with { ChunkedPrefill = value })
            .With(
                "overlapScheduler", "flag", "whether an iteration is put together while the one before it runs (`disable_overlap_scheduler` turns it off)",
                Values.Flag(), options => options.OverlapScheduler, (options, value) => options with { OverlapScheduler = value })
            .With(
                "batchWaitTimeout", "duration", "how long the engine waits before an iteration for `maxBatchSize` new requests (`batch_wait_timeout_ms`)",
                Quantities.Duration(), options => options.BatchWaitTimeout, (options, value) => options with { BatchWaitTimeout = value })
            .With(
                "batchWaitTimeoutIters", "count, from 0",
                "iterations for which prompts wait until more have come, while decodes run (`batch_wait_timeout_iters`); needs `batchWaitMaxTokensRatio`",
                Values.Count(0), options => options.BatchWaitTimeoutIters, (options, value) => options with { BatchWaitTimeoutIters = value })
            .With(
                "batchWaitMaxTokensRatio", "share, from 0", "share of `maxNumTokens` from which prompts wait no longer (`batch_wait_max_tokens_ratio`)",
                Quantities.Share(), options => options.BatchWaitMaxTokensRatio, (options, value) => options with { BatchWaitMaxTokensRatio = value })
            .With(
                "attentionDpBalance", "flag", "whether prompts wait until every attention data-parallel rank has one (`attention_dp_config.enable_balance`); needs two ranks",
                Values.Flag(), options => options.AttentionDpBalance, (options, value) => options with { AttentionDpBalance = value })
            .With(
                "attentionDpTimeoutIters", "count, from 0", "iterations after which they go ahead all the same (`attention_dp_config.timeout_iters`)",
                Values.Count(0), options => options.AttentionDpTimeoutIters, (options, value) => options with { AttentionDpTimeoutIters = value })
            .With(
                "attentionDpBatchingWaitIters", "count, from 0",
                "iterations for which prompts wait when every rank has one, for more to come (`attention_dp_config.batching_wait_iters`)",
                Values.Count(0), options => options.AttentionDpBatchingWaitIters, (options, value) => options with { AttentionDpBatchingWaitIters = value })
            .With(
                "blockTokens", "count", "tokens of a KV block (`tokens_per_block`)",
                Values.Count(), options => options.TokensPerBlock, (options, value) => options with { TokensPerBlock = value })
            .With(
                "prefixCaching", "flag", "whether prompts share their cached blocks (`enable_block_reuse`)",
                Values.Flag(), options => options.BlockReuse, (options, value) => options with { BlockReuse = value });
}
