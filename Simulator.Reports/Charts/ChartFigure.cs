using System.Globalization;
using System.Text;
using Simulator.Reports.Drawing;

namespace Simulator.Reports.Charts;

/// <summary>Draws a chart as SVG, for papers.</summary>
/// <remarks>
/// The figure is a whole SVG file without scripts and without fonts of its own, for light and dark pages; its colours are those of Okabe and
/// Ito, and series differ by shape or dashes too. The same chart gives the same bytes.
/// </remarks>
public static class ChartFigure
{
    private const double Width = 720;
    private const double Right = 24;
    private const double PlotHeight = 320;
    private const double BarHeight = 34;
    private const double LegendTop = 50;
    private const double LegendRow = 18;
    private const double CharacterWidth = 6.1;
    private const int MostInLegend = 12;

    // Names of more points than these say nothing.
    private const int MostLabels = 16;

    // Above this many points marks are drawn smaller.
    private const int Many = 200;

    /// <summary>Draws a chart.</summary>
    /// <param name="chart">What to draw.</param>
    /// <returns>The text of an SVG file.</returns>
    public static string Draw(Chart chart)
    {
        ArgumentNullException.ThrowIfNull(chart);
        SvgText svg = new();
        svg.Text("title", 16, 26, chart.Title);
        double top = DrawLegend(svg, chart) + 30;
        bool named = chart.Y.Scale == ChartScale.Category;
        double left = named ? Math.Min(230, 24 + chart.Y.Categories.Max(name => name.Length) * CharacterWidth) : 70;
        double height = named ? BarHeight * chart.Y.Categories.Count : PlotHeight;
        Plot plot = new(chart, left, top, Width - Right - left, height);
        DrawAxes(svg, plot);
        foreach (ChartSeries series in chart.Series) DrawSeries(svg, plot, series);
        DrawLabels(svg, plot);
        svg.Path("frame", SvgText.Data($"M{left} {top}V{top + height}H{Width - Right}"));
        return svg.ToDocument(Width, top + height + 50, chart.Title, Style);
    }

    private static double DrawLegend(SvgText svg, Chart chart)
    {
        double x = 16, y = LegendTop;
        ChartSeries[] listed = [.. chart.Series.Where(series => series.Points.Count > 0)];
        if (listed.Length > 1)
        {
            foreach (ChartSeries series in listed.Take(MostInLegend))
            {
                double width = 26 + series.Name.Length * CharacterWidth + 16;
                if (x > 16 && x + width > Width - Right) (x, y) = (16, y + LegendRow);
                DrawKey(svg, series, x, y - 4);
                svg.Text("small", x + 24, y, series.Name);
                x += width;
            }
            if (listed.Length > MostInLegend) svg.Text("small", x, y, $"and {listed.Length - MostInLegend} more");
        }
        else
        {
            y -= LegendRow;
        }
        return y;
    }

    private static void DrawKey(SvgText svg, ChartSeries series, double x, double y)
    {
        string css = Css(series);
        if (series.Mark == ChartMark.Bars) svg.Rectangle(css, x, y - 5, 18, 10);
        else if (series.Mark is ChartMark.Points or ChartMark.Hollow) svg.Path(css, MarkShape.Path(Shape(series), x + 9, y, 4));
        else svg.Path(css, SvgText.Data($"M{x} {y}H{x + 18}"));
    }

