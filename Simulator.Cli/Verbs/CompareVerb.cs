using System.CommandLine;
using Simulator.Cli.Comparing;
using Simulator.Cli.Terminal;
using Spectre.Console;

namespace Simulator.Cli.Verbs;

/// <summary><c>simulator compare</c>: two results side by side.</summary>
internal static class CompareVerb
{
    public static Verb Create(Streams streams)
    {
        var first = new Argument<string>("A") { Description = "Results of the first run, as 'replay --json' wrote them." };
        var second = new Argument<string>("B") { Description = "Results of the second run." };
        var parts = OptionFactory.Flag("--all", "Compare every class and every replica as well.");
        var verb = new Verb(
            "compare",
            "Shows two runs side by side: the settings in which they differ, and every result with its change.",
            "simulator compare before.json after.json",
            "simulator compare before.json after.json --all");
        verb.Arguments.Add(first);
        verb.Arguments.Add(second);
        verb.Options.Add(parts);
        verb.SetAction(parse =>
        {
            Write(streams.Output, parse.GetRequiredValue(first), parse.GetRequiredValue(second), parse.GetValue(parts));
            return ExitCode.Success;
        });
        return verb;
    }

    private static void Write(TextWriter output, string fileA, string fileB, bool parts)
    {
        ResultComparison comparison = ResultComparison.Of(ResultFile.Read(fileA), ResultFile.Read(fileB));
        output.WriteLine($"A: {fileA}");
        output.WriteLine($"B: {fileB}");
        output.WriteLine();
        if (comparison.ScenarioChanges.Count > 0)
        {
            WriteTable(output, "scenario", comparison.ScenarioChanges, value => value.Text);
            output.WriteLine();
        }

        WriteTable(output, "result", comparison.Results.Where(value => parts || !value.IsOfAPart), Format);
        int changed = comparison.Results.Count(value => value.A != value.B);
        output.WriteLine();
        output.WriteLine(changed == 0
            ? "The results are equal."
            : $"{Figures.Count(changed)} of {Figures.Count(comparison.Results.Count)} results differ.");
    }

    private static void WriteTable(TextWriter output, string heading, IEnumerable<ComparedValue> values, Func<ResultValue, string> format)
    {
        Table table = TextTable.Create(heading, "A", "B", "change");
        foreach (ComparedValue value in values)
            table.AddTexts(value.Path, OrUndefined(format(value.A)), OrUndefined(format(value.B)), Change(value));
        output.WriteTable(table);
    }

    private static string Format(ResultValue value) => value.Number is { } number ? Figures.Number(number) : value.Text;

    private static string OrUndefined(string text) => text.Length > 0 ? text : Figures.Undefined;

    private static string Change(ComparedValue value)
    {
        if (value.A == value.B) return "";
        string change = Figures.Change(value.A.Number, value.B.Number);
        return change.Length > 0 ? change : "changed";
    }
}
