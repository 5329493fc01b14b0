using Simulator.Cli.Reading;
using Simulator.Models.Batching.Apex;
using Simulator.Models.Batching.DistServe;
using Simulator.Models.Batching.FasterTransformer;
using Simulator.Models.Batching.Orca;
using Simulator.Models.Batching.Sarathi;
using Simulator.Models.Engines;

namespace Simulator.Cli.Scenarios.Schedulers;

/// <content>Schedulers of papers, and of the engines and simulators that came with them.</content>
internal static partial class KnownSchedulers
{
    private static (string Name, ApexResumption Value)[] Resumptions => [("recompute", ApexResumption.Recompute), ("free", ApexResumption.Free)];

    private static SchedulerEntry<FasterTransformerOptions> FasterTransformer() =>
        new SchedulerEntry<FasterTransformerOptions>(
            "faster-transformer", "NVIDIA FasterTransformer behind a batching server, as in faster_transformer_scheduler.py of Sarathi-Serve (96f9911)",
            (_, _) => new FasterTransformerOptions(), ServingEngines.FasterTransformer)
            .With(
                "maxBatchSize", "count", "requests of a batch at most",
                Values.Count(), options => options.MaxBatchSize, (options, value) => options with { MaxBatchSize = value })
            .WithBlocks();

    private static SchedulerEntry<OrcaOptions> Orca() =>
        new SchedulerEntry<OrcaOptions>(
            "orca", "Orca (OSDI '22), algorithm 1, and orca_scheduler.py of Sarathi-Serve (96f9911)", (_, _) => new OrcaOptions(), ServingEngines.Orca)
            .With(
                "maxBatchSize", "count", "requests of an iteration at most (`max_bs` in the paper)",
                Values.Count(), options => options.MaxBatchSize, (options, value) => options with { MaxBatchSize = value })
            .WithBlocks();

    private static SchedulerEntry<SarathiOptions> Sarathi() =>
        new SchedulerEntry<SarathiOptions>(
            "sarathi", "Sarathi-Serve (OSDI '24, 96f9911), sarathi/core/scheduler/sarathi_scheduler.py, and sarathi_replica_scheduler.py of Vidur (7d47513)",
            (_, _) => new SarathiOptions(), ServingEngines.Sarathi)
            .With(
                "chunkTokens", "tokens", "tokens up to which an iteration takes parts of prompts, its decodes included (`chunk_size`)",
                Values.Count(), options => options.ChunkTokens, (options, value) => options with { ChunkTokens = value })
            .WithMap(
                "chunkSchedule", "mapping",
                "chunks that become smaller as a prompt goes on, in place of `chunkTokens` (`enable_dynamic_chunking_schedule`): from `highTokens` to `lowTokens`, both "
                + "multiples of 32, in `stages` steps over `maxTokens` of a prompt, all four required",
                ReadChunkSchedule, options => options.ChunkSchedule, (options, value) => options with { ChunkSchedule = value })
            .With(
                "maxSequences", "count", "sequences that run at once (`max_num_seqs`); at least one for each pipeline stage",
                Values.Count(), options => options.MaxSequences, (options, value) => options with { MaxSequences = value })
            .With(
                "watermarkFraction", "share, from 0", "share of the KV blocks that admission leaves free (`watermark`); below 1",
                Quantities.Share(), options => options.WatermarkFraction, (options, value) => options with { WatermarkFraction = value })
            .WithBlocks();

    private static SarathiChunkSchedule ReadChunkSchedule(Cursor schedule) => new(
        schedule.Required("lowTokens", Values.Count(), "the tokens of the last chunk"),
        schedule.Required("highTokens", Values.Count(), "the tokens of the first chunk"),
        schedule.Required("maxTokens", Values.Count(), "the tokens of a prompt over which chunks become smaller"),
        schedule.Required("stages", Values.Count(), "the number of chunk sizes"));

    private static SchedulerEntry<DistServePrefillOptions> DistServePrefill() =>
        new SchedulerEntry<DistServePrefillOptions>(
            "distserve-prefill", "DistServe (OSDI '24, 8024143), distserve/context_stage_scheduler.py",
            (_, _) => new DistServePrefillOptions(), ServingEngines.DistServePrefill)
            .With(
                "maxBatchSize", "count", "requests of a batch at most (`context-max-batch-size`)",
                Values.Count(), options => options.MaxBatchSize, (options, value) => options with { MaxBatchSize = value })
            .With(
                "maxTokensPerBatch", "tokens", "prompt tokens of a batch at most (`context-max-tokens-per-batch`)",
                Values.Count(), options => options.MaxTokensPerBatch, (options, value) => options with { MaxTokensPerBatch = value })
            .WithBlocks();

    private static SchedulerEntry<DistServeDecodeOptions> DistServeDecode() =>
        new SchedulerEntry<DistServeDecodeOptions>(
            "distserve-decode", "DistServe (OSDI '24, 8024143), distserve/decoding_stage_scheduler.py",
            (_, _) => new DistServeDecodeOptions(), ServingEngines.DistServeDecode)
            .With(
                "maxBatchSize", "count", "requests of a batch at most (`decoding-max-batch-size`)",
                Values.Count(), options => options.MaxBatchSize, (options, value) => options with { MaxBatchSize = value })
            .WithSwap("`swap-space`, there in GiB")
            .WithBlocks();

    private static SchedulerEntry<ApexOptions> Apex() =>
        new SchedulerEntry<ApexOptions>(
            "apex", "APEX (microsoft/apex_plus, d96aa5f), apex_plus/simulator/simulator.py", (_, _) => new ApexOptions(), ServingEngines.Apex)
            .With(
                "maxBatchSize", "count or `none`", "requests of an iteration at most (`--max-batch-size`); `none` for no bound",
                Values.OrWord("none", 0, Values.Count()), options => (object?)options.MaxBatchSize ?? "none",
                (options, value) => options with { MaxBatchSize = value == 0 ? null : value })
            .With(
                "tokenBudget", "tokens", "tokens of an iteration at most (`MAX_NUM_INPUT_TOKENS`): prompts whole, and one for each decode",
                Values.Count(), options => options.TokenBudget, (options, value) => options with { TokenBudget = value })
            .With(
                "resumption", "`recompute`, `free`",
                "how a request goes on that was stopped because KV memory was full: it computes its known tokens again, or, as in APEX, its KV cache comes back at no cost",
                Values.OneOf("resumption", Resumptions), options => NameOf(Resumptions, options.Resumption), (options, value) => options with { Resumption = value })
            .WithBlocks();
}
