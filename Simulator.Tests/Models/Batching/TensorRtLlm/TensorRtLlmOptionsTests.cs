using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Models.Batching.TensorRtLlm;
using Simulator.Models.Engines;

namespace Simulator.Tests.Models.Batching.TensorRtLlm;

public sealed class TensorRtLlmOptionsTests
{
    private static readonly (TensorRtLlmOptions Options, string Fault)[] Faults =
    [
        (new() { CapacityPolicy = (CapacityPolicy)4 }, "CapacityPolicy is 4; it must be GuaranteedNoEvict or MaxUtilization."),
        (new() { MaxBatchSize = 0 }, "MaxBatchSize is 0; it must be at least 1."),
        (new() { MaxNumTokens = 0 }, "MaxNumTokens is 0; it must be at least 1."),
        (new() { TokensPerBlock = 0 }, "TokensPerBlock is 0; it must be at least 1."),
        (new() { BatchWaitTimeout = SimDuration.FromNanoseconds(-1) }, "BatchWaitTimeout is "),
        (new() { BatchWaitTimeoutIters = -1 }, "BatchWaitTimeoutIters is -1; it must be 0 or more."),
        (new() { BatchWaitMaxTokensRatio = 1.1 }, "BatchWaitMaxTokensRatio is 1.1; it must be from 0 to 1."),
        (new() { BatchWaitMaxTokensRatio = -0.1 }, "BatchWaitMaxTokensRatio is -0.1; it must be from 0 to 1."),
        (new() { AttentionDpTimeoutIters = -1 }, "AttentionDpTimeoutIters is -1; it must be 0 or more."),
        (new() { AttentionDpBatchingWaitIters = -1 }, "AttentionDpBatchingWaitIters is -1; it must be 0 or more."),
        (new() { MaxBatchSize = 65, MaxNumTokens = 64 }, "MaxNumTokens (64) is below MaxBatchSize (65); it must be at least that, so that all decodes can run."),
        (new() { MaxBatchSize = 8, MaxNumTokens = 31, ChunkedPrefill = true },
            "ChunkedPrefill is on and MaxNumTokens (31) is below TokensPerBlock (32), the unit of chunks; it must be at least that."),
        (new() { MaxBatchSize = 2, MaxNumTokens = 1 }, "MaxNumTokens (1) is below MaxBatchSize (2); it must be at least that, so that all decodes can run."),
        (new() { MaxBatchSize = 1, MaxNumTokens = 1, ChunkedPrefill = true }, "ChunkedPrefill is on and MaxNumTokens (1) is below TokensPerBlock (32)"),
    ];

    private static SchedulerContext Context(int blockTokens, int ranks = 1) => new(4096, blockTokens, 100, 1, ranks, new RandomStreams(1).Stream("test"));

    [TestCaseSource(nameof(Faults))]
    public void Validate_OneFault_NamesItAndTheRange((TensorRtLlmOptions Options, string Fault) fault)
    {
        Assert.That(fault.Options.Validate(), Has.Count.EqualTo(1).And.One.StartsWith(fault.Fault));
        Assert.That(() => new TensorRtLlmScheduler(fault.Options, Context(fault.Options.TokensPerBlock)),
            Throws.ArgumentException.With.Message.StartsWith(fault.Fault));
    }

    [Test]
    public void Validate_AtTheBounds_NoFault()
    {
        Assert.That(new TensorRtLlmOptions().Validate(), Is.Empty);
        TensorRtLlmOptions least = new()
        {
            MaxBatchSize = 1, MaxNumTokens = 1, TokensPerBlock = 1, ChunkedPrefill = true, BatchWaitMaxTokensRatio = 1,
            AttentionDpTimeoutIters = 0, AttentionDpBatchingWaitIters = 0,
        };
        Assert.That(least.Validate(), Is.Empty);
        Assert.That(new TensorRtLlmOptions { MaxBatchSize = 8, MaxNumTokens = 31 }.Validate(), Is.Empty, "prompts that are not split need no whole block");
    }

    [Test]
    public void Constructor_DoesNotFitTheReplica_Throws()
    {
        Assert.That(() => new TensorRtLlmScheduler(new(), Context(16)),
            Throws.ArgumentException.With.Message.StartsWith("TokensPerBlock is 32 and a KV block has 16 tokens; they must be the same."));
        Assert.That(() => new TensorRtLlmScheduler(new() { AttentionDpBalance = true }, Context(32)),
            Throws.ArgumentException.With.Message.StartsWith("AttentionDpBalance is on and there is 1 attention data-parallel rank; it needs at least 2."));
        Assert.That(() => new TensorRtLlmScheduler(new() { AttentionDpBalance = true }, Context(32, ranks: 2)), Throws.Nothing);
        Assert.That(() => new TensorRtLlmScheduler(null!, Context(32)), Throws.ArgumentNullException);
    }

    [Test]
    public void Factory_Settings_ReachTheEngine()
    {
        EngineOptions engine = ServingEngines.TensorRtLlm();
        Assert.That((engine.BlockTokens, engine.MaxSequences, engine.TokenBudget, engine.MaxPromptTokens), Is.EqualTo((32, 2048, 8192, (int?)8192)));
        Assert.That((engine.PrefixCaching, engine.AsyncScheduling), Is.EqualTo((true, true)));
        EngineOptions other = ServingEngines.TensorRtLlm(new() { ChunkedPrefill = true, BlockReuse = false, OverlapScheduler = false });
        Assert.That((other.MaxPromptTokens, other.PrefixCaching, other.AsyncScheduling), Is.EqualTo(((int?)null, false, false)));
        Assert.That((engine with { MaxPromptTokens = 0 }).Validate(), Is.EqualTo(new[] { "the longest prompt is 0 tokens; it must be at least 1." }));
        Assert.That((engine with { MaxPromptTokens = 1 }).Validate(), Is.Empty);
    }
}
