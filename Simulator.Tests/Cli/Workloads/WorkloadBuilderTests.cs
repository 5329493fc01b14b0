using Simulator.Cli.Faults;
using Simulator.Cli.Scenarios;
using Simulator.Cli.Workloads;
using Simulator.Core.Time;
using Simulator.Workloads.Generators;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Cli.Workloads;

public sealed class WorkloadBuilderTests
{
    private const string Rows = """
        Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type
        5,ChatGPT,100,10,110,Conversation log
        15,GPT-4,200,20,220,API log
        25,ChatGPT,300,0,300,Conversation log
        35,ChatGPT,400,40,440,API log
        45,GPT-4,500,50,550,Conversation log

        """;

    [Test]
    public void Create_TraceAsItIs_GivesEveryRequest()
    {
        using var files = new TemporaryFiles();
        WorkloadSection workload = Of(new TraceSection { File = files.Write("t.csv", Rows) });
        Assert.That(Taken(workload).Select(r => (r.Id, r.Arrival.ToSeconds(), r.PromptTokens, r.OutputTokens)), Is.EqualTo(new[]
        {
            (0L, 0.0, 100, 10), (1, 10, 200, 20), (2, 20, 300, 0), (3, 30, 400, 40), (4, 40, 500, 50),
        }));
        Assert.That(WorkloadBuilder.LastArrival(workload, seed: 1), Is.EqualTo(SimTime.Zero + 40.Seconds()));
    }

    [Test]
    public void Create_EveryOptionOfATrace_AppliesInOrder()
    {
        using var files = new TemporaryFiles();
        WorkloadSection workload = Of(new TraceSection { File = files.Write("t.csv", Rows) }) with
        {
            From = 10.Seconds(),
            Models = ["chatgpt", "GPT-4"],
            KeepFailures = false,
            Limit = 2,
            Speedup = 4,
            ClipPrompt = 300,
            ClipOutput = 30,
            Loops = 2,
        };
        Assert.That(Taken(workload).Select(r => (r.Arrival.ToSeconds(), r.PromptTokens, r.OutputTokens)), Is.EqualTo(new[]
        {
            (0.0, 200, 20), (5, 300, 30), (10, 200, 20), (15, 300, 30),
        }));
        Assert.That(Taken(workload with { Loops = 1, LoopUntil = 12.Seconds() }).Select(r => r.Arrival.ToSeconds()), Is.EqualTo(new[] { 0.0, 5, 10 }));
    }

    [TestCase(null, null)]
    [TestCase(WorkloadSection.ExactOutput, 25)]
    [TestCase(64, 64)]
    public void Create_MaxOutput_IsWhatClientsAllow(int? given, int? allowed)
    {
        using var files = new TemporaryFiles();
        string trace = files.Write("t.csv", "arrival_s,prompt_tokens,output_tokens\n0,100,25\n");
        Assert.That(Taken(Of(new TraceSection { File = trace }) with { MaxOutput = given }).Single().MaxOutputTokens, Is.EqualTo(allowed));
    }

    [Test]
    public void Create_Rate_IsThatOfTheRequestsKept()
    {
        using var files = new TemporaryFiles();
        WorkloadSection workload = Of(new TraceSection { File = files.Write("t.csv", Rows) }) with { Classes = ["conversation"], RequestsPerSecond = 2 };
        Assert.That(Taken(workload).Select(r => r.Arrival.ToSeconds()), Is.EqualTo(new[] { 0, 0.5, 1 }));
    }

    [Test]
    public void Create_ArrivalsOfAProcess_TakeThePlaceOfTheRecorded()
    {
        using var files = new TemporaryFiles();
        WorkloadSection workload = Of(new TraceSection { File = files.Write("t.csv", Rows) }) with { Arrivals = new ArrivalSection.Constant(4) };
        Assert.That(Taken(workload).Select(r => (r.Arrival.ToSeconds(), r.PromptTokens)), Is.EqualTo(new[]
        {
            (0, 100), (0.25, 200), (0.5, 300), (0.75, 400), (1, 500),
        }));
    }

