using Simulator.Core.Time;
using Simulator.Tests.Workloads.Traces;
using Simulator.Workloads.Arrivals;
using Simulator.Workloads.Lengths;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Sessions;
using Simulator.Workloads.Spans;

namespace Simulator.Tests.Workloads.Sessions;

public class SessionTests
{
    private static readonly SessionProfile Profile = new()
    {
        Turns = new UniformLength(1, 6),
        NewInput = new UniformLength(5, 50),
        Output = new UniformLength(10, 100),
        Think = new FixedSpan(30.Seconds()),
        SystemPromptTokens = 64,
        SystemPromptKey = 5,
        Model = "m",
    };

    private static readonly ResponseEstimate Response = new(1.Seconds(), 10.Milliseconds());

    [Test]
    public void SessionTrace_Turns_GrowThePromptAndKeepItsContent()
    {
        Request[] requests = [.. SessionTrace.Of(new PoissonArrivals(1), Profile, Response, seed: 1).Take(5000)];

        Assert.That(requests.Select(r => r.Arrival.Nanoseconds), Is.Ordered);
        Assert.That(requests.All(r => r.Class == "conversation" && r.Model == "m"));
        foreach (IGrouping<string?, Request> session in requests.GroupBy(r => r.Session))
        {
            Request[] turns = [.. session];
            Assert.That(turns.Select(t => t.Turn), Is.EqualTo(Enumerable.Range(0, turns.Length)));
            Assert.That(turns.Length, Is.LessThanOrEqualTo(6));
            foreach ((Request before, Request turn) in turns.Zip(turns.Skip(1)))
            {
                Assert.That(turn.PromptTokens - before.PromptTokens - before.OutputTokens, Is.InRange(5, 50));
                Assert.That(turn.Arrival, Is.EqualTo(before.Arrival + Response.Of(before.OutputTokens) + 30.Seconds()));
                Assert.That(turn.Content[1].Key, Is.EqualTo(before.Content[1].Key));
            }
            Assert.That(turns.All(t => t.Content[0] == new ContentSegment(5, 64) && t.Content.Sum(s => s.Tokens) == t.PromptTokens));
            Assert.That(turns[0].PromptTokens, Is.InRange(69, 114));
            Assert.That(turns.All(t => t.RecordedDuration == Response.Of(t.OutputTokens)));
        }
        Assert.That(requests.Select(r => r.Content[1].Key).Distinct().Count(), Is.EqualTo(requests.Select(r => r.Session).Distinct().Count()));
    }

    [Test]
    public void SessionTrace_SameSeed_IsRepeatable() =>
        Assert.That(
            TraceText.Show(SessionTrace.Of(new PoissonArrivals(1), Profile, Response, seed: 1).Take(200)),
            Is.EqualTo(TraceText.Show(SessionTrace.Of(new PoissonArrivals(1), Profile, Response, seed: 1).Take(200))));

    [Test]
    public void SessionTrace_FullContext_EndsTheSession()
    {
        SessionProfile profile = Profile with { MaxContextTokens = 300, Turns = new FixedLength(100), SystemPromptTokens = 0 };

        Request[] requests = [.. SessionTrace.Of(new PoissonArrivals(1), profile, Response, seed: 1).Take(2000)];

        Assert.That(requests.Max(r => r.PromptTokens + r.OutputTokens), Is.InRange(250, 300));
        Assert.That(requests.All(r => r.Content.Single().Tokens == r.PromptTokens));
    }

    [Test]
    public void SessionWorkload_Turns_FollowTheEndOfTheTurnBefore()
    {
        using var workload = new SessionWorkload(new PoissonArrivals(2), Profile, sessionCount: 500, seed: 3);

        var ended = WorkloadRun.Play(workload, r => SimDuration.FromSeconds(0.5 + (r.Id % 7)));

        var sessions = ended.GroupBy(e => e.Request.Session).Select(s => s.OrderBy(e => e.Request.Turn).ToArray()).ToArray();
        Assert.That(sessions, Has.Length.EqualTo(500));
        Assert.That(ended.Select(e => e.Request.Id).Order(), Is.EqualTo(Enumerable.Range(0, ended.Count)));
        Assert.That(sessions.SelectMany(s => s.Zip(s.Skip(1), (a, b) => b.Request.Arrival - a.End)), Is.All.EqualTo(30.Seconds()));
        Assert.That(sessions.Average(s => s.Length), Is.EqualTo(3.5).Within(0.25));
        Assert.That(workload.TryPeek(out _), Is.False);
        Assert.Throws<InvalidOperationException>(() => workload.Take());
    }

    [Test]
    public void SessionWorkload_OtherServiceTimes_LeaveWhatIsAsked()
    {
        IEnumerable<string> Asked(double seconds)
        {
            using var workload = new SessionWorkload(new PoissonArrivals(2), Profile, sessionCount: 100, seed: 3);
            return [.. WorkloadRun.Play(workload, _ => seconds.Seconds()).Select(e => $"{e.Request.Session}/{e.Request.Turn} {e.Request.PromptTokens}>{e.Request.OutputTokens}").Order()];
        }

        Assert.That(Asked(0.1), Is.EqualTo(Asked(100)));
    }

    [Test]
    public void SessionWorkload_TurnThatTimesOut_EndsTheSession()
    {
        using var workload = new SessionWorkload(new PoissonArrivals(2), Profile with { Turns = new FixedLength(5) }, sessionCount: 100, seed: 3);

        var ended = WorkloadRun.Play(workload, _ => 1.Seconds(), r => r.Turn == 1 ? RequestOutcome.TimedOut : RequestOutcome.Completed);

        Assert.That(ended, Has.Count.EqualTo(200));
    }

    [Test]
    public void Constructors_ParametersOutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SessionWorkload(new PoissonArrivals(1), Profile, sessionCount: 0, seed: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => SessionTrace.Of(new PoissonArrivals(1), Profile with { SystemPromptTokens = -1 }, Response, seed: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => SessionTrace.Of(new PoissonArrivals(1), Profile with { MaxContextTokens = 0 }, Response, seed: 1));
    }
}
