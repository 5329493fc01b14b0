using System.Text;
using FsCheck;
using Simulator.Core.Time;
using Simulator.Models.Clusters;
using Simulator.Models.Results;
using Simulator.Models.Results.Recording;
using Simulator.Tests.Models.Results.Recording;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Models.Results;

public sealed class ReplayTests
{
    /// <summary>Invariant 11: replay of an exported run reproduces it. With content, timeouts, failures and requests left in flight.</summary>
    [SeededProperty(MaxTest = 200)]
    public void Invariant11_ReplayOfAnExportedRun_SameBytes(DoNotSize<ulong> seed)
    {
        RandomRun scenario = new(seed.Item);
        (byte[] trace, string first, string firstRequests) = Export(scenario, () => new TraceWorkload(scenario.Requests));
        (byte[] again, string second, string secondRequests) = Export(scenario, () => Open(trace).AsWorkload());

        Assert.That(second, Is.EqualTo(first));
        Assert.That(secondRequests, Is.EqualTo(firstRequests));
        Assert.That(again, Is.EqualTo(trace));
    }

    /// <summary>Invariant 11 for clients that wait for their answers: what they sent, sent again at the same times.</summary>
    [SeededProperty(MaxTest = 200)]
    public void Invariant11_ReplayOfAnExportedClosedLoop_SameBytes(DoNotSize<ulong> seed)
    {
        RandomRun scenario = new(seed.Item);
        (byte[] trace, string first, string firstRequests) = Export(scenario, () => new Clients(scenario.Requests, count: 3));
        (_, string second, string secondRequests) = Export(scenario, () => Open(trace).AsWorkload());

        Assert.That(second, Is.EqualTo(first));
        Assert.That(secondRequests, Is.EqualTo(firstRequests));
    }

    /// <summary>The scenarios of the tests above hold what they are meant to hold.</summary>
    [Test]
    public void RandomRun_ManySeeds_EverythingHappens()
    {
        List<RunResult> runs = [.. Enumerable.Range(0, 100).Select(seed => new RandomRun((ulong)seed).Run())];
        foreach (Func<RunResult, long> count in (Func<RunResult, long>[])
        [
            run => run.Requests.Completed, run => run.Requests.Rejected, run => run.Requests.TimedOut, run => run.Requests.Failed,
            run => run.Requests.InFlight, run => run.Engine.Preemptions, run => run.Tokens.PrefixHit, run => run.Tokens.TruncatedRequests,
            run => run.Rejections.QueueFull, run => run.Rejections.NoPool, run => run.Rejections.ContextWindow, run => run.Rejections.KvMemory,
        ])
        {
            Assert.That(runs.Count(run => count(run) > 0), Is.GreaterThan(4));
        }
    }

    [Test]
    public void RecordingWorkload_TinyRun_IsACanonicalTraceOfWhatWasSent()
    {
        using MemoryStream stream = new();
        using (RecordingWorkload recording = new(new TraceWorkload(TinyRun.Requests.Take(3)), stream))
            ServingSimulation.Run(TinyRun.Cluster, recording, 0, new RunOptions { Until = SimTime.Zero + 10.Milliseconds() });

        Assert.That(Encoding.UTF8.GetString(stream.ToArray()), Is.EqualTo(
            "arrival_s,prompt_tokens,output_tokens,model,class,priority,session,turn,recorded_duration_s,content,queue_timeout_s,timeout_s,cancel_after_s,max_output_tokens\n"
            + "0,10,3,m,\"a,b\",,\"say \"\"hi\"\"\",,,,,,,\n"
            + "0.005,20,1,m,,,,,,,,,,\n"));
    }

    private static Trace Open(byte[] trace) => Trace.Read(() => new MemoryStream(trace), "workload.csv").KeepClock();

    private static (byte[] Trace, string Result, string Requests) Export(RandomRun scenario, Func<IWorkload> workload)
    {
        using MemoryStream stream = new();
        RunResult? result = null;
        string requests = Record.Of(stream => new RequestCsvWriter(stream), observer =>
        {
            using RecordingWorkload recording = new(workload(), stream);
            result = ServingSimulation.Run(scenario.Cluster, recording, scenario.Seed, scenario.Options with { Observer = observer });
        });
        return (stream.ToArray(), RunResultJson.Write(result!), requests);
    }

    /// <summary>Clients that send a request, wait for its end, think for a while that the request gives, and send the next.</summary>
    private sealed class Clients(IReadOnlyList<Request> requests, int count) : IWorkload
    {
        private readonly PriorityQueue<int, (long Time, int Client)> _ready = new(Enumerable.Range(0, count).Select(c => (c, (0L, c))));
        private readonly Dictionary<long, int> _clientOf = [];
        private int _next;

        public bool TryPeek(out SimTime arrival)
        {
            bool any = _ready.TryPeek(out _, out (long Time, int Client) first) && _next < requests.Count;
            arrival = SimTime.FromNanoseconds(first.Time);
            return any;
        }

        public Request Take()
        {
            _ready.TryDequeue(out int client, out (long Time, int Client) at);
            Request request = requests[_next++] with { Arrival = SimTime.FromNanoseconds(at.Time) };
            _clientOf.Add(request.Id, client);
            return request;
        }

        public void OnEnded(Request request, RequestOutcome outcome, SimTime at)
        {
            _clientOf.Remove(request.Id, out int client);
            _ready.Enqueue(client, (at.Nanoseconds + ThinkTime(request, outcome), client));
        }

        // Nobody thinks in every third request; who has given up waits a moment, as the record asks.
        private static long ThinkTime(Request request, RequestOutcome outcome) =>
            request.Id % 3 == 0 && outcome != RequestOutcome.TimedOut ? 0 : 1 + request.Id * 1_234_567;
    }
}
