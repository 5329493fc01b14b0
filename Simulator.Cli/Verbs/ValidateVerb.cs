using System.CommandLine;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Running;
using Simulator.Cli.Terminal;
using Simulator.Cli.Validation;
using Simulator.Cli.Validation.Measured;

namespace Simulator.Cli.Verbs;

/// <summary><c>simulator validate</c>: runs what others have measured or simulated, and compares.</summary>
internal static class ValidateVerb
{
    private const string OutputStream = "-";

    public static Verb Create(Streams streams)
    {
        Argument<string> folder = OptionFactory.File(
            "FOLDER", $"Folder of measured runs: {string.Join("; ", ValidationSet.All.Select(set => set.Content))}.");
        Option<ValidationSet?> only = OptionFactory.Reference(
            "--only", "SET", "Run this set alone; all that the folder holds by default.",
            Values.OneOf("set", [.. ValidationSet.All.Select(set => (set.Name, set))]));
        Option<string?> json = OptionFactory.Reference(
            "--json", "FILE", "Write the results as one JSON document; '-' for the output stream, in place of the tables.",
            Values.Text("the path of a file to write"));
        Option<string?> rows = OptionFactory.Reference(
            "--rows", "FILE", "Write every measured figure beside its predictions as CSV.", Values.Text("the path of a file to write"));
        Option<string?> bands = OptionFactory.Reference(
            "--bands", "FILE", "Write the error bands that runs report, by device, engine, kind of model and load, as JSON.",
            Values.Text("the path of a file to write"));
        Option<bool> strict = OptionFactory.Flag("--strict", $"Return {ExitCode.NoMatch} when a case does not match.");
        var verb = new Verb(
            "validate",
            "Runs what others have measured or simulated through the simulator, and tells how far apart the figures are.",
            "simulator validate measured --json validation.json --rows rows.csv",
            "simulator validate measured --only vidur_runs --strict");
        verb.Arguments.Add(folder);
        foreach (Option option in new Option[] { only, json, rows, bands, strict }) verb.Options.Add(option);
        verb.SetAction(parse =>
        {
            string? file = parse.GetValue(json);
            string? rowsFile = parse.GetValue(rows);
            if (file is not null and not OutputStream) OutputFile.Probe(file);
            if (rowsFile is not null) OutputFile.Probe(rowsFile);
            string? bandsFile = parse.GetValue(bands);
            if (bandsFile is not null) OutputFile.Probe(bandsFile);
            ValidationReport report = Run(parse.GetRequiredValue(folder), parse.GetValue(only));
            if (file == OutputStream) streams.Output.Write(report.ToJson());
            else report.Write(streams.Output);
            if (file is not null and not OutputStream) OutputFile.Write(file, report.ToJson());
            if (rowsFile is not null) WriteRows(rowsFile, report);
            if (bandsFile is not null) OutputFile.Write(bandsFile, ErrorBands.Of(report).ToJson());
            return parse.GetValue(strict) && !report.AllMatched ? ExitCode.NoMatch : ExitCode.Success;
        });
        return verb;
    }

    private static ValidationReport Run(string folder, ValidationSet? only)
    {
        if (!Directory.Exists(folder)) throw new InputException($"{folder}: no such folder; name one that holds measured runs");
        IReadOnlyList<ValidationSet> sets = only is null ? ValidationSet.All : [only];
        List<(string, IValidationSetResult)> results = [];
        foreach (ValidationSet set in sets)
        {
            if (set.Find(folder) is { } path) results.Add((set.Name, set.Run(path)));
        }
        if (results.Count > 0) return new ValidationReport(results);
        throw new InputException($"{folder}: holds nothing to compare with; give {string.Join(", or ", sets.Select(set => set.Content))}");
    }

    private static void WriteRows(string file, ValidationReport report)
    {
        using FileStream stream = OutputFile.Create(file);
        using MeasuredRowsWriter writer = new(stream);
        foreach ((string name, IValidationSetResult result) in report.Sets) writer.Write(name, result.Rows);
    }
}
