using Simulator.Core.Time;
using Simulator.Models.Batching.TensorRtLlm;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Tests.Models.Engines;

namespace Simulator.Tests.Models.Batching.TensorRtLlm;

/// <summary>The scheduler against <see cref="NaiveTensorRtLlm"/>, and with fast-forward on and off, over random workloads.</summary>
public sealed class TensorRtLlmOracleTests
{
    [SeededProperty(MaxTest = 500, Arbitrary = [typeof(OracleCases)])]
    public void Run_RandomWorkload_EqualsNaiveEngine(OracleCase scenario)
    {
        TensorRtLlmOptions options = Options(scenario) with { BlockReuse = false, OverlapScheduler = false };
        long blocks = scenario.Blocks / options.TokensPerBlock + 1;
        scenario.Check(ServingEngines.TensorRtLlm(options), blocks, new NaiveTensorRtLlm(options, blocks, TestEngines.Fractions));
    }

    [SeededProperty(MaxTest = 300, Arbitrary = [typeof(OracleCases)])]
    public void Run_FastForwardOnAndOff_SameBytes(OracleCase scenario)
    {
        int ranks = scenario.Pick(9, 1, 1, 2, 4);
        TensorRtLlmOptions options = Options(scenario) with
        {
            BatchWaitTimeout = SimDuration.FromMilliseconds(scenario.Pick(10, 0, 0, 0, 3)),
            AttentionDpBalance = ranks > 1 && scenario.Pick(11, true, true, false),
            AttentionDpTimeoutIters = scenario.Pick(12, 0, 2, 5, 50),
            AttentionDpBatchingWaitIters = scenario.Pick(13, 0, 1, 3),
        };
        ParallelPlan plan = ranks > 1 ? new(Pipeline: 1, Data: ranks) : new(Pipeline: scenario.Pick(14, 1, 1, 2));
        long blocks = scenario.Blocks / options.TokensPerBlock + 1;
        scenario.CheckFastForward(ServingEngines.TensorRtLlm(options), blocks * ranks, plan);
    }

    private static TensorRtLlmOptions Options(OracleCase scenario)
    {
        bool chunked = scenario.Pick(0, true, false);
        return new()
        {
            CapacityPolicy = scenario.Pick(1, CapacityPolicy.GuaranteedNoEvict, CapacityPolicy.MaxUtilization),
            TokensPerBlock = scenario.Pick(2, 1, 4, 8),
            MaxBatchSize = scenario.Pick(3, 2, 4, 8),
            MaxNumTokens = chunked ? scenario.Pick(4, 8, 16, 64) : scenario.Pick(4, 40, 50, 100),
            ChunkedPrefill = chunked,
            BatchWaitTimeoutIters = scenario.Pick(5, 0, 0, 2, 6),
            BatchWaitMaxTokensRatio = scenario.Pick(6, 0, 0.5, 0.9),
            OverlapScheduler = scenario.Pick(7, true, false),
            BlockReuse = scenario.Pick(8, true, false),
        };
    }
}
