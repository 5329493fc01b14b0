using Simulator.Core.Time;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Workloads.Traces;

public class TraceTransformTests
{
    private static readonly string[] Models = ["ChatGPT", "GPT-4"];

    /// <summary>Requests at the given seconds; prompts count from 1, models and classes alternate, every fourth is a failure.</summary>
    private static Trace At(params double[] seconds) => Trace.From(
        seconds.Select((s, i) => new Request
        {
            Id = i,
            Arrival = SimTime.FromSeconds(s),
            PromptTokens = i + 1,
            OutputTokens = i % 4 == 3 ? 0 : 10,
            Model = Models[i % 2],
            Class = i % 3 == 0 ? "api" : "conversation",
            Session = $"s{i}",
            Content = [new ContentSegment(i, i + 1)],
            RecordedDuration = 2.Seconds(),
        }),
        "made");

    private static double[] Seconds(Trace trace) => [.. trace.Select(r => r.Arrival.ToSeconds())];

    [Test]
    public void GetEnumerator_AnyTrace_NumbersFromZeroAndStartsAtZero()
    {
        Trace trace = At(5, 6, 8).Only(requestClass: "conversation");

        Assert.That(trace.Select(r => (r.Id, r.Arrival.ToSeconds(), r.PromptTokens)), Is.EqualTo(new[] { (0L, 0.0, 2), (1L, 2.0, 3) }));
        Assert.That(Seconds(trace.KeepClock()), Is.EqualTo(new[] { 6.0, 8.0 }));
    }

    [Test]
    public void Only_ModelAndClass_KeepsThoseWithBoth()
    {
        Assert.That(At(0, 1, 2, 3, 4, 5, 6).Only(model: "chatgpt", requestClass: "API").Select(r => r.PromptTokens), Is.EqualTo(new[] { 1, 7 }));
        Assert.That(At(0, 1).Only().Count(), Is.EqualTo(2));
    }

    [Test]
    public void Only_NothingLeft_SaysWhatThereIs() =>
        Assert.That(
            () => At(0, 1, 2).Only(model: "GPT4", requestClass: "api").Count(),
            Throws.TypeOf<TraceFormatException>().With.Message.EqualTo(
                "made: no request has model 'GPT4' and class 'api'. The trace has (model, class): 'ChatGPT' 'api', 'ChatGPT' 'conversation', 'GPT-4' 'conversation'."));

    [Test]
    public void DropFailures_Trace_KeepsTheRest() => Assert.That(At(0, 1, 2, 3, 4).DropFailures().Select(r => r.PromptTokens), Is.EqualTo(new[] { 1, 2, 3, 5 }));

    [Test]
    public void Window_Trace_CountsFromTheFirstRequest()
    {
        Assert.That(At(10, 11, 12, 13, 14).Window(1.Seconds(), 3.Seconds()).Select(r => r.PromptTokens), Is.EqualTo(new[] { 2, 3 }));
        Assert.That(At(10, 11, 12, 13, 14).Window(1.Seconds(), 4.Seconds()).Window(1.Seconds(), 2.Seconds()).Single().PromptTokens, Is.EqualTo(3));
        Assert.That(
            () => At(10, 11).Window(5.Seconds(), 6.Seconds()).Count(),
            Throws.TypeOf<TraceFormatException>().With.Message.EqualTo("made: no request arrives between 5 s and 6 s after the first. The last one arrives 1 s after it."));
        Assert.Throws<ArgumentOutOfRangeException>(() => At(1).Window(2.Seconds(), 2.Seconds()));
        Assert.Throws<ArgumentOutOfRangeException>(() => At(1).Window(SimDuration.FromSeconds(-1), 2.Seconds()));
    }

