namespace Simulator.Tests.Timelines;

/// <summary>The reader of timelines is strict: what it does not understand it refuses, with the file and the line.</summary>
public sealed class TimelineCaseTests
{
    private const string Good = """
        # Nothing in particular.
        engine orca
        options max-batch-size=2
        kv blocks=8 block-tokens=4 window=16
        costs prefill-token=1 decode-iteration=2.5 # ms
        requests
        id arrival prompt output max
        0 0 4 1 -
        1 1.5 4 1 3
        2 2 4 1 -
        iterations
        start end 0 1 2
        0 4 p4 - -
        4 12 - p4 p4
        results
        id first-token end
        0 4 4
        1 12 12
        2 12 12
        """;

    [Test]
    public void Parse_GoodText_IsRead()
    {
        TimelineCase timeline = TimelineCase.Parse("case", Good);
        Assert.That((timeline.Engine, timeline.Blocks, timeline.BlockTokens, timeline.Window), Is.EqualTo(("orca", 8, 4, 16)));
        Assert.That((timeline.Costs.PrefillToken, timeline.Costs.DecodeIteration, timeline.Costs.DecodeRow), Is.EqualTo((1e-3, 2.5e-3, 0.0)));
        Assert.That(timeline.Requests.Select(r => (r.Arrival.Nanoseconds, r.PromptTokens, r.OutputTokens, r.MaxOutputTokens)), Is.EqualTo(new[]
        {
            (0L, 4, 1, (int?)null), (1_500_000, 4, 1, 3), (2_000_000, 4, 1, null),
        }));
        Assert.That(timeline.Iterations, Is.EqualTo(new[] { "0 4 p4 - -", "4 12 - p4 p4" }));
        Assert.That(timeline.Results, Is.EqualTo(new[] { "0 4 4", "1 12 12", "2 12 12" }));
    }

    [TestCase("engine orca", "engine orca 2", "case:2: 'engine' and 1 more is expected.")]
    [TestCase("options max-batch-size=2", "option max-batch-size=2", "case:3: 'options' is expected.")]
    [TestCase("max-batch-size=2", "max-batch-size", "case:3: 'max-batch-size' is not name=value.")]
    [TestCase("blocks=8", "blocks=8 blocks=9", "case:4: 'blocks' is given twice.")]
    [TestCase("blocks=8", "pages=8", "case:4: 'blocks' is missing.")]
    [TestCase("blocks=8", "blocks=8.5", "case:4: 'blocks' is no whole number.")]
    [TestCase("window=16", "window=16 colour=red", "case:4: nothing is called 'colour' here.")]
    [TestCase("decode-iteration=2.5", "decode-iteration=fast", "case:5: 'decode-iteration' is no number.")]
    [TestCase("decode-iteration=2.5", "decode-iterations=2.5", "case:5: nothing is called 'decode-iterations' here.")]
    [TestCase("0 0 4 1 -", "0 0 4 1", "case:8: 5 words are expected, not 4.")]
    [TestCase("1 1.5 4 1 3", "2 1.5 4 1 3", "case:9: the next id is 1.")]
    [TestCase("1 1.5 4 1 3", "1 soon 4 1 3", "case:9: 'soon' is no time in milliseconds.")]
    [TestCase("1 1.5 4 1 3", "1 1.5 0 1 3", "case:9: '0' is no whole number above 0.")]
    [TestCase("2 2 4 1 -\n", "", "case:10: there are 2 requests; a timeline has 3 to 5.")]
    [TestCase("start end 0 1 2", "start end 0 2 1", "case:12: 'start end 0 1 2' is expected.")]
    [TestCase("0 4 p4 - -", "0 4 q4 - -", "case:13: 'q4' is no action.")]
    [TestCase("0 4 p4 - -", "0 4 p - -", "case:13: '' is no whole number above 0.")]
    [TestCase("id first-token end", "id end", "case:16: 'id first-token end' is expected.")]
    [TestCase("1 12 12", "2 12 12", "case:18: the next id is 1.")]
    [TestCase("2 12 12", "2 12 12\n3 12 12", "case:20: this line is too much.")]
    [TestCase("\n2 12 12", "", "case: it ends too early.")]
    public void Parse_Fault_IsRefusedWithItsLine(string right, string wrong, string message)
    {
        FormatException fault = Assert.Throws<FormatException>(() => TimelineCase.Parse("case", Good.ReplaceLineEndings("\n").Replace(right, wrong)))!;
        Assert.That(fault.Message, Is.EqualTo(message));
    }

    [Test]
    public void Make_UnknownEngineOrOption_IsRefused()
    {
        Assert.That(
            Assert.Throws<FormatException>(() => TimelineEngines.Make(TimelineCase.Parse("case", Good.Replace("engine orca", "engine orka"))))!.Message,
            Does.StartWith("case: no engine 'orka'; there are "));
        Assert.That(
            Assert.Throws<FormatException>(() => TimelineEngines.Make(TimelineCase.Parse("case", Good.Replace("size=2", "size=2 speed=3"))))!.Message,
            Is.EqualTo("case:3: nothing is called 'speed' here."));
        Assert.That(
            Assert.Throws<FormatException>(() => TimelineEngines.Make(TimelineCase.Parse(
                "case", Good.Replace("engine orca", "engine apex").Replace("max-batch-size=2", "resumption=never"))))!.Message,
            Is.EqualTo("case:3: 'resumption' is none of Recompute, Free."));
    }
}
