using System.Globalization;
using System.Text;
using Simulator.Reports.Drawing;

namespace Simulator.Reports.Accuracy;

/// <summary>Draws predictions against measurements, both on logarithmic scales: a square for each figure, with the diagonal and bands of ±10 and ±25 %.</summary>
/// <remarks>
/// The figure is a whole SVG file without scripts and without fonts of its own, for light and dark pages; its colours are those of Okabe and
/// Ito, and each series has a shape of its own too. The same points give the same bytes.
/// </remarks>
public static class PredictionFigure
{
    private const double Width = 760;
    private const double Edge = 16;
    private const double Side = 296;
    private const double Left = 66;
    private const double Pitch = 376;
    private const double HeadHeight = 34;
    private const double FootHeight = 42;
    private const double LegendTop = 50;
    private const double PanelTop = 66;
    private const double CharacterWidth = 6;
    private const int Columns = 2;
    private const int Colours = 6;

    // Above this many points marks are drawn smaller.
    private const int Many = 200;

    private static readonly double[] Bands = [0.25, 0.10];

    /// <summary>Draws panels, two in a row.</summary>
    /// <param name="title">What stands above them.</param>
    /// <param name="series">The series, in the order in which they are listed and coloured.</param>
    /// <param name="panels">What to draw.</param>
    /// <returns>The text of an SVG file.</returns>
    public static string Draw(string title, IReadOnlyList<string> series, IReadOnlyList<PredictionPanel> panels)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(panels);
        SvgText svg = new();
        svg.Text("title", Edge, 26, title);
        DrawLegend(svg, series);
        for (int i = 0; i < panels.Count; i++)
            DrawPanel(svg, series, panels[i], Left + i % Columns * Pitch, PanelTop + i / Columns * (HeadHeight + Side + FootHeight) + HeadHeight);
        int rows = (panels.Count + Columns - 1) / Columns;
        return svg.ToDocument(Width, PanelTop + rows * (HeadHeight + Side + FootHeight), title, Style);
    }

    private static void DrawLegend(SvgText svg, IReadOnlyList<string> series)
    {
        double x = Edge + 5;
        for (int i = 0; i < series.Count; i++)
        {
            DrawMarks(svg, i, [(x, LegendTop - 4)], large: true);
            svg.Text("small", x + 9, LegendTop, series[i]);
            x += 9 + series[i].Length * CharacterWidth + 20;
        }
        foreach (double band in Bands.Reverse())
        {
            svg.Rectangle(Css(band), x, LegendTop - 9, 18, 10);
            string text = string.Create(CultureInfo.InvariantCulture, $"within ±{band * 100:0} %");
            svg.Text("small", x + 24, LegendTop, text);
            x += 24 + text.Length * CharacterWidth + 14;
        }
    }

    private static void DrawPanel(SvgText svg, IReadOnlyList<string> series, PredictionPanel panel, double left, double top)
    {
        LogAxis axis = new(panel.Points.SelectMany(point => (double[])[point.Measured, point.Predicted]), Side);
        double bottom = top + Side;
        svg.Text("head", left, top - 10, panel.Name);
        svg.Text("small right", left + Side, top - 10, panel.Note);
        foreach (double band in Bands) svg.Path(Css(band), Band(left, bottom, axis.Between(1, 1 + band), axis.Between(1 - band, 1)));
        foreach (double mark in axis.Marks())
        {
            double at = axis.At(mark);
            string label = Label(mark, panel.Unit);
            svg.Path("grid", SvgText.Data($"M{left + at} {top}V{bottom}M{left} {bottom - at}H{left + Side}"));
            svg.Text("small middle", left + at, bottom + 15, label);
            svg.Text("small right", left - 6, bottom - at + 4, label);
        }
        svg.Text("small axis middle", left + Side / 2, bottom + 31, panel.Unit == PredictionUnit.TokensPerSecond ? "measured, tokens/s" : "measured");
        svg.Text("small axis", left + 7, top + 16, "↑ predicted");
        bool large = panel.Points.Count <= Many;
        // What there is most of lies below, so that nothing hides under it.
        foreach (IGrouping<string, PredictionPoint> group in panel.Points.GroupBy(point => point.Series).OrderByDescending(group => group.Count()))
        {
            DrawMarks(svg, Index(series, group.Key), group.Select(point => (left + axis.At(point.Measured), bottom - axis.At(point.Predicted))), large);
        }
        svg.Path("diagonal", SvgText.Data($"M{left} {bottom}L{left + Side} {top}"));
        svg.Path("frame", SvgText.Data($"M{left} {top}V{bottom}H{left + Side}V{top}z"));
    }

    // The part of the square between two lines beside the diagonal, so far above and below it.
    private static string Band(double left, double bottom, double above, double below)
    {
        above = Math.Min(above, Side);
        below = Math.Min(below, Side);
        return SvgText.Data($"M{left} {bottom}v{-above}L{left + Side - above} {bottom - Side}H{left + Side}V{bottom - Side + below}L{left + below} {bottom}z");
    }

    private static void DrawMarks(SvgText svg, int series, IEnumerable<(double X, double Y)> places, bool large)
    {
        StringBuilder marks = new();
        double radius = large ? 3.2 : 1.7;
        foreach ((double x, double y) in places)
        {
            marks.Append(MarkShape.Path(series, x, y, radius));
        }
        svg.Path(string.Create(CultureInfo.InvariantCulture, $"mark s{series % Colours}{(large ? " large" : "")}"), marks.ToString());
    }

    private static int Index(IReadOnlyList<string> series, string name)
    {
        for (int i = 0; i < series.Count; i++)
        {
            if (series[i] == name) return i;
        }
        throw new ArgumentException($"A point belongs to '{name}', which is not among the series.", nameof(series));
    }

    private static string Label(double value, PredictionUnit unit)
    {
        (double scale, string name) = unit switch
        {
            PredictionUnit.Seconds => value < 0.999e-3 ? (1e6, " µs") : value < 0.999 ? (1e3, " ms") : (1, " s"),
            _ => value < 9_999 ? (1, "") : (1e-3, "k"),
        };
        return (value * scale).ToString("#,0.##", CultureInfo.InvariantCulture) + name;
    }

    private static string Css(double band) => band == Bands[0] ? "wide" : "narrow";

    private const string Style = """
        <style>
        text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:12px;font-variant-numeric:tabular-nums;fill:#1f2328}
        .title{font-size:15px;font-weight:600}.head{font-size:13px;font-weight:600}.small{fill:#59636e;font-size:11px}.axis{font-style:italic}
        .right{text-anchor:end}.middle{text-anchor:middle}
        .page{fill:#fff}.grid{stroke:#d1d9e0;stroke-width:.6;fill:none}.frame{stroke:#8c959f;stroke-width:.8;fill:none}
        .diagonal{stroke:#1f2328;stroke-width:.8;fill:none}.wide{fill:#eef1f4}.narrow{fill:#dbe1e7}
        .mark{fill-opacity:.7}.large{stroke:#fff;stroke-width:.5}
        .s0{fill:#0072b2}.s1{fill:#d55e00}.s2{fill:#009e73}.s3{fill:#cc79a7}.s4{fill:#e69f00}.s5{fill:#56b4e9}
        @media screen and (prefers-color-scheme:dark){
        text{fill:#e6edf3}.small{fill:#9198a1}.page{fill:#0d1117}.grid{stroke:#2f353d}.frame{stroke:#656c76}
        .diagonal{stroke:#e6edf3}.wide{fill:#171c23}.narrow{fill:#232a33}.large{stroke:#0d1117}}
        </style>
        """;
}