    [Test]
    public void Create_ColumnsOfATrace_AreFoundByTheMap()
    {
        using var files = new TemporaryFiles();
        string file = files.Write("t.csv", "when;p;o;who\n0;10;1;a\n500;20;2;a\n250;30;3;b\n");
        var trace = new TraceSection
        {
            File = file,
            Disorder = 1.Seconds(),
            Columns = new ColumnMap
            {
                Arrival = "when", ArrivalUnit = ArrivalUnit.Milliseconds, PromptTokens = "p", OutputTokens = "o", Session = "who", Separator = ';',
            },
        };
        Assert.That(Taken(Of(trace) with { SessionPrefixes = true }).Select(r => (r.Arrival.ToSeconds(), r.PromptTokens, r.Session, r.Content.Count)),
            Is.EqualTo(new[] { (0, 10, "a", 1), (0.25, 30, "b", 1), (0.5, 20, "a", 1) }));
    }

    [Test]
    public void Create_MooncakeQuantum_IsSpread()
    {
        using var files = new TemporaryFiles();
        string row = "{\"timestamp\": 3000, \"input_length\": 10, \"output_length\": 5, \"hash_ids\": [1]}\n";
        WorkloadSection workload = Of(new TraceSection { File = files.Write("t.jsonl", row + row + row) }) with { Quantum = 3.Seconds() };
        Assert.That(Taken(workload).Select(r => r.Arrival.ToSeconds()), Is.EqualTo(new[] { 0.0, 1, 2 }));
    }

    [Test]
    public void Create_Generator_IsAFunctionOfTheSeed()
    {
        WorkloadSection workload = Of(new GeneratorSection
        {
            Arrivals = new ArrivalSection.Poisson(5),
            Kinds =
            [
                new()
                {
                    Lengths = new LengthPairSection.Independent(new LengthSection.LogNormal(1000, 1.2, null), new LengthSection.Zipf(1.1, 100)),
                    Model = "m",
                    Class = "c",
                },
            ],
            Requests = 50,
        });
        List<Request> first = Taken(workload, seed: 7);
        Assert.That(first, Has.Count.EqualTo(50));
        Assert.That(first, Has.All.Matches<Request>(r => r is { Model: "m", Class: "c", PromptTokens: > 0, OutputTokens: > 0 and <= 100 }));
        Assert.That(Taken(workload, seed: 7), Is.EqualTo(first));
        Assert.That(Taken(workload, seed: 8), Is.Not.EqualTo(first));
        Assert.That(WorkloadBuilder.LastArrival(workload, seed: 7), Is.EqualTo(first[^1].Arrival));
    }

    [Test]
    public void Create_WeibullShape_GivesItsRateAndSpread()
    {
        (double mean, double cv) = Moments(Gaps(Of(Generator(new ArrivalSection.WeibullOfShape(10, 0.7)) with { Requests = 20_000 })));
        Assert.That(mean, Is.EqualTo(0.1).Within(0.004));
        Assert.That(cv, Is.EqualTo(1.462).Within(0.05), "the Weibull distribution of shape 0.7");
    }

    private static readonly object[] Processes =
    [
        new object[] { new ArrivalSection.Constant(10), 0.0, 1e-9 },
        new object[] { new ArrivalSection.Poisson(10), 1.0, 0.04 },
        new object[] { new ArrivalSection.Gamma(10, 2), 2.0, 0.12 },
        new object[] { new ArrivalSection.WeibullOfCv(10, 0.5), 0.5, 0.02 },
        new object[] { new ArrivalSection.Diurnal(10, [.. Enumerable.Repeat(1.0, 24)]), 1.0, 0.04 },
        new object[] { new ArrivalSection.Diurnal(10, [.. Enumerable.Repeat(1.0, 24)], 2), 2.0, 0.12 },
    ];

    [TestCaseSource(nameof(Processes))]
    public void Create_ArrivalProcess_HasItsRateAndSpread(object process, double cv, double tolerance)
    {
        (double mean, double spread) = Moments(Gaps(Of(Generator((ArrivalSection)process) with { Requests = 20_000 })));
        Assert.That(mean, Is.EqualTo(0.1).Within(0.005));
        Assert.That(spread, Is.EqualTo(cv).Within(tolerance));
    }

