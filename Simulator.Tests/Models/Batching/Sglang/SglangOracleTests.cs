using Simulator.Models.Batching.Sglang;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Tests.Models.Engines;

namespace Simulator.Tests.Models.Batching.Sglang;

/// <summary>The scheduler against <see cref="NaiveSglang"/>, and with fast-forward on and off, over random workloads.</summary>
public sealed class SglangOracleTests
{
    [SeededProperty(MaxTest = 500, Arbitrary = [typeof(OracleCases)])]
    public void Run_RandomWorkload_EqualsNaiveEngine(OracleCase scenario)
    {
        SglangOptions options = Options(scenario) with { RadixCache = false, OverlapSchedule = false, SchedulePolicy = SglangPolicy.FirstComeFirstServed };
        long blocks = scenario.Blocks / options.PageSize + 1;
        scenario.Check(ServingEngines.Sglang(options), blocks, new NaiveSglang(options, blocks, TestEngines.Fractions));
    }

    [SeededProperty(MaxTest = 300, Arbitrary = [typeof(OracleCases)])]
    public void Run_FastForwardOnAndOff_SameBytes(OracleCase scenario)
    {
        SglangOptions options = Options(scenario);
        EngineOptions engine = ServingEngines.Sglang(options) with { ReceiveInterval = scenario.Pick(8, 1, 1, 4) };
        scenario.CheckFastForward(engine, scenario.Blocks / options.PageSize + 1, new ParallelPlan(Pipeline: scenario.Pick(9, 1, 1, 2)));
    }

    private static SglangOptions Options(OracleCase scenario)
    {
        int page = scenario.Pick(0, 1, 1, 4);
        int? chunk = scenario.Pick<int?>(1, null, 8, 16, 32, 64);
        bool lpm = scenario.Pick(5, false, true);
        return new()
        {
            PageSize = page,
            ChunkedPrefillSize = chunk,
            MaxPrefillTokens = scenario.Pick(2, 16, 50, 1000),
            MaxRunningRequests = scenario.Pick(3, 2, 4, 100),
            MixedChunk = chunk is not null && scenario.Pick(4, true, false),
            SchedulePolicy = lpm ? SglangPolicy.LongestPrefixMatch : SglangPolicy.FirstComeFirstServed,
            PriorityScheduling = !lpm && scenario.Pick(6, true, false),
            ScheduleConservativeness = scenario.Pick(7, 0, 0.3, 1, 2),
            OverlapSchedule = scenario.Pick(10, true, false),
            RadixCache = scenario.Pick(11, true, false),
        };
    }
}
