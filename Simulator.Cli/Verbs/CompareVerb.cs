using System.CommandLine;
using Simulator.Cli.Running;
using Simulator.Cli.Terminal;
using Simulator.Models.Results.Comparison;
using Spectre.Console;

namespace Simulator.Cli.Verbs;

/// <summary><c>simulator compare</c>: two results side by side.</summary>
internal static class CompareVerb
{
    private const string ClassPrefix = "classes[";

    public static Verb Create(Streams streams)
    {
        var first = new Argument<string>("A") { Description = "Results of the first run, as 'replay --json' wrote them." };
        var second = new Argument<string>("B") { Description = "Results of the second run." };
        var all = OptionFactory.Flag("--all", "Show every figure: those of each class, and those that are zero in both.");
        var verb = new Verb(
            "compare",
            "Shows two results side by side: the settings in which they differ, and every figure with its change.",
            "simulator compare before.json after.json",
            "simulator compare before.json after.json --all");
        verb.Arguments.Add(first);
        verb.Arguments.Add(second);
        verb.Options.Add(all);
        verb.SetAction(parse =>
        {
            Write(streams.Output, parse.GetRequiredValue(first), parse.GetRequiredValue(second), parse.GetValue(all));
            return ExitCode.Success;
        });
        return verb;
    }

    private static void Write(TextWriter output, string fileA, string fileB, bool all)
    {
        ResultDocument a = ResultDocument.Read(fileA);
        RunComparison comparison = ResultDocument.Compare(a, ResultDocument.Read(fileB));
        output.WriteLine($"A: {fileA}");
        output.WriteLine($"B: {fileB}");
        output.WriteLine();
        if (comparison.Settings.Count > 0)
        {
            WriteSettings(output, comparison.Settings);
            output.WriteLine();
        }

        IReadOnlyList<FigureChange> figures = [.. comparison.Figures.Where(figure => all || IsShown(figure, comparison.Settings))];
        if (a.Replications is null) WriteRuns(output, figures);
        else WriteReplications(output, figures);
        output.WriteLine();
        output.WriteLine(Conclusion(comparison));
    }

    /// <summary>Figures that say something; those of a class only when the other result has no such class.</summary>
    private static bool IsShown(FigureChange figure, IReadOnlyList<SettingChange> settings) =>
        (figure.A is not (null or 0) || figure.B is not (null or 0))
        && (!figure.Path.StartsWith(ClassPrefix, StringComparison.Ordinal)
            || settings.Any(setting => figure.Path.StartsWith($"{setting.Path}.", StringComparison.Ordinal)));

    private static void WriteSettings(TextWriter output, IReadOnlyList<SettingChange> settings)
    {
        Table table = TextTable.Create("setting", "A", "B");
        foreach (SettingChange setting in settings) table.AddTexts(setting.Path, setting.A ?? Figures.Undefined, setting.B ?? Figures.Undefined);
        output.WriteTable(table);
    }

    private static void WriteRuns(TextWriter output, IReadOnlyList<FigureChange> figures)
    {
        Table table = TextTable.Create("figure", "A", "B", "change", "B is", "unit");
        foreach (FigureChange figure in figures)
        {
            table.AddTexts(
                figure.Path, Figures.OfUnit(figure.A, figure.Unit), Figures.OfUnit(figure.B, figure.Unit), Change(figure), Verdict(figure),
                Figures.UnitBeside(figure.Unit));
        }

        output.WriteTable(table);
    }

    private static void WriteReplications(TextWriter output, IReadOnlyList<FigureChange> figures)
    {
        Table table = TextTable.Create("figure, mean", "A", "B", "change", "±", "B is", "unit");
        foreach (FigureChange figure in figures)
        {
            table.AddTexts(
                figure.Path, Figures.OfUnit(figure.A, figure.Unit), Figures.OfUnit(figure.B, figure.Unit), Change(figure),
                Error(figure), SureVerdict(figure),
                Figures.UnitBeside(figure.Unit));
        }

        output.WriteTable(table);
        output.WriteLine();
        output.WriteLine($"±: half the {Figures.Level(ReplicationResult.Level)} confidence interval of the change; what is within ± may be due to the seeds alone.");
    }

    private static string Conclusion(RunComparison comparison)
    {
        int changed = comparison.Changed.Count();
        return changed == 0 ? "The figures are equal." : $"{Figures.Count(changed)} of {Figures.Count(comparison.Figures.Count)} figures differ.";
    }

    private static string Change(FigureChange figure)
    {
        if (!figure.HasChanged) return "";
        string change = Figures.Change(figure.A, figure.B);
        return change.Length > 0 ? change : "changed";
    }

    private static string Error(FigureChange figure) => Figures.Share(figure.A is 0 ? null : figure.HalfWidth / Math.Abs(figure.A ?? 0));

    private static string Verdict(FigureChange figure) => figure.IsBetter switch
    {
        true => "better",
        false => "worse",
        null => "",
    };

    private static string SureVerdict(FigureChange figure) => figure.IsSignificant switch
    {
        _ when figure.Difference is null or 0 => "",
        true => figure.IsBetter is null ? "different" : Verdict(figure),
        false => "within ±",
        null => "not known",
    };
}