    private static void DrawAxes(SvgText svg, Plot plot)
    {
        double bottom = plot.Top + plot.Height;
        foreach (double mark in plot.MarksX())
        {
            svg.Path("grid", SvgText.Data($"M{plot.X(mark)} {plot.Top}V{bottom}"));
            svg.Text("small middle", plot.X(mark), bottom + 16, Numbers.OnAxis(mark, plot.Chart.X.Unit));
        }
        svg.Text("small axis middle", plot.Left + plot.Width / 2, bottom + 36, plot.Chart.X.Title);
        if (plot.Chart.Y.Scale == ChartScale.Category)
        {
            for (int i = 0; i < plot.Chart.Y.Categories.Count; i++) svg.Text("small right", plot.Left - 8, plot.Y(i) + 4, plot.Chart.Y.Categories[i]);
            return;
        }
        foreach (double mark in plot.MarksY())
        {
            svg.Path("grid", SvgText.Data($"M{plot.Left} {plot.Y(mark)}H{plot.Left + plot.Width}"));
            svg.Text("small right", plot.Left - 7, plot.Y(mark) + 4, Numbers.OnAxis(mark, plot.Chart.Y.Unit));
        }
        svg.Text("small axis", 16, plot.Top - 9, "↑ " + plot.Chart.Y.Title);
    }

    private static void DrawSeries(SvgText svg, Plot plot, ChartSeries series)
    {
        ChartPoint[] points = [.. series.Points.Where(plot.Shows)];
        string css = Css(series);
        if (series.Mark == ChartMark.Bars)
        {
            foreach (ChartPoint point in points)
            {
                double from = plot.X(plot.Below(series, (int)point.Y)), to = plot.X(plot.Below(series, (int)point.Y) + point.X);
                svg.Rectangle(css, from, plot.Y(point.Y) - 0.32 * BarHeight, to - from, 0.64 * BarHeight, $"{series.Name}: {Numbers.Plain(point.X)} {plot.Chart.X.Unit}");
            }
            return;
        }
        StringBuilder path = new();
        double radius = points.Length > Many ? 2 : 3.6;
        for (int i = 0; i < points.Length; i++)
        {
            (double x, double y) = (plot.X(points[i].X), plot.Y(points[i].Y));
            path.Append(series.Mark switch
            {
                ChartMark.Points or ChartMark.Hollow => MarkShape.Path(Shape(series), x, y, radius),
                ChartMark.StepDown when i > 0 => SvgText.Data($"V{y}H{x}"),
                ChartMark.StepAcross when i > 0 => SvgText.Data($"H{x}V{y}"),
                ChartMark.Ranges when i % 2 == 0 => SvgText.Data($"M{x} {y}"),
                _ => SvgText.Data(i == 0 ? (FormattableString)$"M{x} {y}" : $"L{x} {y}"),
            });
        }
        svg.Path(css, path.ToString());
    }

    /// <summary>Names points where there is room; those of the last series come first.</summary>
    private static void DrawLabels(SvgText svg, Plot plot)
    {
        List<(double Left, double Right, double Y)> taken = [];
        foreach (ChartSeries series in plot.Chart.Series.Where(series => series.Mark == ChartMark.Points && series.Colour >= 0 && series.Points.Count <= MostLabels).Reverse())
        {
            foreach (ChartPoint point in series.Points.Where(plot.Shows).Where(point => point.Label.Length > 0))
            {
                (double x, double y, double width) = (plot.X(point.X), plot.Y(point.Y) - 7, point.Label.Length * CharacterWidth);
                bool toLeft = x + 7 + width > plot.Left + plot.Width;
                (double Left, double Right, double Y) place = toLeft ? (x - 7 - width, x - 7, y) : (x + 7, x + 7 + width, y);
                if (place.Left < plot.Left || taken.Any(other => other.Left < place.Right && place.Left < other.Right && Math.Abs(other.Y - y) < 12)) continue;
                taken.Add(place);
                svg.Text(toLeft ? "small right" : "small", toLeft ? x - 7 : x + 7, y, point.Label);
            }
        }
    }

    private static string Css(ChartSeries series)
    {
        string colour = series.Colour switch
        {
            ChartColours.Grey => "grey",
            ChartColours.LightGrey => "light",
            ChartColours.Ink => "ink",
            int number => $"s{number % ChartColours.Count}{(number >= ChartColours.Count && series.Mark is not (ChartMark.Bars or ChartMark.Points or ChartMark.Hollow) ? " dashed" : "")}",
        };
        string kind = series.Mark switch
        {
            ChartMark.Points or ChartMark.Bars => "fill",
            ChartMark.Hollow => "hollow",
            ChartMark.Ranges => "line thick",
            _ => "line",
        };
        return $"{kind} {colour}";
    }

