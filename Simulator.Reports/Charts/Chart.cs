namespace Simulator.Reports.Charts;

/// <summary>A picture as data: the page draws it, <see cref="ChartFigure"/> makes an SVG file of it, and <see cref="ChartCsv"/> a table.</summary>
/// <param name="Id">Its name in files and in the page: letters, digits and dashes.</param>
/// <param name="Title">What it shows.</param>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis; one with categories has the first at the top.</param>
/// <param name="Series">What is drawn, in the order of the legend; later ones lie above.</param>
public sealed record Chart(string Id, string Title, ChartAxis X, ChartAxis Y, IReadOnlyList<ChartSeries> Series);

/// <summary>An axis.</summary>
/// <param name="Name">What it measures.</param>
/// <param name="Unit">Its unit: <c>s</c>, <c>W</c>, …; empty for a share.</param>
/// <param name="Scale">How values are placed.</param>
public sealed record ChartAxis(string Name, string Unit, ChartScale Scale = ChartScale.FromZero)
{
    /// <summary>What the values 0, 1, … stand for, on a scale of categories; empty otherwise.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>What stands at the axis: the name, and the unit unless the marks have one of their own, as times and shares do.</summary>
    public string Title => Unit is "" or "s" ? Name : $"{Name}, {Unit}";

    /// <summary>The name with the unit.</summary>
    public string Label => Unit.Length == 0 ? Name : $"{Name}, {Unit}";
}

/// <summary>How an axis places values.</summary>
public enum ChartScale
{
    /// <summary>Evenly, from 0.</summary>
    FromZero,

    /// <summary>Evenly, from about the least value.</summary>
    Linear,

    /// <summary>By their logarithms; values of 0 and below are left out.</summary>
    Log,

    /// <summary>One place for each name.</summary>
    Category,
}

/// <summary>Points that belong together.</summary>
/// <param name="Name">What the legend calls them.</param>
/// <param name="Mark">How they are drawn.</param>
/// <param name="Colour">Number of the colour, from 0; <see cref="ChartColours"/>.</param>
/// <param name="Points">The points, in the order in which lines go.</param>
public sealed record ChartSeries(string Name, ChartMark Mark, int Colour, IReadOnlyList<ChartPoint> Points);

/// <summary>How points are drawn.</summary>
public enum ChartMark
{
    /// <summary>A mark at every point.</summary>
    Points,

    /// <summary>An empty mark at every point.</summary>
    Hollow,

    /// <summary>A line through all points.</summary>
    Line,

    /// <summary>Steps, each first up or down and then across.</summary>
    StepDown,

    /// <summary>Steps, each first across and then up or down.</summary>
    StepAcross,

    /// <summary>A bar from 0, on top of the bars of the series before; the vertical axis has categories.</summary>
    Bars,

    /// <summary>A line from each point with an even place in the list to the next.</summary>
    Ranges,
}

/// <summary>A point.</summary>
/// <param name="X">Where it is across.</param>
/// <param name="Y">Where it is up.</param>
/// <param name="Label">What it is, if it has a name.</param>
public readonly record struct ChartPoint(double X, double Y, string Label = "");

/// <summary>Colours that the colour-blind tell apart (M. Okabe and K. Ito, 2008), and greys.</summary>
public static class ChartColours
{
    /// <summary>How many there are; further series begin anew, with dashed lines and other marks.</summary>
    public const int Count = 6;

    /// <summary>A grey, for what is there beside.</summary>
    public const int Grey = -1;

    /// <summary>A lighter grey.</summary>
    public const int LightGrey = -2;

    /// <summary>The colour of the text.</summary>
    public const int Ink = -3;
}