    [Test]
    public void Take_Count_ReadsNoFurther()
    {
        static IEnumerable<Request> Endless()
        {
            for (long i = 0; i < 3; i++) yield return new Request { Id = i, Arrival = SimTime.FromNanoseconds(i), PromptTokens = 1, OutputTokens = 1 };
            Assert.Fail("read too far");
        }

        Assert.That(Trace.From(Endless(), "endless").Take(3).Count(), Is.EqualTo(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => At(1).Take(0));
    }

    [Test]
    public void SpeedUp_Factor_DividesGapsAndDurations()
    {
        Trace trace = At(10, 14, 15).SpeedUp(4);

        Assert.That(Seconds(trace), Is.EqualTo(new[] { 0, 1, 1.25 }));
        Assert.That(Seconds(trace.KeepClock()), Is.EqualTo(new[] { 10, 11, 11.25 }));
        Assert.That(trace.First().RecordedDuration, Is.EqualTo(500.Milliseconds()));
        Assert.Throws<ArgumentOutOfRangeException>(() => At(1).SpeedUp(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => At(1).SpeedUp(double.NaN));
        Assert.That(
            () => At(1, 1e6).SpeedUp(1e-12).Count(),
            Throws.TypeOf<TraceFormatException>().With.Message.EqualTo("made: at 1E-12 times its speed the trace lasts longer than 292 years. Play it faster."));
    }

    [Test]
    public void ToRate_Rate_IsTheMeanRateBetweenFirstAndLast()
    {
        Assert.That(Seconds(At(10, 14, 15, 20).ToRate(3)), Is.EqualTo(new[] { 0, 0.4, 0.5, 1 }));
        Assert.That(
            () => At(1, 1).ToRate(3).Count(),
            Throws.TypeOf<TraceFormatException>().With.Message.EqualTo("made: its requests (2) arrive at once, which is no rate. Give them arrivals first."));
    }

    [SeededProperty]
    public void ToRate_AnyTrace_HasThatRate(ulong seed)
    {
        Trace trace = Trace.From(RandomRequests.Make(seed).Select(r => r with { RecordedDuration = null }), "random");
        if (trace.Last().Arrival < SimTime.FromSeconds(1e-3)) return;
        Trace scaled = trace.ToRate(7e-3);
        Assert.That((scaled.Count() - 1) / scaled.Last().Arrival.ToSeconds(), Is.EqualTo(7e-3).Within(1e-6).Percent);
    }

    [Test]
    public void ClipLengths_Limits_CutTheContentToo()
    {
        Request request = new()
        {
            Id = 0, Arrival = SimTime.Zero, PromptTokens = 100, OutputTokens = 50, Content = [new ContentSegment(1, 30), new ContentSegment(2, 60)],
        };
        string Clip(int prompt, int output) => TraceText.Show(Trace.From([request], "t").ClipLengths(prompt, output).Single());

        Assert.That(Clip(95, 40), Does.Contain("95>40").And.EndWith(" 1:30 2:60"));
        Assert.That(Clip(40, 60), Does.Contain("40>50").And.EndWith(" 1:30 2:10"));
        Assert.That(Clip(30, 60), Does.EndWith(" 1:30"));
        Assert.That(Clip(7, 60), Does.EndWith(" 1:7"));
        Assert.Throws<ArgumentOutOfRangeException>(() => At(1).ClipLengths(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => At(1).ClipLengths(1, 0));
    }

    [Test]
    public void AllowOutput_BoundOrExact_IsWhatTheClientAsksFor()
    {
        Trace trace = Trace.From(
            [
                new Request { Id = 0, Arrival = SimTime.Zero, PromptTokens = 10, OutputTokens = 50 },
                new Request { Id = 1, Arrival = SimTime.Zero, PromptTokens = 10, OutputTokens = 0 },
            ],
            "t");

        Assert.That(trace.AllowOutput(32).Select(request => request.MaxOutputTokens), Is.EqualTo(new int?[] { 32, 32 }));
        Assert.That(trace.AllowOutput(null).Select(request => request.MaxOutputTokens), Is.EqualTo(new int?[] { 50, null }));
        Assert.That(trace.AllowOutput(32).Select(request => request.OutputTokens), Is.EqualTo(new[] { 50, 0 }), "the engine cuts, not the trace");
        Assert.Throws<ArgumentOutOfRangeException>(() => trace.AllowOutput(0));
    }

    [Test]
    public void Loop_Times_RepeatsAMeanGapApartWithNewSessionsAndContent()
    {
        Request[] looped = [.. At(5, 6, 9).Loop(3)];

        Assert.That(looped.Select(r => r.Arrival.ToSeconds()), Is.EqualTo(new double[] { 0, 1, 4, 6, 7, 10, 12, 13, 16 }));
        Assert.That(looped.Select(r => r.Id), Is.EqualTo(Enumerable.Range(0, 9)));
        Assert.That(looped.Select(r => r.Session), Is.EqualTo(new[] { "s0", "s1", "s2", "s0#2", "s1#2", "s2#2", "s0#3", "s1#3", "s2#3" }));
        Assert.That(looped.Select(r => r.Content.Single().Key), Is.Unique);
        Assert.That(looped.Select(r => r.Content.Single().Tokens), Is.EqualTo(new[] { 1, 2, 3, 1, 2, 3, 1, 2, 3 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => At(1).Loop(0));
    }

    [Test]
    public void LoopUntil_Time_StopsBeforeIt()
    {
        Assert.That(Seconds(At(5, 6, 9).LoopUntil(10.Seconds())), Is.EqualTo(new double[] { 0, 1, 4, 6, 7 }));
        Assert.That(
            () => At(5, 5).LoopUntil(1.Seconds()).Count(),
            Throws.TypeOf<TraceFormatException>().With.Message.Contains("repeating them takes no time"));
        Assert.Throws<ArgumentOutOfRangeException>(() => At(1).LoopUntil(SimDuration.Zero));
    }

    [Test]
    public void SpreadQuantum_EqualArrivals_AreSpreadInOrder()
    {
        Trace trace = At(0, 0, 0, 3, 4, 4, 9, 9).SpreadQuantum(3.Seconds());

        Assert.That(Seconds(trace), Is.EqualTo(new[] { 0, 1, 2, 3, 4, 5.5, 9, 10.5 }));
        Assert.That(trace.Select(r => r.PromptTokens), Is.EqualTo(Enumerable.Range(1, 8)));
        Assert.Throws<ArgumentOutOfRangeException>(() => At(1).SpreadQuantum(SimDuration.Zero));
    }

    [Test]
    public void SpreadQuantum_NextArrivalWithinTheQuantum_IsNeverReached() =>
        Assert.That(Seconds(At(0, 0, 1).SpreadQuantum(3.Seconds())), Is.EqualTo(new[] { 0, 0.5, 1 }));

    [Test]
    public void WithTimeouts_Limits_ReplaceOnlyThoseGiven()
    {
        Request request = At(1).WithTimeouts(queue: 1.Seconds(), total: 2.Seconds()).WithTimeouts(total: 5.Seconds(), cancelAfter: 3.Seconds()).Single();

        Assert.That((request.QueueTimeout, request.Timeout, request.CancelAfter), Is.EqualTo(((SimDuration?)1.Seconds(), (SimDuration?)5.Seconds(), (SimDuration?)3.Seconds())));
    }

    [Test]
    public void WithSessionPrefixes_Sessions_ShareOneSegment()
    {
        Request Make(long id, string? session, int prompt) => new() { Id = id, Arrival = SimTime.Zero, PromptTokens = prompt, OutputTokens = 1, Session = session };

        Request[] requests = [.. Trace.From([Make(0, "a", 10), Make(1, "b", 10), Make(2, "a", 30), Make(3, null, 10), Make(4, "a", 0)], "t").WithSessionPrefixes()];

        Assert.That(requests[2].Content.Single().Key, Is.EqualTo(requests[0].Content.Single().Key).And.Not.EqualTo(requests[1].Content.Single().Key));
        Assert.That(requests[2].Content.Single().Tokens, Is.EqualTo(30));
        Assert.That(requests[3].Content, Is.Empty);
        Assert.That(requests[4].Content, Is.Empty);
        Assert.That(requests[0].Content.Single().Key, Is.EqualTo(302854569685846435), "the same key in every version");
    }

    [SeededProperty(MaxTest = 200)]
    public void Pipeline_AnyTrace_StaysInOrderAndNumbered(ulong seed)
    {
        Trace trace = Trace.From(RandomRequests.Make(seed), "random")
            .SpreadQuantum(3.Seconds()).SpeedUp(1.7).Loop(3).ClipLengths(100, 100).WithSessionPrefixes().WithTimeouts(queue: 1.Seconds());

        Request[] requests = [.. trace];
        Assert.That(requests.Select(r => r.Id), Is.EqualTo(Enumerable.Range(0, requests.Length)));
        Assert.That(requests.Select(r => r.Arrival.Nanoseconds), Is.Ordered);
        Assert.That(requests.All(r => r.Content.Sum(s => s.Tokens) <= r.PromptTokens));
        Assert.That(TraceText.Show(trace), Is.EqualTo(TraceText.Show(requests)));
    }
}
