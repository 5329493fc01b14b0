using Simulator.Cli.Scenarios;
using Simulator.Cli.Workloads;
using Simulator.Core.Time;
using Simulator.Workloads.Requests;

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
        var trace = new TraceSection
        {
            File = files.Write("t.csv", Rows),
            From = 10.Seconds(),
            Models = ["chatgpt", "GPT-4"],
            KeepFailures = false,
            Limit = 2,
            Speedup = 4,
            ClipPrompt = 300,
            ClipOutput = 30,
            Loops = 2,
        };
        Assert.That(Taken(Of(trace)).Select(r => (r.Arrival.ToSeconds(), r.PromptTokens, r.OutputTokens)), Is.EqualTo(new[]
        {
            (0.0, 200, 20), (5, 300, 30), (10, 200, 20), (15, 300, 30),
        }));
    }

    [Test]
    public void Create_Rate_IsThatOfTheRequestsKept()
    {
        using var files = new TemporaryFiles();
        var trace = new TraceSection { File = files.Write("t.csv", Rows), Classes = ["conversation"], RequestsPerSecond = 2 };
        Assert.That(Taken(Of(trace)).Select(r => r.Arrival.ToSeconds()), Is.EqualTo(new[] { 0, 0.5, 1 }));
    }

    [Test]
    public void Create_Generator_IsAFunctionOfTheSeed()
    {
        WorkloadSection workload = Of(new GeneratorSection
        {
            Arrivals = new PoissonArrivals(5),
            Prompt = new LogNormalLength(1000, 1.2, null),
            Output = new ZipfLength(1.1, 100),
            Requests = 50,
            Model = "m",
            Class = "c",
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
        List<Request> taken = Taken(Of(Generator(new WeibullArrivals(10, 0.7)) with { Requests = 20_000 }));
        double[] gaps = [.. taken.Zip(taken.Skip(1), (a, b) => (b.Arrival - a.Arrival).ToSeconds())];
        double mean = gaps.Average();
        double cv = Math.Sqrt(gaps.Average(gap => (gap - mean) * (gap - mean))) / mean;
        Assert.That(mean, Is.EqualTo(0.1).Within(0.004));
        Assert.That(cv, Is.EqualTo(1.462).Within(0.05), "the Weibull distribution of shape 0.7");
    }

    [Test]
    public void Create_LogNormal_HasTheMeanAndSpreadAskedFor()
    {
        GeneratorSection generator = Generator(new ConstantArrivals(1)) with { Prompt = new LogNormalLength(1000, 0.5, null), Requests = 20_000 };
        double[] lengths = [.. Taken(Of(generator)).Select(r => (double)r.PromptTokens)];
        double mean = lengths.Average();
        Assert.That(mean, Is.EqualTo(1000).Within(15));
        Assert.That(Math.Sqrt(lengths.Average(x => (x - mean) * (x - mean))) / mean, Is.EqualTo(0.5).Within(0.02));
    }

    [Test]
    public void Create_Duration_EndsTheArrivals()
    {
        List<Request> taken = Taken(Of(Generator(new ConstantArrivals(2)) with { Requests = null, Duration = 3.Seconds() }));
        Assert.That(taken.Select(r => r.Arrival.ToSeconds()), Is.EqualTo(new[] { 0.5, 1, 1.5, 2, 2.5 }));
    }

    [Test]
    public void Create_EmpiricalLengths_ComeFromTheTrace()
    {
        using var files = new TemporaryFiles();
        string file = files.Write("t.csv", Rows);
        GeneratorSection generator = Generator(new ConstantArrivals(1)) with { Prompt = new EmpiricalLength(file), Output = new EmpiricalLength(file) };
        List<Request> taken = Taken(Of(generator with { Requests = 200 }));
        Assert.That(taken.Select(r => r.PromptTokens).Distinct().Order(), Is.EqualTo(new[] { 100, 200, 400, 500 }));
        Assert.That(taken.Select(r => r.OutputTokens).Distinct().Order(), Is.EqualTo(new[] { 10, 20, 40, 50 }));
    }

    [Test]
    public void Create_ClosedLoop_SendsWhenClientsAreFree()
    {
        using var files = new TemporaryFiles();
        WorkloadSection workload = Of(new TraceSection { File = files.Write("t.csv", Rows) }) with { ClosedLoop = new ClosedLoopSection(2, 1.Seconds()) };
        IWorkload clients = WorkloadBuilder.Create(workload, seed: 1);
        Request first = clients.Take();
        clients.Take();
        Assert.That(clients.TryPeek(out _), Is.False);
        clients.OnEnded(first, RequestOutcome.Completed, SimTime.Zero + 5.Seconds());
        Assert.That(clients.TryPeek(out SimTime next), Is.True);
        Assert.That(next.ToSeconds(), Is.EqualTo(6));
        Assert.That(WorkloadBuilder.LastArrival(workload, seed: 1), Is.Null);
        (clients as IDisposable)?.Dispose();
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

    private static GeneratorSection Generator(ArrivalSection arrivals) =>
        new() { Arrivals = arrivals, Prompt = new FixedLength(10), Output = new FixedLength(5), Requests = 10 };

    private static WorkloadSection Of(TraceSection trace) => new() { Trace = trace };

    private static WorkloadSection Of(GeneratorSection generator) => new() { Generator = generator };

    private static List<Request> Taken(WorkloadSection workload, ulong seed = 1)
    {
        IWorkload requests = WorkloadBuilder.Create(workload, seed);
        var taken = new List<Request>();
        while (requests.TryPeek(out _)) taken.Add(requests.Take());
        (requests as IDisposable)?.Dispose();
        return taken;
    }
}
