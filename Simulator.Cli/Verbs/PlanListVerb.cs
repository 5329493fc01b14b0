using System.CommandLine;
using Simulator.Cli.Planning;
using Simulator.Cli.Reading;
using Simulator.Cli.Running;
using Simulator.Cli.Terminal;
using Simulator.Planning.Plans;
using Spectre.Console;

namespace Simulator.Cli.Verbs;

/// <summary><c>simulator plan list</c>: every plan, and whether it fits.</summary>
internal static class PlanListVerb
{
    private const string OutputStream = "-";
    private const double Gibi = 1L << 30;

    public static Verb Create(Streams streams)
    {
        var file = new Argument<string?>("SCENARIO")
        {
            Description = "Scenario whose only pool gives model, device and engine; --model and --device do without one.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var scenario = new ScenarioOptions();
        var space = new PlanSpaceOptions();
        Option<string?> json = OptionFactory.Reference(
            "--json", "FILE", "Write the plans as one JSON document; '-' for the output stream, in place of the table.", Values.Text("the path of a file to write"));
        var verb = new Verb(
            "list",
            "Lists every way to lay a model over devices, with its memory, or the reason why it does not fit.",
            "simulator plan list --model llama-3-70b --device h100-sxm --devices 8",
            "simulator plan list --model mixtral-8x7b --device h100-sxm --devices 8 --hybrid-experts --vary weights=bf16,fp8",
            "simulator plan list --model llama-3-70b --device h100-sxm --devices 512 --space apex --json plans.json");
        verb.Arguments.Add(file);
        scenario.AddEngineTo(verb);
        foreach (Option option in (Option[])[.. space.All, json]) verb.Options.Add(option);
        verb.SetAction(parse =>
        {
            PlanSpace plans = space.Resolve(parse, scenario.ResolvePool(parse, parse.GetValue(file), space.FirstDevice(parse)));
            string? target = parse.GetValue(json);
            if (target is not null and not OutputStream) OutputFile.Probe(target);
            if (target == OutputStream) PlanListDocument.Write(streams.Output, plans);
            else Write(streams.Output, plans);
            if (target is not null and not OutputStream)
            {
                using var text = new StreamWriter(OutputFile.Create(target));
                PlanListDocument.Write(text, plans);
            }
            return ExitCode.Success;
        });
        return verb;
    }

    private static void Write(TextWriter output, PlanSpace space)
    {
        Table table = TextTable.Create("plan", "devices", "weights GiB", "KV tokens", "layout");
        List<(string Plan, string Reason)> reasons = [];
        int plans = 0;
        foreach (Plan plan in space.Enumerate())
        {
            PlanFit fit = PlanFit.Of(plan);
            plans++;
            table.AddTexts(
                plan.Id, Figures.Count(plan.Devices), Figures.Number(fit.WeightsBytes / Gibi), fit.KvTokens is { } tokens ? Figures.Count(tokens) : "does not fit", plan.Layout);
            if (!fit.Feasible) reasons.Add((plan.Id, fit.Reason));
        }
        output.WriteTable(table);
        output.WriteLine();
        output.WriteLine($"{Figures.Count(plans)} plans, {Figures.Count(plans - reasons.Count)} of which fit.");
        foreach (IGrouping<string, string> same in reasons.GroupBy(reason => reason.Reason, reason => reason.Plan))
            output.WriteLine($"{string.Join(", ", same)}: {same.Key}");
    }
}
