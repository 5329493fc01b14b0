using System.Net;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Simulator.Models.Results;
using Simulator.Reports.Charts;
using Simulator.Reports.Sections;

namespace Simulator.Reports.Page;

/// <summary>A report as one HTML file that needs no other file and no network; the same report gives the same bytes.</summary>
/// <remarks>Pictures are drawn by Apache ECharts, which the file holds with its licence; tables and texts are there without scripts.</remarks>
public static partial class ReportPage
{
    /// <summary>Writes the page.</summary>
    /// <param name="report">What it shows.</param>
    public static string Write(Report report)
    {
        ArgumentNullException.ThrowIfNull(report);
        ReportSection[] shown = [.. report.Sections.Where(section => section.Missing is null)];
        var page = new StringBuilder();
        page.Append($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
            <title>{Text(report.Title)}</title>
            <style>
            {Asset("page.css")}</style>
            </head>
            <body>
            <header>
            <h1>{Text(report.Title)}</h1>
            <dl class="facts">{string.Concat(report.Facts.Select(fact => $"<div><dt>{Text(fact.Name)}</dt><dd>{Text(fact.Value)}</dd></div>"))}</dl>
            <noscript><p class="note">Pictures and the table of plans need JavaScript; everything else is here.</p></noscript>
            </header>
            <nav aria-label="Sections"><ul>{string.Concat(shown.Select(section => $"<li><a href=\"#{section.Id}\">{Text(Short(section))}</a></li>"))}</ul></nav>
            <main>

            """);
        foreach (ReportSection section in shown) WriteSection(page, section);
        WriteMissing(page, report.Sections.Where(section => section.Missing is not null));
        page.Append($"""
            </main>
            <footer>
            <details><summary>Settings</summary>{Settings(report.Settings)}</details>
            <p>Made from {Text(string.Join(", ", report.Files))}. Pictures by Apache ECharts (Apache License 2.0).</p>
            </footer>
            <script type="application/json" id="data">{PageData.Write(report)}</script>
            <script>
            {Asset("echarts.common.min.js")}
            /*
            {Asset("echarts.NOTICE.txt")}

            zrender
            {Asset("zrender.LICENSE.txt")}

            d3
            {Asset("d3.LICENSE.txt")}
            */
            </script>
            <script>
            {Asset("page.js")}</script>
            </body>
            </html>

            """);
        return page.ToString().ReplaceLineEndings("\n");
    }

    private static void WriteSection(StringBuilder page, ReportSection section)
    {
        page.Append($"<section id=\"{section.Id}\">\n<h2>{Text(section.Heading)}</h2>\n");
        if (section.Lead.Length > 0) page.Append($"<p>{Text(section.Lead)}</p>\n");
        if (section.Id == "trade-off") page.Append(Asset("trade-off.html"));
        else if (section.Id == "plans") page.Append(Asset("plans.html"));
        else if (section.Charts.Count > 0) WriteCharts(page, section.Charts);
        foreach (ReportTable table in section.Tables) WriteTable(page, table);
        page.Append("</section>\n");
    }

    private static void WriteCharts(StringBuilder page, IReadOnlyList<Chart> charts)
    {
        page.Append($"<div class=\"charts{(charts.Count > 1 ? " many" : "")}\">\n");
        if (PageData.SharesLegend(charts)) WriteLegend(page, charts[0].Series);
        foreach (Chart chart in charts)
        {
            page.Append($"""
                <figure><figcaption>{Text(chart.Title)}</figcaption><div class="chart" id="chart-{chart.Id}" role="img" aria-label="{Text(Describe(chart))}"></div></figure>

                """);
        }
        page.Append("</div>\n");
    }

    private static void WriteLegend(StringBuilder page, IReadOnlyList<ChartSeries> all)
    {
        page.Append("<ul class=\"legend\" aria-label=\"Legend\">");
        foreach (ChartSeries series in all)
        {
            string colour = series.Colour switch
            {
                ChartColours.Grey => "grey",
                ChartColours.LightGrey => "light",
                int number => $"c{number % ChartColours.Count}",
            };
            string kind = series.Mark == ChartMark.Bars ? " bars" : series.Colour >= ChartColours.Count ? " dashed" : "";
            page.Append($"<li><button type=\"button\" aria-pressed=\"true\"><span class=\"swatch {colour}{kind}\"></span>{Text(series.Name)}</button></li>");
        }
        page.Append("</ul>\n");
    }

    private static string Describe(Chart chart) =>
        $"{chart.Title}: {chart.Y.Label} against {chart.X.Label}, of {string.Join(", ", chart.Series.Select(series => series.Name))}";

    private static void WriteTable(StringBuilder page, ReportTable table)
    {
        if (table.Folded) page.Append($"<details><summary>{Text(table.Caption)}</summary>\n");
        page.Append($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{Text(table.Caption)}\"><table>\n<thead><tr>");
        foreach (string head in table.Columns) page.Append($"<th scope=\"col\">{Text(head)}</th>");
        page.Append("</tr></thead>\n<tbody>\n");
        foreach (IReadOnlyList<string> row in table.Rows)
        {
            page.Append($"<tr><th scope=\"row\">{Text(row[0])}</th>");
            foreach (string cell in row.Skip(1)) page.Append($"<td class=\"{Css(cell)}\">{Text(cell)}</td>");
            page.Append("</tr>\n");
        }
        page.Append("</tbody></table></div>\n");
        if (table.Folded) page.Append("</details>\n");
    }

    private static void WriteMissing(StringBuilder page, IEnumerable<ReportSection> missing)
    {
        ReportSection[] all = [.. missing];
        if (all.Length == 0) return;
        page.Append("<section id=\"missing\">\n<h2>Not in these results</h2>\n<ul class=\"note\">\n");
        foreach (ReportSection section in all) page.Append($"<li>{Text(section.Heading)}: {Text(section.Missing!)}.</li>\n");
        page.Append("</ul>\n</section>\n");
    }

    private static string Settings(IReadOnlyList<RunSetting> settings) =>
        $"<dl class=\"settings\">{string.Concat(settings.Select(setting => $"<dt>{Text(setting.Path)}</dt><dd>{Text(setting.Value)}</dd>"))}</dl>";

    private static string Short(ReportSection section) => section.Id == "runs" ? "Runs" : section.Heading;

    // Names stay on one line, and sentences need not.
    private static string Css(string cell) => NumberText().IsMatch(cell) ? "number" : cell.Contains(' ', StringComparison.Ordinal) ? "text" : "name";

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Asset(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    // A number, with or without a unit after a space; the names of some plans begin with digits, too.
    [GeneratedRegex(@"^([-+]?[0-9][0-9.,]*|-)(e[-+]?[0-9]+)?( |$)")]
    private static partial Regex NumberText();
}
