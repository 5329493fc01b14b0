using System.CommandLine;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Running;
using Simulator.Cli.Terminal;
using Simulator.Cli.Validation;
using Simulator.Cli.Validation.Measured;
using Simulator.Cli.Validation.Measured.Accuracy;

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
        Option<string?> page = OptionFactory.Reference(
            "--page", "FILE", "Write a page about accuracy as Markdown, with a picture of each measured set in a folder of the same name beside it.",
            Values.Text("the path of a file to write"));
        Option<bool> heldOut = OptionFactory.Flag(
            "--held-out", "Also predict closed-loop points with host times that are fitted without their model, and without their device; takes minutes.");
        Option<string?> bands = OptionFactory.Reference(
            "--bands", "FILE", "Write the error bands that runs report, by device, engine, kind of model and load, as JSON.",
            Values.Text("the path of a file to write"));
        Option<bool> strict = OptionFactory.Flag("--strict", $"Return {ExitCode.NoMatch} when a case does not match.");
        var verb = new Verb(
            "validate",
            "Runs what others have measured or simulated through the simulator, and tells how far apart the figures are.",
            "simulator validate measured --json validation.json --rows rows.csv",
            "simulator validate measured --page accuracy.md --held-out",
            "simulator validate measured --only vidur_runs --strict");
        verb.Arguments.Add(folder);
        foreach (Option option in new Option[] { only, json, rows, page, bands, heldOut, strict }) verb.Options.Add(option);
        verb.SetAction(parse =>
        {
            string? file = parse.GetValue(json);
            string? rowsFile = parse.GetValue(rows);
            string? pageFile = parse.GetValue(page);
            if (file is not null and not OutputStream) OutputFile.Probe(file);
            if (rowsFile is not null) OutputFile.Probe(rowsFile);
            string? bandsFile = parse.GetValue(bands);
            if (pageFile is not null) OutputFile.Probe(pageFile);
            if (bandsFile is not null) OutputFile.Probe(bandsFile);
            ValidationReport report = Run(parse.GetRequiredValue(folder), parse.GetValue(only), parse.GetValue(heldOut));
            if (file == OutputStream) streams.Output.Write(report.ToJson());
            else report.Write(streams.Output);
            if (file is not null and not OutputStream) OutputFile.Write(file, report.ToJson());
            if (rowsFile is not null) WriteRows(rowsFile, report);
            if (pageFile is not null) AccuracyPage.Write(pageFile, report);
            if (bandsFile is not null) OutputFile.Write(bandsFile, ErrorBands.Of(report).ToJson());
            return parse.GetValue(strict) && !report.AllMatched ? ExitCode.NoMatch : ExitCode.Success;
        });
        return verb;
    }

    private static ValidationReport Run(string folder, ValidationSet? only, bool heldOut)
    {
        if (!Directory.Exists(folder)) throw new InputException($"{folder}: no such folder; name one that holds measured runs");
        IReadOnlyList<ValidationSet> sets = only is null ? ValidationSet.All : [only];
        List<(string, IValidationSetResult)> results = [];
        foreach (ValidationSet set in heldOut ? [.. sets, .. ValidationSet.HeldOut] : sets)
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