    [Test]
    public void Create_OnOff_HasTheRateOfBothSpans()
    {
        GeneratorSection bursts = Generator(new ArrivalSection.OnOff(20, 10.Seconds(), 30.Seconds(), 4)) with { Requests = 40_000 };
        Assert.That(1 / Moments(Gaps(Of(bursts))).Mean, Is.EqualTo(8).Within(0.8));
    }

    private static readonly object[] Spans =
    [
        new object[] { new SpanSection.Fixed(2.Seconds()), 0.0, 1e-9 },
        new object[] { new SpanSection.Exponential(2.Seconds()), 1.0, 0.1 },
        new object[] { new SpanSection.Gamma(2.Seconds(), 0.5), 0.5, 0.05 },
        new object[] { new SpanSection.Weibull(2.Seconds(), 0.5), 0.5, 0.05 },
    ];

    [TestCaseSource(nameof(Spans))]
    public void Create_ThinkTime_HasItsMeanAndSpread(object think, double cv, double tolerance)
    {
        WorkloadSection workload = Of(Generator(arrivals: null) with { Requests = 5000 }) with
        {
            ClosedLoop = new ClosedLoopSection { Concurrency = 1, ThinkTime = (SpanSection)think },
        };
        List<Request> sent = Answered(workload, 1.Seconds());
        (double mean, double spread) = Moments([.. sent.Zip(sent.Skip(1), (a, b) => (b.Arrival - a.Arrival).ToSeconds() - 1)]);
        Assert.That(mean, Is.EqualTo(2).Within(0.1));
        Assert.That(spread, Is.EqualTo(cv).Within(tolerance));
    }

    [Test]
    public void Create_LogNormal_HasTheMeanAndSpreadAskedFor()
    {
        GeneratorSection generator = Generator(new ArrivalSection.Constant(1), new LengthSection.LogNormal(1000, 0.5, null)) with { Requests = 20_000 };
        (double mean, double cv) = Moments([.. Taken(Of(generator)).Select(r => (double)r.PromptTokens)]);
        Assert.That(mean, Is.EqualTo(1000).Within(15));
        Assert.That(cv, Is.EqualTo(0.5).Within(0.02));
    }

    private static readonly object[] Lengths =
    [
        new object[] { new LengthSection.Uniform(3, 5), 3, 5 },
        new object[] { new LengthSection.Zipf(1.1, 7), 1, 7 },
        new object[] { new LengthSection.LogNormal(100, 2, 150), 1, 150 },
    ];

    [TestCaseSource(nameof(Lengths))]
    public void Create_Lengths_FillTheirRange(object lengths, int least, int most)
    {
        int[] drawn = [.. Taken(Of(Generator(new ArrivalSection.Constant(1), (LengthSection)lengths) with { Requests = 2000 })).Select(r => r.PromptTokens)];
        Assert.That(drawn, Has.All.InRange(least, most));
        Assert.That(drawn, Has.Some.EqualTo(most));
        Assert.That(drawn.Distinct().Count(), Is.GreaterThan(2));
    }

    [Test]
    public void Create_Duration_EndsTheArrivals()
    {
        List<Request> taken = Taken(Of(Generator(new ArrivalSection.Constant(2)) with { Requests = null, Duration = 3.Seconds() }));
        Assert.That(taken.Select(r => r.Arrival.ToSeconds()), Is.EqualTo(new[] { 0.5, 1, 1.5, 2, 2.5 }));
    }

    [Test]
    public void Create_DurationWithoutARequest_IsAFault() => Assert.That(
        Assert.Throws<InputException>(() => Taken(Of(Generator(new ArrivalSection.Constant(0.1)) with { Requests = null, Duration = 3.Seconds() })))!.Message,
        Is.EqualTo("workload: no request arrives within 3 s; make the duration longer or the rate higher"));

    [Test]
    public void Create_RequestsBeyondTheClock_AreAFault() => Assert.That(
        Assert.Throws<InputException>(() => Taken(Of(Generator(new ArrivalSection.Constant(1e-8)) with { Requests = 1000 })))!.Message,
        Is.EqualTo("workload: requests arrive later than 292 years, where the clock ends; take fewer, or a higher rate"));

