using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Simulator.Reports.Charts;
using Simulator.Reports.Page;

namespace Simulator.Tests.Reports.Charts;

public sealed partial class ChartFigureTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static readonly Chart Bars = new(
        "energy", "Energy", new("energy", "J"), new("run", "", ChartScale.Category) { Categories = ["a", "b <c>"] },
        [new("attention", ChartMark.Bars, 0, [new(10, 0), new(20, 1)]), new("host", ChartMark.Bars, 1, [new(30, 0)]), new("idle", ChartMark.Bars, ChartColours.LightGrey, [new(40, 1)])]);

    /// <summary>A front keeps its place for good: papers cite these pictures. Look at it when this changes, and take the new hash.</summary>
    [Test]
    public void Draw_FrontOfASearch_IsTheSameEverywhere()
    {
        string svg = ChartFigure.Draw(Report.Of(null, MadeSearch.File, [], []).Charts.First());
        Assert.That(svg, Does.StartWith("<svg ").And.EndWith("</svg>\n").And.Not.Contain("\r").And.Not.Contain("<script"));
        Assert.That(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(svg)))[..16], Is.EqualTo("112e5008eba5b2b4"));
    }

    /// <summary>Where more throughput and less latency are better, the front goes up before each better plan, not after it.</summary>
    [Test]
    public void Draw_Front_StepsThroughItsPlans()
    {
        XElement root = XDocument.Parse(ChartFigure.Draw(Report.Of(null, MadeSearch.File, [], []).Charts.First())).Root!;
        XElement front = root.Elements(Svg + "path").Last(path => path.Attribute("class")!.Value == "line s0");
        Assert.That(StepPath().IsMatch(front.Attribute("d")!.Value), Is.True, front.Attribute("d")!.Value);
        Assert.That(root.Elements(Svg + "text").Select(text => text.Value), Is.SupersetOf(new[]
            { "Trade-off of throughput-per-device and ttft-p99", "fast", "large", MadeSearch.Hostile, "rules of thumb", "knee", "throughput-per-device (more is better), tokens/s/device" }));
    }

    [Test]
    public void Draw_Bars_StackFromZero()
    {
        XElement[] bars = [.. XDocument.Parse(ChartFigure.Draw(Bars)).Root!.Elements(Svg + "rect").Where(bar => bar.Element(Svg + "title") is not null)];
        double[] widths = [.. bars.Select(bar => Number(bar, "width"))], lefts = [.. bars.Select(bar => Number(bar, "x"))];
        Assert.That(widths[1] / widths[0], Is.EqualTo(2).Within(0.01), "20 against 10 J");
        Assert.That(lefts[0], Is.EqualTo(lefts[1]), "both begin at 0");
        Assert.That(lefts[2], Is.EqualTo(lefts[0] + widths[0]).Within(0.02), "host of a after its attention");
        Assert.That(lefts[3], Is.EqualTo(lefts[1] + widths[1]).Within(0.02), "idle of b after its attention");
    }

    [Test]
    public void Draw_LogScale_LeavesOutZerosAndDoesNotFail()
    {
        Chart chart = new("c", "t", new("x", "s", ChartScale.Log), new("y", ""), [new("a", ChartMark.Line, 0, [new(0, 0), new(0.01, 0.5), new(1, 1)])]);
        XElement root = XDocument.Parse(ChartFigure.Draw(chart)).Root!;
        Assert.That(root.Elements(Svg + "path").Single(path => path.Attribute("class")!.Value == "line s0").Attribute("d")!.Value, Does.Match("^M[0-9. ]+L[0-9. ]+$"));
        Assert.That(root.Elements(Svg + "text").Select(text => text.Value), Is.SupersetOf(new[] { "10 ms", "100 ms", "1 s" }));
        Assert.That(() => ChartFigure.Draw(chart with { Series = [] }), Throws.Nothing);
    }

    [Test]
    public void Write_Csv_HasEveryPointAndReadsBack()
    {
        string csv = ChartCsv.Write(Bars);
        Assert.That(csv, Is.EqualTo("series,\"energy, J\",run,label\nattention,10,a,\nattention,20,b <c>,\nhost,30,a,\nidle,40,b <c>,\n"));
        Chart exact = new("c", "t", new("x", "s"), new("y", ""), [new("a, \"b\"", ChartMark.Points, 0, [new(0.1 + 0.2, 1.0 / 3, "p")])]);
        Assert.That(ChartCsv.Write(exact), Is.EqualTo("series,\"x, s\",y,label\n\"a, \"\"b\"\"\",0.30000000000000004,0.3333333333333333,p\n"));
    }

    private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^M[0-9. ]+(V[0-9.]+H[0-9.]+){2}$")]
    private static partial Regex StepPath();
}
