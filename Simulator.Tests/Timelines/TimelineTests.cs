using Simulator.Models.Batching;
using Simulator.Models.Clusters;
using Simulator.Models.Engines;
using Simulator.Models.Results;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Timelines;

/// <summary>Every timeline in this folder, against the engine that it names.</summary>
public sealed class TimelineTests
{
    private static readonly string Folder = Path.Combine(TestContext.CurrentContext.TestDirectory, "Timelines");

    private static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.timeline").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Names))]
    public void Timeline_RunByTheEngine_GoesAsWorkedOutByHand(string name)
    {
        TimelineCase timeline = TimelineCase.Parse(name, File.ReadAllText(Path.Combine(Folder, name)));
        EngineOptions engine = TimelineEngines.Make(timeline);
        Assert.Multiple(() =>
        {
            Script script = new();
            Recorder seen = Run(timeline, engine with { FastForward = false, Scheduler = context => new Scribe(engine.Scheduler(context), script) });
            Assert.That(script.Iterations, Has.Count.EqualTo(seen.Iterations.Count));
            List<string> iterations = [.. seen.Iterations.Zip(script.Iterations, (iteration, actions) => TimelineCase.Iteration(
                iteration.Start, iteration.End, timeline.Requests.Select(request => Action(request, iteration, actions, seen))))];
            Assert.That(iterations, Is.EqualTo(timeline.Iterations));
            Assert.That(Results(seen), Is.EqualTo(timeline.Results));

            Recorder fast = Run(timeline, engine);
            Assert.That(Results(fast), Is.EqualTo(timeline.Results), "with fast-forward");
            Assert.That(fast.Iterations, Is.EqualTo(seen.Iterations), "with fast-forward");
        });
    }

    private static Recorder Run(TimelineCase timeline, EngineOptions engine)
    {
        PoolSpec pool = (TestPools.Small with
        {
            CostModel = timeline.Costs,
            Engine = engine with { BlockTokens = timeline.BlockTokens, ContextWindow = timeline.Window },
        }).WithBlocks(timeline.Blocks + engine.ReservedBlocks);
        (RunResult run, Recorder seen) = TestEngines.Record(pool, timeline.Requests);
        Assert.That(run.Requests.Completed, Is.EqualTo(timeline.Requests.Count));
        return seen;
    }

    private static string Action(Request request, IterationRecord iteration, Dictionary<long, string> actions, Recorder seen)
    {
        if (actions.TryGetValue(request.Id, out string? action)) return action;
        bool isThere = request.Arrival <= iteration.Start && seen.Requests[(int)request.Id].End > iteration.Start;
        return isThere ? "." : "-";
    }

    private static List<string> Results(Recorder seen) => [.. seen.Requests.Select(r => TimelineCase.Result(r.Request.Id, r.FirstToken, r.End))];

    /// <summary>What the requests do in each iteration, by their ids.</summary>
    private sealed class Script
    {
        public List<Dictionary<long, string>> Iterations { get; } = [];
    }

    /// <summary>Writes down what its scheduler decides.</summary>
    private sealed class Scribe(IBatchScheduler scheduler, Script script) : IBatchScheduler
    {
        public BatchDecision Compose(BatchComposer batch)
        {
            BatchDecision decision = scheduler.Compose(batch);
            Dictionary<long, string> actions = [];
            for (bool more = batch.TryFirstRunning(out SequenceView view); more; more = BatchComposer.TryNext(view, out view))
                if (batch.IsScheduled(view)) actions.Add(view.Id, view.IsDecoding ? "d" : $"p{view.Sequence.ScheduledTokens}");
            if (actions.Count > 0) script.Iterations.Add(actions);
            return decision;
        }
    }
}
