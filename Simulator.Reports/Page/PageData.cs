using System.Text;
using System.Text.Json;
using Simulator.Reports.Charts;
using Simulator.Reports.Inputs;
using Simulator.Reports.Sections;

namespace Simulator.Reports.Page;

/// <summary>The data of a page as JSON that can stand in a script element: no character of it ends the element.</summary>
internal static class PageData
{
    /// <summary>Whether charts side by side have one legend, above them.</summary>
    public static bool SharesLegend(IReadOnlyList<Chart> charts) =>
        charts.Count > 1 && charts[0].Series.Count > 1 && charts.All(chart => Names(chart).SequenceEqual(Names(charts[0])));

    public static string Write(Report report)
    {
        using var bytes = new MemoryStream();
        // The default encoder leaves no <, > or & in a text.
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartArray("charts");
            // The page draws the trade-offs from the plans, since their axes can be chosen.
            foreach (ReportSection section in report.Sections.Where(section => section.Id != "trade-off"))
            {
                bool shares = SharesLegend(section.Charts);
                foreach (Chart chart in section.Charts) WriteChart(json, chart, shares);
            }
            json.WriteEndArray();
            if (report.Search is not null) WriteSearch(json, report.Search);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    private static IEnumerable<string> Names(Chart chart) => chart.Series.Select(series => series.Name);

    private static void WriteChart(Utf8JsonWriter json, Chart chart, bool sharesLegend)
    {
        json.WriteStartObject();
        json.WriteBoolean("sharesLegend", sharesLegend);
        json.WriteString("id", chart.Id);
        json.WriteString("title", chart.Title);
        WriteAxis(json, "x", chart.X);
        WriteAxis(json, "y", chart.Y);
        json.WriteStartArray("series");
        foreach (ChartSeries series in chart.Series)
        {
            json.WriteStartObject();
            json.WriteString("name", series.Name);
            json.WriteString("mark", JsonNamingPolicy.CamelCase.ConvertName(series.Mark.ToString()));
            json.WriteNumber("colour", series.Colour);
            Array(json, "x", series.Points, point => json.WriteNumberValue(point.X));
            Array(json, "y", series.Points, point => json.WriteNumberValue(point.Y));
            if (series.Points.Any(point => point.Label.Length > 0)) Array(json, "labels", series.Points, point => json.WriteStringValue(point.Label));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteAxis(Utf8JsonWriter json, string name, ChartAxis axis)
    {
        json.WriteStartObject(name);
        json.WriteString("name", axis.Name);
        json.WriteString("unit", axis.Unit);
        json.WriteString("scale", JsonNamingPolicy.CamelCase.ConvertName(axis.Scale.ToString()));
        if (axis.Categories.Count > 0) Array(json, "categories", axis.Categories, json.WriteStringValue);
        json.WriteEndObject();
    }

    // Columns, so that a hundred thousand plans stay small.
    private static void WriteSearch(Utf8JsonWriter json, SearchFile search)
    {
        SearchPlan[] plans = [.. search.PlansAndBaselines];
        json.WriteStartObject("search");
        json.WriteStartArray("objectives");
        foreach (SearchObjective objective in search.Objectives)
        {
            json.WriteStartObject();
            json.WriteString("name", objective.Name);
            json.WriteString("meaning", objective.Meaning);
            json.WriteString("unit", objective.Name == "attainment" ? "%" : objective.Unit);
            json.WriteBoolean("higher", objective.HigherIsBetter);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("fronts");
        foreach (SearchFront front in search.Fronts) Array(json, null, front.Objectives, json.WriteStringValue);
        json.WriteEndArray();
        json.WriteStartArray("notes");
        foreach ((string plan, string note) in Notes(search))
        {
            json.WriteStartArray();
            json.WriteStringValue(plan);
            json.WriteStringValue(note);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        Array(json, "baselines", search.Baselines, baseline => json.WriteStringValue(baseline.Plan));
        Array(json, "id", plans, plan => json.WriteStringValue(plan.Id));
        Array(json, "layout", plans, plan => json.WriteStringValue(plan.Layout));
        Array(json, "setting", plans, plan => json.WriteStringValue(plan.Setting ?? ""));
        Array(json, "devices", plans, plan => json.WriteNumberValue(plan.Devices));
        Array(json, "feasible", plans, plan => json.WriteNumberValue(plan.Feasible ? 1 : 0));
        Array(json, "admissible", plans, plan => json.WriteNumberValue(plan.Admissible ? 1 : 0));
        Array(json, "reason", plans, plan => json.WriteStringValue(plan.Reason ?? ""));
        Array(json, "weightsGiB", plans, plan => Number(json, plan.WeightsGiB));
        Array(json, "kvTokens", plans, plan => Number(json, plan.KvTokens));
        json.WriteStartArray("values");
        foreach (SearchObjective objective in search.Objectives) Array(json, null, plans, plan => Number(json, plan.Value(objective.Name)));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>What is to be said of single plans.</summary>
    private static IEnumerable<(string Plan, string Note)> Notes(SearchFile search) =>
        search.Baselines.Select(baseline => (baseline.Plan, "rule of thumb: " + baseline.Name))
            .Concat(search.Best.Select(best => (best.Plan, "best " + best.Objective)));

    private static void Number(Utf8JsonWriter json, double? value)
    {
        if (value is { } number) json.WriteNumberValue(number);
        else json.WriteNullValue();
    }

    private static void Array<T>(Utf8JsonWriter json, string? name, IEnumerable<T> items, Action<T> write)
    {
        if (name is null) json.WriteStartArray();
        else json.WriteStartArray(name);
        foreach (T item in items) write(item);
        json.WriteEndArray();
    }
}
