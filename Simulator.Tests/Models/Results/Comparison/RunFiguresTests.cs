using System.Text.Json;
using Simulator.Models.Results;
using Simulator.Models.Results.Comparison;

namespace Simulator.Tests.Models.Results.Comparison;

public sealed class RunFiguresTests
{
    private static readonly string[] LeftOut = ["schemaVersion", "seed", "replicas", "distributions"];

    /// <summary>No number of the JSON is forgotten, and each has the path and the place that it has there.</summary>
    [Test]
    public void Of_AnyRun_EveryNumberOfTheJsonInItsOrder([Range(0, 4)] int seed)
    {
        RunResult run = new RandomRun((ulong)seed).Run();
        using JsonDocument document = JsonDocument.Parse(RunResultJson.Write(run));
        List<(string, double?)> numbers = [];
        Collect(document.RootElement, "", numbers);

        IReadOnlyList<Figure> figures = RunFigures.Of(run);

        Assert.That(figures.Select(figure => (figure.Path, figure.Value)), Is.EqualTo(numbers));
        Assert.That(figures.Select(figure => figure.Path), Is.Unique);
    }

    [Test]
    public void Of_NoSlo_GoodputIsThereAndNull()
    {
        IEnumerable<Figure> goodput = RunFigures.Of(TinyRun.Run()).Where(figure => figure.Path.StartsWith("goodput.", StringComparison.Ordinal));
        Assert.That(goodput.Select(figure => figure.Value), Is.EqualTo(new double?[] { null, null, null }));
    }

    [Test]
    public void Of_ClassesWhoseNamesRunTogether_PathsDiffer()
    {
        RunResult run = TinyRun.Run();
        ClassSummary group = run.Classes[0];
        run = run with { Classes = [group with { Pool = "a", Class = "b/c" }, group with { Pool = "a/b", Class = "c" }] };
        Assert.That(RunFigures.Of(run).Select(figure => figure.Path), Is.Unique.And.Contains("classes[a/b/c].ttft.p99").And.Contains(@"classes[a\/b/c].ttft.p99"));
    }

    [TestCase("ttft.p99", "s", FigureGoal.Lower)]
    [TestCase("ttft.count", "samples", FigureGoal.None)]
    [TestCase("requests.completed", "requests", FigureGoal.Higher)]
    [TestCase("throughput.outputTokensPerSecond", "tokens/s", FigureGoal.Higher)]
    [TestCase("engine.kvUtilization", "", FigureGoal.None)]
    [TestCase("cost.usd", "USD", FigureGoal.Lower)]
    [TestCase("classes[chat/].e2e.mean", "s", FigureGoal.Lower)]
    public void Of_AnyRun_UnitAndGoal(string path, string unit, FigureGoal goal)
    {
        Figure found = RunFigures.Of(TinyRun.Run()).Single(figure => figure.Path == path);
        Assert.That((found.Unit, found.Goal), Is.EqualTo((unit, goal)));
    }

    private static void Collect(JsonElement element, string path, List<(string, double?)> numbers)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string at = path + property.Name;
            if (LeftOut.Contains(at) || (property.Name.EndsWith("Seconds", StringComparison.Ordinal) && at.Contains("goodput.", StringComparison.Ordinal)))
                continue;
            if (property.Value.ValueKind == JsonValueKind.Object) Collect(property.Value, at + ".", numbers);
            else if (property.Value.ValueKind == JsonValueKind.Number) numbers.Add((at, property.Value.GetDouble()));
            else if (property.Value.ValueKind == JsonValueKind.Null) numbers.Add((at, null));
            if (property.Value.ValueKind != JsonValueKind.Array) continue;
            foreach (JsonElement group in property.Value.EnumerateArray())
                Collect(group, $"{at}[{group.GetProperty("pool").GetString()}/{group.GetProperty("class").GetString()}].", numbers);
        }
    }
}
