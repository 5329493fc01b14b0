using System.CommandLine;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Reporting;
using Simulator.Cli.Running;
using Simulator.Cli.Terminal;
using Simulator.Reports.Charts;
using Simulator.Reports.Page;

namespace Simulator.Cli.Verbs;

/// <summary><c>simulator report</c>: results as a page, as pictures and as tables.</summary>
internal static class ReportVerb
{
    public static Verb Create(Streams streams)
    {
        var files = new Argument<string[]>("RESULT")
        {
            Description = "A plan search ('plan search --json'), results of replays ('replay --json'), and after a result what the replay wrote "
                + "with 'timeSeriesCsv' or 'requestsCsv'.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string?> page = OptionFactory.Reference(
            "--out", "FILE", "The page: one HTML file that needs no other and no network.", Values.Text("the path of a file to write"));
        Option<string?> svg = OptionFactory.Reference("--svg", "DIR", "Folder for every picture as SVG.", Values.Text("the path of a folder"));
        Option<string?> csv = OptionFactory.Reference("--csv", "DIR", "Folder for the data of every picture as CSV.", Values.Text("the path of a folder"));
        Option<string?> title = OptionFactory.Reference("--title", "TEXT", "Title of the page; by default it says what was run.", Values.Text("a title"));
        var verb = new Verb(
            "report",
            "Makes a page of results: trade-offs of plans, latencies, state over time, where time and energy go, SLO attainment. It runs nothing.",
            "simulator report search.json --out report.html",
            "simulator report vllm.json vllm-series.csv sglang.json sglang-series.csv --out report.html",
            "simulator report rate-*.json --out report.html --svg figures --csv figures");
        verb.Arguments.Add(files);
        foreach (Option option in (Option[])[page, svg, csv, title]) verb.Options.Add(option);
        verb.SetAction(parse =>
        {
            Write(streams.Output, parse.GetRequiredValue(files), parse.GetValue(title), parse.GetValue(page), parse.GetValue(svg), parse.GetValue(csv));
            return ExitCode.Success;
        });
        return verb;
    }

    private static void Write(TextWriter output, string[] files, string? title, string? page, string? svg, string? csv)
    {
        if (page is null && svg is null && csv is null)
            throw new InputException("--out is missing; it is the page to write, such as report.html (or give --svg or --csv)");
        if (page is not null && files.Any(file => Path.GetFullPath(file) == Path.GetFullPath(page)))
            throw new InputException($"--out: {page} is one of the results; name another file");
        Report report = ReportFiles.Read(title, files);
        if (page is not null) WriteFile(output, page, ReportPage.Write(report));
        foreach (Chart chart in report.Charts)
        {
            if (svg is not null) WriteFile(output, Path.Combine(svg, chart.Id + ".svg"), ChartFigure.Draw(chart));
            if (csv is not null) WriteFile(output, Path.Combine(csv, chart.Id + ".csv"), ChartCsv.Write(chart));
        }
    }

    private static void WriteFile(TextWriter output, string file, string text)
    {
        OutputFile.Probe(file);
        OutputFile.Write(file, text);
        output.WriteLine(file);
    }
}