    [Test]
    public void Create_EmpiricalLengths_ComeFromTheTrace()
    {
        using var files = new TemporaryFiles();
        var lengths = new LengthSection.Empirical(files.Write("t.csv", Rows));
        List<Request> taken = Taken(Of(Generator(new ArrivalSection.Constant(1), lengths, lengths) with { Requests = 200 }));
        Assert.That(taken.Select(r => r.PromptTokens).Distinct().Order(), Is.EqualTo(new[] { 100, 200, 400, 500 }));
        Assert.That(taken.Select(r => r.OutputTokens).Distinct().Order(), Is.EqualTo(new[] { 10, 20, 40, 50 }));
        Assert.That(taken.Select(r => r.PromptTokens - (10 * r.OutputTokens)), Has.Some.Not.Zero);
    }

    [Test]
    public void Create_RecordedLengths_KeepPromptAndOutputTogether()
    {
        using var files = new TemporaryFiles();
        var kind = new KindSection { Lengths = new LengthPairSection.Recorded(files.Write("t.csv", Rows)) };
        List<Request> taken = Taken(Of(Generator(new ArrivalSection.Constant(1)) with { Kinds = [kind], Requests = 200 }));
        Assert.That(taken.Select(r => r.PromptTokens - (10 * r.OutputTokens)), Has.All.Zero);
    }

    [Test]
    public void Create_LengthsOfFailuresAlone_AreAFault()
    {
        using var files = new TemporaryFiles();
        string file = files.Write("t.csv", "arrival_s,prompt_tokens,output_tokens\n0,5,0\n");
        var kind = new KindSection { Lengths = new LengthPairSection.Recorded(file) };
        Assert.That(
            Assert.Throws<InputException>(() => Taken(Of(Generator(new ArrivalSection.Constant(1)) with { Kinds = [kind] })))!.Message,
            Is.EqualTo($"{file}: all its requests are failures, so that it has no lengths to draw; name another trace"));
    }

    [Test]
    public void Create_Mix_HasTheSharesAskedFor()
    {
        var lengths = new LengthPairSection.Independent(new LengthSection.Fixed(10), new LengthSection.Fixed(5));
        GeneratorSection mix = Generator(new ArrivalSection.Constant(1)) with
        {
            Kinds = [new() { Class = "chat", Share = 3, Lengths = lengths }, new() { Class = "batch", Priority = 9, Model = "m", Lengths = lengths }],
            Requests = 10_000,
        };
        List<Request> taken = Taken(Of(mix));
        Assert.That(taken.Count(r => r is { Class: "chat", Priority: 0, Model: "" }), Is.EqualTo(7500).Within(150));
        Assert.That(taken.Count(r => r is { Class: "batch", Priority: 9, Model: "m" }), Is.EqualTo(2500).Within(150));
    }

    [Test]
    public void Create_BurstGpt_TakesWhatATraceTakes()
    {
        WorkloadSection workload = new() { Source = new BurstGptSection { Release = BurstGptRelease.V3, RequestsPerSecond = 5, Duration = 24.Hours() } };
        List<Request> day = Taken(workload);
        Assert.That(day, Has.Count.GreaterThan(10_000));
        Assert.That(day[^1].Arrival, Is.LessThan(SimTime.Zero + 24.Hours()));
        List<Request> morning = Taken(workload with { From = 9.Hours(), Models = ["GPT-4"], KeepFailures = false, Limit = 100 });
        Assert.That(morning, Has.Count.EqualTo(100).And.All.Matches<Request>(r => r is { Model: "GPT-4", IsFailure: false }));
        Assert.That(morning[0].Arrival, Is.EqualTo(SimTime.Zero), "a window starts the clock again");
    }

    [Test]
    public void Create_Mooncake_SharesPrefixes() => Assert.That(
        Taken(new WorkloadSection { Source = new MooncakeSection { RequestsPerSecond = 1, Requests = 100 } }).SelectMany(r => r.Content).Count(c => c.Key == 0),
        Is.EqualTo(100), "all prompts begin with one block");

