using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Clusters;
using Simulator.Models.Engines;
using Simulator.Models.Results;
using Simulator.Workloads.Requests;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Engines;

/// <summary>Tokens that are sent several at a time.</summary>
public sealed class TokenStreamTests
{
    private static readonly EngineOptions Engine = VllmV1(new VllmV1Options { TokenBudget = 64, MaxSequences = 8 });

    // Tokens at 4, 14, 24 ms and so on. The first is sent alone, then each third, and the rest at the end.
    [TestCase(1, 1, 0, 0.0)]
    [TestCase(8, 1, 7, 10.0)]
    [TestCase(8, 3, 3, 30.0)]
    [TestCase(7, 3, 2, 30.0)]
    [TestCase(2, 3, 1, 10.0)]
    [TestCase(7, 9, 1, 60.0)]
    public void StreamInterval_OneRequest_SendsTheFirstThenEachNthThenTheRest(int output, int interval, int gaps, double longest)
    {
        (RunResult run, Recorder seen) = Record(Pool(Engine with { StreamInterval = interval }), [Request(0, 0, 4, output)]);
        Assert.That(run.Itl.Count, Is.EqualTo(gaps));
        Assert.That((run.Itl.Max ?? 0) * 1000, Is.EqualTo(longest).Within(1e-9));
        Assert.That((run.Itl.Mean ?? 0) * gaps * 1000, Is.EqualTo(10.0 * (output - 1)).Within(1e-6), "all the time from the first token to the last");
        RequestRecord record = seen.Requests.Single();
        Assert.That((record.FirstToken.Ms(), record.End.Ms()), Is.EqualTo(((double?)4.0, 4.0 + 10 * (output - 1))), "neither TTFT nor the end change");
    }

    /// <summary>Told once more, message by message, from what each request got in each iteration.</summary>
    [SeededProperty(MaxTest = 200, Arbitrary = [typeof(Scenarios)])]
    public void StreamInterval_RandomScenario_EqualsMessagesOneByOne(Scenario scenario)
    {
        scenario = scenario with { Until = null };
        ClusterSpec cluster = scenario.Cluster();
        int interval = 2 + (int)(scenario.Seed % 7);
        PoolSpec pool = cluster.Pools[0] with { Serves = [], Engine = cluster.Pools[0].Engine with { StreamInterval = interval } };
        Messages messages = new(interval, scenario.Requests.ToDictionary(request => request.Id, request => request.PromptTokens));
        RunResult run = ServingSimulation.Run(cluster with { Pools = [pool] }, scenario.Requests, scenario.Seed, new RunOptions { Observer = messages });
        Assert.That(run.Itl.Count, Is.EqualTo(messages.Gaps.Count));
        if (messages.Gaps.Count == 0) return;
        Assert.That(run.Itl.Mean * 1e9, Is.EqualTo(messages.Gaps.Average()).Within(1.01), "instants are cut to nanoseconds");
        Assert.That(run.Itl.Max * 1e9, Is.EqualTo(messages.Gaps.Max()).Within(1.01));
    }

    private sealed class Messages(int interval, Dictionary<long, int> prompts) : IRunObserver
    {
        private readonly Dictionary<long, (int Tokens, long Message, long End)> _told = [];

        public List<double> Gaps { get; } = [];

        public bool WantsIterations => true;

        public bool WantsRows => true;

        public void OnRow(in RowRecord row)
        {
            (int tokens, long message, _) = _told.GetValueOrDefault(row.Request);
            if (row.Kind == RowKind.Prefill && row.ContextTokens + row.Tokens < prompts[row.Request] + tokens) return;
            long end = row.End.Nanoseconds;
            if (tokens > 0 && tokens % interval == 0) Gaps.Add(end - message);
            _told[row.Request] = (tokens + 1, tokens % interval == 0 ? end : message, end);
        }

        public void OnRequestEnded(in RequestRecord record)
        {
            if (record.Outcome == RequestOutcome.Completed && _told[record.Request.Id] is var (_, message, end) && end > message) Gaps.Add(end - message);
        }

        public void OnIteration(in IterationRecord record)
        {
        }

        public void OnSample(in ReplicaSample sample)
        {
        }
    }
}