    private static int Shape(ChartSeries series) => Math.Max(0, series.Colour);

    /// <summary>Where things are.</summary>
    private sealed class Plot
    {
        private readonly Func<double, double> _x;
        private readonly Func<double, double> _y;

        public Plot(Chart chart, double left, double top, double width, double height)
        {
            (Chart, Left, Top, Width, Height) = (chart, left, top, width, height);
            ChartPoint[] points = [.. chart.Series.SelectMany(series => series.Points).Where(Shows)];
            IEnumerable<double> across = points.Select(point => point.X);
            if (chart.Series.Any(series => series.Mark == ChartMark.Bars))
                across = points.GroupBy(point => point.Y).Select(bar => bar.Sum(point => point.X));
            (_x, MarksX) = Map(chart.X, across, width);
            (_y, MarksY) = Map(chart.Y, points.Select(point => point.Y), height);
        }

        public Chart Chart { get; }

        public double Left { get; }

        public double Top { get; }

        public double Width { get; }

        public double Height { get; }

        public Func<IReadOnlyList<double>> MarksX { get; }

        public Func<IReadOnlyList<double>> MarksY { get; }

        public bool Shows(ChartPoint point) => (Chart.X.Scale != ChartScale.Log || point.X > 0) && (Chart.Y.Scale != ChartScale.Log || point.Y > 0);

        public double X(double value) => Left + _x(value);

        public double Y(double value) => Chart.Y.Scale == ChartScale.Category ? Top + (value + 0.5) * BarHeight : Top + Height - _y(value);

        /// <summary>What the bars of the series before take.</summary>
        public double Below(ChartSeries series, int category) => Chart.Series.TakeWhile(other => other != series).Where(other => other.Mark == ChartMark.Bars)
            .SelectMany(other => other.Points).Where(point => (int)point.Y == category).Sum(point => point.X);

        private static (Func<double, double> At, Func<IReadOnlyList<double>> Marks) Map(ChartAxis axis, IEnumerable<double> values, double length)
        {
            if (axis.Scale == ChartScale.Log)
            {
                LogAxis log = new(values, length);
                return (log.At, log.Marks);
            }
            LinearAxis linear = new(values, length, axis.Scale == ChartScale.FromZero);
            return (linear.At, linear.Marks);
        }
    }

    private static readonly string Style = string.Create(CultureInfo.InvariantCulture, $$"""
        <style>
        text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:12px;font-variant-numeric:tabular-nums;fill:#1f2328}
        .title{font-size:15px;font-weight:600}.small{fill:#59636e;font-size:11px}.axis{font-style:italic}
        .right{text-anchor:end}.middle{text-anchor:middle}
        .page{fill:#fff}.grid{stroke:#d1d9e0;stroke-width:.6;fill:none}.frame{stroke:#8c959f;stroke-width:.8;fill:none}
        .line{fill:none;stroke-width:1.6;stroke-linejoin:round}.thick{stroke-width:5;stroke-linecap:round;opacity:.45}.dashed{stroke-dasharray:6 4}
        .hollow{fill:none;stroke-width:1.1}.fill{fill-opacity:.85}
        {{string.Concat(((string[])["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]).Select((colour, i) => Colour($"s{i}", colour)))}}
        {{Colour("grey", "#8c959f")}}{{Colour("light", "#d1d9e0")}}{{Colour("ink", "#1f2328")}}
        @media screen and (prefers-color-scheme:dark){
        text{fill:#e6edf3}.small{fill:#9198a1}.page{fill:#0d1117}.grid{stroke:#2f353d}.frame{stroke:#656c76}
        {{Colour("light", "#3d444d")}}{{Colour("ink", "#e6edf3")}}}
        </style>
        """);

    private static string Colour(string css, string colour) => $".fill.{css}{{fill:{colour}}}.line.{css},.hollow.{css}{{stroke:{colour}}}";
}
