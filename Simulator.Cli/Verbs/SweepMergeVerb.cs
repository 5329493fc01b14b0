using System.CommandLine;
using Simulator.Cli.Faults;
using Simulator.Cli.Running;
using Simulator.Cli.Sweeps;
using Simulator.Cli.Terminal;
using Simulator.Planning.Sweeps;

namespace Simulator.Cli.Verbs;

/// <summary><c>simulator sweep merge</c>: puts all results into one file.</summary>
internal static class SweepMergeVerb
{
    private const int MostNames = 20;
    private const string Csv = ".csv";

    public static Verb Create(Streams streams)
    {
        Option<string> manifest = SweepVerb.Manifest(), results = SweepVerb.Results();
        var output = new Option<string>("--out")
        {
            Description = "The file to write: NAME.csv for a table of settings and figures, NAME.jsonl for whole results, a line for each point.",
            HelpName = "FILE", Required = true,
        };
        var verb = new Verb(
            "merge",
            "Puts the results of a sweep into one file, in the order of the manifest; the same bytes whoever ran which point.",
            "simulator sweep merge --manifest manifest.jsonl --results results --out sweep.csv",
            "simulator sweep merge --manifest manifest.jsonl --results results --out sweep.jsonl");
        foreach (Option option in (Option[])[manifest, results, output]) verb.Options.Add(option);
        verb.SetAction(parse => Run(streams, parse.GetRequiredValue(manifest), parse.GetRequiredValue(results), parse.GetRequiredValue(output)));
        return verb;
    }

    private static int Run(Streams streams, string manifest, string folder, string output)
    {
        bool csv = output.EndsWith(Csv, StringComparison.OrdinalIgnoreCase);
        if (!csv && !output.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase))
            throw new InputException($"--out: expected a name that ends in .csv or .jsonl, got '{output}'");
        if (Path.GetFullPath(output) == Path.GetFullPath(manifest)) throw new InputException($"{output}: is the manifest; name another file");
        if (!Directory.Exists(folder)) throw new InputException($"{folder}: no such folder; 'sweep run' makes it");
        var merge = new SweepMerge(SweepVerb.Open(manifest), new SweepResults(folder));
        if (ReportMissing(streams, merge) > 0) return ExitCode.NoMatch;
        var merged = new MergedFile(merge);
        OutputFile.Probe(output);
        string temporary = $"{output}.tmp";
        using (FileStream file = OutputFile.Create(temporary))
        {
            if (csv) merged.WriteCsv(file);
            else merged.WriteJsonLines(file);
        }
        File.Move(temporary, output, overwrite: true);
        if (merged.Faults > 0) streams.Error.WriteLine($"warning: {Figures.Count(merged.Faults)} of the points cannot run; 'fault' says why");
        streams.Output.WriteLine($"{Figures.Count(merge.Manifest.Count)} points of sweep {merge.Manifest.Id}");
        return ExitCode.Success;
    }

    private static long ReportMissing(Streams streams, SweepMerge merge)
    {
        ScenarioPath[] axes = [.. SweepAbout.Parse(merge.Manifest.About).Axes.Select(ScenarioPath.Of)];
        long missing = 0;
        foreach (SweepPoint point in merge.Missing())
        {
            if (++missing <= MostNames) streams.Error.WriteLine($"missing: {point.Id} ({MergedPoint.Of(point, axes, "").Name})");
        }
        if (missing > MostNames) streams.Error.WriteLine($"missing: and {Figures.Count(missing - MostNames)} more");
        if (missing > 0) streams.Error.WriteLine($"error: {Figures.Count(missing)} of {Figures.Count(merge.Manifest.Count)} points are missing; run the sweep again");
        return missing;
    }
}