    [Test]
    public void Create_Fit_HasTheRequestsOfTheTraceTimesTheScale()
    {
        using var files = new TemporaryFiles();
        TraceFit.Of(Trace.Open(files.Write("t.csv", Rows)), 10.Seconds()).Save(files["fit.json"]);
        Assert.That(Taken(new WorkloadSection { Source = new FitSection { File = files["fit.json"], Scale = 3, Gaps = GapDistribution.Weibull } }),
            Has.Count.EqualTo(15));
    }

    [Test]
    public void Create_ServeGen_HasTheRateAskedFor()
    {
        using var files = new TemporaryFiles();
        string clients = files.Write("c.csv", "client,window_start_s,rate_rps,dist,shape\n0,0,1,Gamma,1\n1,0,3,Weibull,1\n");
        string lengths = files.Write("l.json", "{\"0\": {\"input_tokens\": {\"q\": {\"0.5\": 9}}, \"output_tokens\": {\"q\": {\"0.5\": 4}}}}");
        List<Request> taken = Taken(new WorkloadSection { Source = new ServeGenSection { Clients = clients, Lengths = lengths, RequestsPerSecond = 2 } });
        Assert.That(taken, Has.Count.EqualTo(1200).And.All.Matches<Request>(r => r is { PromptTokens: 9, OutputTokens: 4 }));
    }

    private static SessionsSection Conversations => new()
    {
        Starts = new ArrivalSection.Constant(1),
        Turns = new LengthSection.Fixed(3),
        NewInput = new LengthSection.Fixed(10),
        Output = new LengthSection.Fixed(5),
        Think = new SpanSection.Fixed(4.Seconds()),
        SystemPrompt = 100,
    };

    [Test]
    public void Create_PlannedSessions_ComeByTheClock()
    {
        WorkloadSection workload = new()
        {
            Source = Conversations with { Requests = 8, Planned = new PlannedReplySection(1.Seconds(), 100.Milliseconds()) },
        };
        Assert.That(Taken(workload).Where(r => r.Session == "s0").Select(r => (r.Arrival.ToSeconds(), r.Turn, r.PromptTokens)),
            Is.EqualTo(new[] { (1, 0, 110), (6.5, 1, 125) }));
        Assert.That(WorkloadBuilder.LastArrival(workload, seed: 1), Is.Not.Null);
    }

    [Test]
    public void Create_PlannedSessionsThatNeverFit_AreAFault() => Assert.That(
        Assert.Throws<InputException>(() => Taken(new WorkloadSection
        {
            Source = Conversations with { Requests = 8, MaxContext = 50, Planned = new PlannedReplySection(1.Seconds(), default) },
        }))!.Message,
        Is.EqualTo("workload.sessions: no turn fits in 'maxContext'; make it larger or the prompts shorter"));

    [Test]
    public void Create_Sessions_SendATurnAfterTheReply()
    {
        WorkloadSection workload = new() { Source = Conversations with { Count = 1 }, Timeouts = new TimeoutsSection { Total = 60.Seconds() } };
        Assert.That(Answered(workload, 7.Seconds()).Select(r => (r.Arrival.ToSeconds(), r.Turn, r.PromptTokens, r.Timeout)),
            Is.EqualTo(new[] { (1.0, 0, 110, (SimDuration?)60.Seconds()), (12, 1, 125, 60.Seconds()), (23, 2, 140, 60.Seconds()) }));
        Assert.That(WorkloadBuilder.LastArrival(workload, seed: 1), Is.Null);
    }

    [Test]
    public void Create_TurnsAfterReply_WaitForTheTurnBefore()
    {
        using var files = new TemporaryFiles();
        string file = files.Write("t.csv", "arrival_s,prompt_tokens,output_tokens,session,recorded_duration_s\n0,5,5,a,1\n3,9,5,a,1\n");
        WorkloadSection workload = Of(new TraceSection { File = file }) with { TurnsAfterReply = true };
        Assert.That(Answered(workload, 10.Seconds()).Select(r => r.Arrival.ToSeconds()), Is.EqualTo(new[] { 0.0, 12 }));
        Assert.That(WorkloadBuilder.LastArrival(workload, seed: 1), Is.Null);
    }

