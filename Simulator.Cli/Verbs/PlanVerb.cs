using Simulator.Cli.Terminal;

namespace Simulator.Cli.Verbs;

/// <summary><c>simulator plan</c>: which plans there are, and which is best.</summary>
internal static class PlanVerb
{
    public static Verb Create(Streams streams)
    {
        var verb = new Verb(
            "plan",
            "Lists the ways to lay a model over devices, and finds the best of them.",
            "simulator plan list --model llama-3-70b --device h100-sxm --devices 8",
            "simulator plan search --model llama-3-70b --device h100-sxm --devices 8 --trace chat.csv --slo ttft-p99=500ms");
        verb.Subcommands.Add(PlanListVerb.Create(streams));
        verb.Subcommands.Add(PlanSearchVerb.Create(streams));
        return verb;
    }
}
