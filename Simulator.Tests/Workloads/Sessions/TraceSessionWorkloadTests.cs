using Simulator.Core.Time;
using Simulator.Tests.Workloads.Traces;
using Simulator.Workloads.Generators;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Sessions;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Workloads.Sessions;

public class TraceSessionWorkloadTests
{
    /// <summary>Session a: turns at 0 (10 s long) and 30 (5 s), so that the user thought 20 s; b and one request without a session between.</summary>
    private const string Text = """
        arrival_s,prompt_tokens,output_tokens,session,recorded_duration_s
        0,1,1,a,10
        4,2,1,b,1
        12,3,1,,1
        30,4,1,a,5
        31,5,1,b,1
        36,6,1,a,1

        """;

    [Test]
    public void Play_AsRecorded_ReproducesTheArrivals() =>
        Assert.That(Arrivals(Text, r => r.RecordedDuration!.Value), Is.EqualTo(new[] { (1, 0.0), (2, 4.0), (3, 12.0), (4, 30.0), (5, 31.0), (6, 36.0) }));

    [Test]
    public void Play_FasterCluster_SendsLaterTurnsEarlier() =>
        Assert.That(Arrivals(Text, _ => 1.Seconds()), Is.EqualTo(new[] { (1, 0.0), (2, 4.0), (3, 12.0), (4, 21.0), (6, 23.0), (5, 31.0) }));

    [Test]
    public void Play_SlowerCluster_SendsLaterTurnsLater() =>
        Assert.That(Arrivals(Text, _ => 60.Seconds()), Is.EqualTo(new[] { (1, 0.0), (2, 4.0), (3, 12.0), (4, 80.0), (5, 90.0), (6, 141.0) }));

    [Test]
    public void Play_OverlappingTurns_WaitForEachOther() =>
        Assert.That(
            Arrivals("arrival_s,prompt_tokens,output_tokens,session,recorded_duration_s\n0,1,1,a,100\n1,2,1,a,1\n2,3,1,a,1\n", _ => 7.Seconds()),
            Is.EqualTo(new[] { (1, 0.0), (2, 7.0), (3, 14.0) }));

    [TestCase(0.001)]
    [TestCase(3)]
    [TestCase(500)]
    public void Play_BurstGptLike_SendsEveryRequestOnceAfterItsGap(double seconds)
    {
        Trace trace = new BurstGptGenerator { Release = BurstGptRelease.V3 }.ToTrace(seed: 8).Take(5000);
        var recorded = trace.GroupBy(r => r.Session ?? $"alone {r.Id}").ToDictionary(s => s.Key, s => s.ToArray());
        using TraceSessionWorkload workload = trace.AsSessions();

        var ended = WorkloadRun.Play(workload, _ => seconds.Seconds(), r => r.Id % 3 == 0 ? RequestOutcome.TimedOut : RequestOutcome.Completed);

        Assert.That(ended.Select(e => e.Request.Id).Order(), Is.EqualTo(Enumerable.Range(0, 5000)));
        foreach (var session in ended.Where(e => e.Request.Session != null).GroupBy(e => e.Request.Session!))
        {
            var turns = session.OrderBy(e => e.Request.Turn).ToArray();
            Request[] original = recorded[session.Key];
            Assert.That(turns[0].Request.Arrival, Is.EqualTo(original[0].Arrival));
            for (int i = 1; i < turns.Length; i++)
            {
                SimDuration gap = original[i].Arrival - (original[i - 1].Arrival + original[i - 1].RecordedDuration!.Value);
                SimDuration sent = turns[i].Request.Arrival - turns[i - 1].End;
                if (original.Take(i).All(r => r.Arrival + r.RecordedDuration!.Value <= original[i].Arrival))
                    Assert.That(sent, Is.EqualTo(gap), $"{session.Key} turn {i}");
                Assert.That(sent, Is.GreaterThanOrEqualTo(SimDuration.Zero));
            }
        }
    }

    [Test]
    public void Play_GenuineBurstGpt_AsRecordedKeepsOrderOfSessions()
    {
        Trace trace = Trace.Open(SharedData.Path("data/burstgpt/BurstGPT_3_first400.csv"));
        using TraceSessionWorkload workload = trace.AsSessions();

        var ended = WorkloadRun.Play(workload, r => r.RecordedDuration!.Value);

        Assert.That(ended, Has.Count.EqualTo(400));
        Dictionary<long, Request> original = trace.ToDictionary(r => r.Id);
        Assert.That(ended.Count(e => e.Request.Arrival == original[e.Request.Id].Arrival), Is.GreaterThan(380), "only overlapping turns move");
    }

    [Test]
    public void TryPeek_BeforeTheEnd_ReadsNoFurtherThanItMust()
    {
        int read = 0;
        IEnumerable<Request> Rows()
        {
            for (int i = 0; i < 1000; i++)
            {
                read++;
                yield return new Request { Id = i, Arrival = SimTime.FromSeconds(i), PromptTokens = 1, OutputTokens = 1, Session = $"s{i}" };
            }
        }

        using var workload = new TraceSessionWorkload(Rows());
        WorkloadRun.Play(workload, _ => 1.Seconds(), most: 10);

        Assert.That(read, Is.LessThan(20));
        Assert.Throws<InvalidOperationException>(() =>
        {
            using var none = new TraceSessionWorkload([]);
            none.Take();
        });
    }

    private static (int, double)[] Arrivals(string text, Func<Request, SimDuration> service)
    {
        using TraceSessionWorkload workload = TraceText.Read(text).AsSessions();
        return [.. WorkloadRun.Play(workload, service).OrderBy(e => e.Request.Arrival.Nanoseconds).Select(e => (e.Request.PromptTokens, e.Request.Arrival.ToSeconds()))];
    }
}
