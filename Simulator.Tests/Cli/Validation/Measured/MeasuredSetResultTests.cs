using System.Text;
using System.Text.Json.Nodes;
using Simulator.Cli.Validation.Measured;

namespace Simulator.Tests.Cli.Validation.Measured;

public sealed class MeasuredSetResultTests
{
    private static readonly MeasuredCell First = new("h100", "model", "vllm"), Second = new("a100", "model", "vllm");

    private static MeasuredRow[] Rows { get; } =
    [
        Row("r1", First, 100, 110, 150) with { Groups = ["known"] },
        Row("r2", First, 200, 180, 300) with { Groups = ["known"] },
        Row("r3", First, 300, 330, null) with { Groups = ["unknown"] },
        Row("r4", Second, 400, 400, 200) with { Groups = ["unknown"] },
        Row("r5", Second, 500, null, 250) with { NotRun = "it does not fit" },
        Row("r6", Second, 600, null, null) with { NotRun = "it does not fit" },
        Row("r7", Second, 600, null, null) with { NotRun = "a reason" },
    ];

    [Test]
    public void ToJson_RowsOfTwoCells_HasEveryFigureOfTheContract()
    {
        JsonNode json = new MeasuredSetResult(Rows, ["ttft", "absent"]).ToJson();
        Assert.That(json["rows"]!.GetValue<int>(), Is.EqualTo(7));
        Assert.That(json["ran"]!.GetValue<int>(), Is.EqualTo(4));
        Assert.That(json["absent"], Is.Null);
        Assert.That(Text(json["ttft"]!), Is.EqualTo("""{"rows":4,"mape":7.5,"median":10,"p90":10,"signedMedian":5,"rankCorrelation":1}"""));
        Assert.That(json["rankCorrelation"]!.GetValue<double>(), Is.EqualTo(1));
        JsonNode peer = json["peers"]!["other"]!;
        Assert.That(Text(peer["ttft"]!), Is.EqualTo("""{"rows":4,"mape":50,"median":50,"p90":50,"signedMedian":0,"rankCorrelation":null}"""));
        Assert.That(peer["oursOnTheSameRows"]!["ttft"]!["rows"]!.GetValue<int>(), Is.EqualTo(3));
        Assert.That(json["groups"]!.AsArray().Select(group => group!["name"]!.GetValue<string>()), Is.EqualTo(["known", "unknown"]));
        Assert.That(json["groups"]![1]!["ttft"]!["median"]!.GetValue<double>(), Is.EqualTo(5));
        JsonNode cell = json["cells"]![1]!;
        Assert.That((cell["system"]!.GetValue<string>(), cell["model"]!.GetValue<string>(), cell["engine"]!.GetValue<string>()), Is.EqualTo(("h100", "model", "vllm")));
        Assert.That((cell["rows"]!.GetValue<int>(), cell["ran"]!.GetValue<int>()), Is.EqualTo((3, 3)));
        Assert.That(Text(json["notRun"]!), Is.EqualTo("""[{"reason":"it does not fit","rows":2},{"reason":"a reason","rows":1}]"""));
    }

    [Test]
    public void Write_RowsOfTwoCells_TellsErrorsCellsAndReasons()
    {
        using StringWriter output = new() { NewLine = "\n" };
        new MeasuredSetResult(Rows, ["ttft"]).Write("set", output);
        string[] lines = output.ToString().Split('\n');
        Assert.That(lines[0], Is.EqualTo("set: 4 of 7 rows ran; errors in percent of what was measured"));
        Assert.That(lines, Has.Some.Match(@"^ +all +ttft +simulator +4 +7\.5 +10\.0 +10\.0 +\+5\.0 +1$"));
        Assert.That(lines, Has.Some.Match(@"^ +all +ttft +other +4 +50\.0"));
        Assert.That(lines, Has.Some.Match(@"^ +all +ttft +simulator, rows of other +3 +6\.7"));
        Assert.That(lines, Has.Some.Match(@"^ +h100 model vllm +3 +3 +10\.0 +\+10\.0 +50\.0$"));
        Assert.That(lines, Has.Some.EqualTo("not run, 2 rows: it does not fit"));
    }

    [Test]
    public void RowsWriter_Rows_HasALineForEachFigureAndPredictor()
    {
        using MemoryStream stream = new();
        using (MeasuredRowsWriter writer = new(stream)) writer.Write("set", [Rows[0], Rows[5]]);
        Assert.That(Encoding.UTF8.GetString(stream.ToArray()), Is.EqualTo(
            """
            set,id,system,model,engine,groups,figure,predictor,measured,predicted,error_percent,not_run
            set,r1,h100,model,vllm,known,ttft,simulator,100,110,10,
            set,r1,h100,model,vllm,known,ttft,other,100,150,50,
            set,r6,a100,model,vllm,,ttft,simulator,600,,,it does not fit

            """.ReplaceLineEndings("\n")));
    }

    [Test]
    public void InOrder_ManyItems_KeepsTheirOrderAndThrowsTheFirstFault()
    {
        int[] items = [.. Enumerable.Range(0, 200)];
        Assert.That(InOrder.Run(items, item => item * 2), Is.EqualTo(items.Select(item => item * 2)));
        Assert.That(
            () => InOrder.Run(items, item => item % 50 == 49 ? throw new InvalidOperationException($"item {item}") : item),
            Throws.InvalidOperationException.With.Message.EqualTo("item 49"));
    }

    private static MeasuredRow Row(string id, MeasuredCell cell, double measured, double? predicted, double? peer) =>
        new(id, cell, [new("ttft", measured) { Predicted = predicted, Peers = peer is { } value ? [("other", value)] : [] }]);

    private static string Text(JsonNode node) => node.ToJsonString();
}
