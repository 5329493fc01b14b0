using Simulator.Models.Clusters;
using Simulator.Models.Results;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Results;

public sealed class RowRecordTests
{
    [SeededProperty(MaxTest = 300)]
    public void Rows_OfAnyRun_AddUpToItsIterationsAndRequests(ulong seed)
    {
        Scenario scenario = Scenario.Of(seed);
        Rows seen = Run(scenario, fastForward: true);

        ILookup<(int, int, long), RowRecord> rows = seen.All.ToLookup(row => (row.Replica, row.Slot, row.Start.Nanoseconds));
        foreach (IterationRecord iteration in seen.Iterations.Where(iteration => iteration.End > iteration.Start))
        {
            RowRecord[] of = [.. rows[(iteration.Replica, iteration.Slot, iteration.Start.Nanoseconds)].Where(row => row.End == iteration.End)];
            RowRecord[] prefills = [.. of.Where(row => row.Kind == RowKind.Prefill)];
            Assert.That(
                (of.Length - prefills.Length, prefills.Length, prefills.Sum(row => row.Tokens)),
                Is.EqualTo((iteration.DecodeRows, iteration.PrefillRows, iteration.PrefillTokens)));
        }
        foreach (RequestRecord record in seen.Requests.Where(record => record.Outcome == RequestOutcome.Completed))
        {
            RowRecord[] of = [.. seen.All.Where(row => row.Request == record.Request.Id).OrderBy(row => row.Start).ThenBy(row => row.ContextTokens)];
            if (of.Length == 0) continue; // one token, which another engine gave
            Assert.That(of[0].Start, Is.GreaterThanOrEqualTo(record.FirstScheduled!.Value), "copies between host and device come first");
            Assert.That(of[^1].End, Is.LessThanOrEqualTo(record.End), "the answer may take time to reach its client");
            Assert.That(of[^1].ContextTokens + of[^1].Tokens, Is.EqualTo(record.Request.PromptTokens + record.GeneratedTokens - 1));
            Assert.That(seen.Preemptions.Count(preemption => preemption.Request == record.Request.Id), Is.EqualTo(record.Preemptions));
        }
    }

    [SeededProperty(MaxTest = 100)]
    public void Rows_WithoutFastForward_AreTheSame(ulong seed)
    {
        Scenario scenario = Scenario.Of(seed);
        if (!scenario.AllowsFastForward) return;
        Rows on = Run(scenario, fastForward: true), off = Run(scenario, fastForward: false);
        Assert.That(Sorted(on), Is.EqualTo(Sorted(off)), "invariant 7");
        Assert.That(on.Preemptions, Is.EqualTo(off.Preemptions));
    }

    [Test]
    public void Observers_OfWhichOneWantsRows_ItAloneSeesThem()
    {
        Rows first = new(), second = new() { WantsRows = false };
        RunObservers both = new(first, second);
        TinyRun.Run(both);
        Assert.That(both.WantsRows);
        Assert.That(new RunObservers(second).WantsRows, Is.False);
        Assert.That(second.All, Is.Empty);
        Assert.That(
            first.All.Select(row => (row.Request, row.Kind, row.Tokens, row.ContextTokens, row.Start.ToSeconds())),
            Is.EqualTo(((long, RowKind, int, int, double)[])
            [
                (0, RowKind.Prefill, 10, 0, 0), (0, RowKind.Decode, 1, 10, 0.02), (1, RowKind.Prefill, 20, 0, 0.02), (0, RowKind.Decode, 1, 11, 0.07),
                (6, RowKind.Prefill, 62, 0, 0.1), (6, RowKind.Decode, 1, 62, 0.172),
            ]));
    }

    private static Rows Run(Scenario scenario, bool fastForward)
    {
        Rows seen = new();
        ServingSimulation.Run(scenario.Cluster(fastForward), scenario.Requests, scenario.Seed, new RunOptions { Observer = seen, Until = scenario.Until });
        return seen;
    }

    private static RowRecord[] Sorted(Rows rows) =>
        [.. rows.All.OrderBy(row => row.Replica).ThenBy(row => row.Slot).ThenBy(row => row.Start).ThenBy(row => row.End).ThenBy(row => row.Request)];

    private sealed class Rows : IRunObserver
    {
        public List<RowRecord> All { get; } = [];

        public List<PreemptionRecord> Preemptions { get; } = [];

        public List<IterationRecord> Iterations { get; } = [];

        public List<RequestRecord> Requests { get; } = [];

        public bool WantsIterations => true;

        public bool WantsRows { get; init; } = true;

        public void OnRequestEnded(in RequestRecord record) => Requests.Add(record);

        public void OnIteration(in IterationRecord record) => Iterations.Add(record);

        public void OnRow(in RowRecord record) => All.Add(record);

        public void OnPreemption(in PreemptionRecord record) => Preemptions.Add(record);

        public void OnSample(in ReplicaSample sample)
        {
        }
    }
}
