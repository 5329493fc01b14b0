using System.Xml.Linq;
using Simulator.Core.Time;
using Simulator.Models.Results;
using Simulator.Reports.Timelines;
using Simulator.Tests.Models.Results;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Reports.Timelines;

public sealed class TimelineTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Test]
    public void ToTimeline_OfTheTinyRun_IsWhatItsHandTraceSays()
    {
        TimelineRecorder recorder = new(requests: 7);
        TinyRun.Run(recorder);
        Timeline timeline = recorder.ToTimeline();

        ReplicaTimeline replica = timeline.Replicas.Single();
        Assert.That(replica.Requests.Select(request => request.Record.Request.Id), Is.EqualTo(new[] { 0, 1, 2, 5, 6 }), "those that reached the replica");
        Assert.That(timeline.Start, Is.EqualTo(SimTime.Zero));
        Assert.That(timeline.End, Is.EqualTo(At(192)));
        Assert.That(Spans(0), Is.EqualTo((TimelineSpan[])
        [
            new(RequestActivity.Prefill, At(0), At(20), 10, 0), new(RequestActivity.Decode, At(20), At(90), 2, 10),
        ]));
        Assert.That(Spans(1), Is.EqualTo((TimelineSpan[])
        [
            new(RequestActivity.Waiting, At(5), At(20)), new(RequestActivity.Prefill, At(20), At(70), 20, 0),
        ]));
        Assert.That(Spans(2), Is.Empty, "rejected");
        Assert.That(Spans(5), Is.EqualTo((TimelineSpan[])[new(RequestActivity.Waiting, At(80), At(85))]), "timed out in the queue");
        Assert.That(replica.Iterations.Select(iteration => iteration.Start), Is.EqualTo(new[] { At(0), At(20), At(70), At(100), At(172) }));

        IReadOnlyList<TimelineSpan> Spans(long id) => replica.Requests.Single(request => request.Record.Request.Id == id).Spans;
    }

    [Test]
    public void ToTimeline_GapsBetweenRows_AreWhatHappenedThen()
    {
        TimelineRecorder recorder = new(requests: 1);
        recorder.OnRow(new RowRecord(0, 0, At(10), At(20), 0, RowKind.Prefill, 8, 0));
        recorder.OnRow(new RowRecord(0, 0, At(30), At(40), 0, RowKind.Decode, 1, 8));
        recorder.OnPreemption(new PreemptionRecord(0, At(40), 0, Swapped: true));
        recorder.OnRow(new RowRecord(0, 0, At(60), At(70), 0, RowKind.Decode, 1, 9));
        recorder.OnPreemption(new PreemptionRecord(0, At(80), 0, Swapped: false));
        recorder.OnRow(new RowRecord(0, 0, At(90), At(95), 0, RowKind.Prefill, 10, 0));
        recorder.OnRow(new RowRecord(0, 0, At(90), At(95), 1, RowKind.Prefill, 10, 0));
        recorder.OnRequestEnded(Ended(0, at: 5, end: 95));

        Assert.That(recorder.ToTimeline().Replicas.Single().Requests.Single().Spans, Is.EqualTo((TimelineSpan[])
        [
            new(RequestActivity.Waiting, At(5), At(10)), new(RequestActivity.Prefill, At(10), At(20), 8, 0), new(RequestActivity.Stalled, At(20), At(30)),
            new(RequestActivity.Decode, At(30), At(40), 1, 8), new(RequestActivity.Swapped, At(40), At(60)), new(RequestActivity.Decode, At(60), At(70), 1, 9),
            new(RequestActivity.Stalled, At(70), At(80)), new(RequestActivity.Preempted, At(80), At(90)), new(RequestActivity.Prefill, At(90), At(95), 10, 0),
        ]));
    }

    [Test]
    public void ToTimeline_MoreRequestsThanAskedFor_LeavesTheRestOut()
    {
        TimelineRecorder recorder = new(requests: 2);
        TinyRun.Run(recorder);
        ReplicaTimeline replica = recorder.ToTimeline().Replicas.Single();
        Assert.That(replica.Requests.Select(request => request.Record.Request.Id), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(replica.Iterations[^1].End, Is.EqualTo(At(90)));
    }

    [SeededProperty(MaxTest = 200)]
    public void Spans_OfAnyRun_AreInOrderAndWithoutOverlap(ulong seed)
    {
        Simulator.Tests.Models.Engines.Scenario scenario = Simulator.Tests.Models.Engines.Scenario.Of(seed);
        TimelineRecorder recorder = new(requests: 100);
        Simulator.Models.Clusters.ServingSimulation.Run(
            scenario.Cluster(), scenario.Requests, seed, new Simulator.Models.Clusters.RunOptions { Observer = recorder, Until = scenario.Until });
        Timeline timeline = recorder.ToTimeline();
        foreach (RequestTimeline request in timeline.Replicas.SelectMany(replica => replica.Requests))
        {
            SimTime at = request.Record.Request.Arrival;
            foreach (TimelineSpan span in request.Spans)
            {
                Assert.That(span.Start, Is.EqualTo(at), "spans follow one another without gaps");
                Assert.That(span.End, Is.GreaterThanOrEqualTo(span.Start));
                at = span.End;
            }
            Assert.That(at, Is.LessThanOrEqualTo(request.Record.End).Or.EqualTo(request.Spans.Count == 0 ? at : request.Spans[^1].End));
        }
        string svg = TimelineFigure.Draw(timeline, "any");
        Assert.That(XDocument.Parse(svg).Root!.Name, Is.EqualTo(Svg + "svg"));
        Assert.That(svg, Is.EqualTo(TimelineFigure.Draw(timeline, "any")));
    }

    [Test]
    public void Draw_TinyRun_HasItsRowsItsTokensAndNoScript()
    {
        TimelineRecorder recorder = new(requests: 7);
        TinyRun.Run(recorder);
        string svg = TimelineFigure.Draw(recorder.ToTimeline(), "a < b & \"c\"");
        XElement root = XDocument.Parse(svg).Root!;

        Assert.That(root.Element(Svg + "title")!.Value, Is.EqualTo("a < b & \"c\""));
        string[] texts = [.. root.Elements(Svg + "text").Select(text => text.Value)];
        Assert.That(texts, Is.SupersetOf(new[] { "#0", "10 → 3", "#6", "62 → 10", "20.0 ms", "90.0 ms", "rejected", "timed out", "50 ms", "prefill tokens", "max 62" }));
        string[] tips = [.. root.Elements(Svg + "rect").Select(bar => bar.Element(Svg + "title")?.Value ?? "").Where(tip => tip.Length > 0)];
        Assert.That(tips, Is.EqualTo((string[])
        [
            "#0: prefill of 10 tokens after 0, 20.0 ms", "#0: decode of 2 tokens, 70.0 ms", "#1: waiting, 15.0 ms",
            "#1: prefill of 20 tokens after 0, 50.0 ms", "#5: waiting, 5.00 ms", "#6: prefill of 62 tokens after 0, 72.0 ms", "#6: decode of 1 token, 20.0 ms",
        ]));
        Assert.That(svg, Does.Not.Contain("<script").And.Not.Contain("\r").And.Not.Contain("href").And.EndWith("</svg>\n"));
    }

    [Test]
    public void Draw_NoRequests_IsStillAFigure() =>
        Assert.That(XDocument.Parse(TimelineFigure.Draw(new Timeline([]), "empty")).Root!.Name, Is.EqualTo(Svg + "svg"));

    // The bars of a request stand where time is proportional to place, whatever the unit of the axis.
    [TestCase(1)]
    [TestCase(1_000)]
    [TestCase(60_000_000)]
    public void Draw_AnyScale_PlacesBarsInProportion(long scale)
    {
        TimelineRecorder recorder = new(requests: 1);
        recorder.OnRow(new RowRecord(0, 0, SimTime.FromNanoseconds(100 * scale), SimTime.FromNanoseconds(600 * scale), 0, RowKind.Prefill, 8, 0));
        recorder.OnRequestEnded(Ended(0, 0, 0) with { End = SimTime.FromNanoseconds(1000 * scale) });
        XElement[] bars = [.. XDocument.Parse(TimelineFigure.Draw(recorder.ToTimeline(), "")).Root!.Elements(Svg + "rect").Where(bar => bar.HasElements)];
        double[] widths = [.. bars.Select(bar => double.Parse(bar.Attribute("width")!.Value, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.That(widths, Has.Length.EqualTo(2));
        Assert.That(widths[1] / widths[0], Is.EqualTo(5).Within(0.01));
    }

    private static RequestRecord Ended(long id, int at, int end) => new()
    {
        Request = new Request { Id = id, Arrival = At(at), PromptTokens = 8, OutputTokens = 3 },
        Outcome = RequestOutcome.Completed,
        End = At(end),
    };

    private static SimTime At(int milliseconds) => SimTime.FromNanoseconds(milliseconds * 1_000_000L);
}
