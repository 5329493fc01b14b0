using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Simulator.Reports.Accuracy;
using Simulator.Reports.Drawing;

namespace Simulator.Tests.Reports.Accuracy;

public sealed partial class PredictionFigureTests
{
    private const double Side = 296, Tolerance = 0.02;

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>Exact predictions lie on the diagonal, others as far above it as their logarithms say, at the edge of the band of their error.</summary>
    [Test]
    public void Draw_Points_StandWhereTheirLogarithmsAre()
    {
        string svg = PredictionFigure.Draw("a < b", ["vllm"], [new("TTFT", "3 runs", PredictionUnit.Seconds,
            [new("vllm", 0.01, 0.01), new("vllm", 1, 1.25), new("vllm", 100, 100)])]);
        XElement root = XDocument.Parse(svg).Root!;
        string[] paths = [.. root.Elements(Svg + "path").Where(path => path.Attribute("class")!.Value == "mark s0 large").Select(path => path.Attribute("d")!.Value)];
        (double X, double Y)[] places = [.. MoveTo().Matches(paths[1]).Select(move => (Number(move, 1) + 3.2, Number(move, 2)))];
        double[] diagonal = [.. NumberText().Matches(Data(root, "diagonal")).Select(number => double.Parse(number.Value, CultureInfo.InvariantCulture))];
        (double left, double bottom) = (diagonal[0], diagonal[1]);
        Assert.That(places, Has.Length.EqualTo(3));
        Assert.That(places[0].X - left, Is.EqualTo(bottom - places[0].Y).Within(Tolerance));
        Assert.That(places[2].X - left, Is.EqualTo(bottom - places[2].Y).Within(Tolerance));
        double decade = (places[2].X - places[0].X) / 4;
        Assert.That(places[1].X - places[0].X, Is.EqualTo(2 * decade).Within(Tolerance));
        Assert.That(bottom - places[1].Y - (places[1].X - left), Is.EqualTo(Math.Log10(1.25) * decade).Within(Tolerance));
        double[] band = [.. NumberText().Matches(Data(root, "wide")).Select(number => double.Parse(number.Value, CultureInfo.InvariantCulture))];
        Assert.That(-band[2], Is.EqualTo(Math.Log10(1.25) * decade).Within(Tolerance), "the upper edge of the band of 25 %");
        Assert.That(root.Elements(Svg + "text").Select(text => text.Value), Is.SupersetOf(new[] { "a < b", "vllm", "TTFT", "3 runs", "10 ms", "1 s", "100 s", "measured" }));
        Assert.That(svg, Does.Not.Contain("<script").And.Not.Contain("\r").And.EndWith("</svg>\n"));

        static string Data(XElement root, string css) => root.Elements(Svg + "path").First(path => path.Attribute("class")!.Value == css).Attribute("d")!.Value;
    }

    [Test]
    public void Draw_Throughput_IsInTokens()
    {
        string svg = PredictionFigure.Draw("t", ["a", "b"], [new("throughput", "", PredictionUnit.TokensPerSecond, [new("a", 100, 90), new("b", 20_000, 30_000)])]);
        string[] texts = [.. XDocument.Parse(svg).Root!.Elements(Svg + "text").Select(text => text.Value)];
        Assert.That(texts, Is.SupersetOf(new[] { "100", "1,000", "10k", "measured, tokens/s", "a", "b" }));
        Assert.That(svg, Does.Contain("mark s1"));
    }

    [Test]
    public void Draw_PointOfNoSeries_IsRefused() => Assert.That(
        () => PredictionFigure.Draw("t", ["a"], [new("x", "", PredictionUnit.Seconds, [new("b", 1, 1)])]), Throws.ArgumentException);

    /// <summary>Every scale has room for its values, and a few round marks in order.</summary>
    [SeededProperty(MaxTest = 500)]
    public void Marks_OfAnyValues_AreFewAndInOrder(ulong seed)
    {
        double first = Math.Pow(10, (seed % 1000) / 125.0 - 4), ratio = Math.Pow(10, (seed / 1000 % 1000) / 200.0);
        LogAxis axis = new([first, first * ratio], Side);
        Assert.That(axis.At(first), Is.InRange(0, Side));
        Assert.That(axis.At(first * ratio), Is.InRange(0, Side));
        double[] places = [.. axis.Marks().Select(axis.At)];
        Assert.That(places, Has.Length.InRange(2, 8));
        Assert.That(places, Is.Ordered.Ascending.And.All.InRange(0, Side));
    }

    private static double Number(Match match, int group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"M([0-9.]+) ([0-9.]+)a")]
    private static partial Regex MoveTo();

    [GeneratedRegex(@"-?[0-9.]+")]
    private static partial Regex NumberText();
}