    [Test]
    public void Create_ClosedLoop_SendsWhenClientsAreFree()
    {
        using var files = new TemporaryFiles();
        WorkloadSection workload = Of(new TraceSection { File = files.Write("t.csv", Rows) }) with
        {
            ClosedLoop = new ClosedLoopSection { Concurrency = 2, ThinkTime = new SpanSection.Fixed(1.Seconds()) },
        };
        IWorkload clients = WorkloadBuilder.Create(workload, seed: 1);
        using IDisposable? open = clients as IDisposable;
        Request first = clients.Take();
        clients.Take();
        Assert.That(clients.TryPeek(out _), Is.False);
        clients.OnEnded(first, RequestOutcome.Completed, SimTime.Zero + 5.Seconds());
        Assert.That(clients.TryPeek(out SimTime next), Is.True);
        Assert.That(next.ToSeconds(), Is.EqualTo(6));
        Assert.That(WorkloadBuilder.LastArrival(workload, seed: 1), Is.Null);
    }

    [Test]
    public void Create_ClosedLoopWithADuration_EndsThen()
    {
        WorkloadSection workload = Of(Generator(arrivals: null) with { Requests = null }) with
        {
            ClosedLoop = new ClosedLoopSection { Concurrency = 2, Duration = 10.Seconds() },
        };
        Assert.That(Answered(workload, 4.Seconds()).Select(r => r.Arrival.ToSeconds()), Is.EqualTo(new[] { 0.0, 0, 4, 4, 8, 8 }));
    }

    [Test]
    public void Create_Timeouts_AreThoseOfEveryRequest()
    {
        using var files = new TemporaryFiles();
        WorkloadSection workload = Of(new TraceSection { File = files.Write("t.csv", Rows) }) with
        {
            Timeouts = new TimeoutsSection { Queue = 1.Seconds(), Total = 2.Seconds(), CancelAfter = 3.Seconds() },
        };
        Assert.That(Taken(workload).Select(r => (r.QueueTimeout, r.Timeout, r.CancelAfter)),
            Has.All.EqualTo(((SimDuration?)1.Seconds(), (SimDuration?)2.Seconds(), (SimDuration?)3.Seconds())));
    }

    private static GeneratorSection Generator(ArrivalSection? arrivals, LengthSection? prompt = null, LengthSection? output = null) => new()
    {
        Arrivals = arrivals,
        Kinds = [new() { Lengths = new LengthPairSection.Independent(prompt ?? new LengthSection.Fixed(10), output ?? new LengthSection.Fixed(5)) }],
        Requests = 10,
    };

    private static WorkloadSection Of(SourceSection source) => new() { Source = source };

    private static double[] Gaps(WorkloadSection workload)
    {
        List<Request> taken = Taken(workload);
        return [.. taken.Zip(taken.Skip(1), (a, b) => (b.Arrival - a.Arrival).ToSeconds())];
    }

    private static (double Mean, double Cv) Moments(double[] values)
    {
        double mean = values.Average();
        return (mean, Math.Sqrt(values.Average(value => (value - mean) * (value - mean))) / mean);
    }

    /// <summary>The requests that are sent to a cluster which answers each after the same time.</summary>
    private static List<Request> Answered(WorkloadSection workload, SimDuration after)
    {
        IWorkload clients = WorkloadBuilder.Create(workload, seed: 1);
        using IDisposable? open = clients as IDisposable;
        var sent = new List<Request>();
        var pending = new Queue<Request>();
        while (true)
        {
            bool more = clients.TryPeek(out SimTime arrival);
            if (pending.TryPeek(out Request? oldest) && (!more || oldest.Arrival + after <= arrival))
            {
                clients.OnEnded(pending.Dequeue(), RequestOutcome.Completed, oldest.Arrival + after);
                continue;
            }

            if (!more) return sent;
            sent.Add(clients.Take());
            pending.Enqueue(sent[^1]);
        }
    }

    private static List<Request> Taken(WorkloadSection workload, ulong seed = 1)
    {
        IWorkload requests = WorkloadBuilder.Create(workload, seed);
        var taken = new List<Request>();
        while (requests.TryPeek(out _)) taken.Add(requests.Take());
        (requests as IDisposable)?.Dispose();
        return taken;
    }
}
