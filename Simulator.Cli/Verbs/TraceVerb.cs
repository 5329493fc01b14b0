using Simulator.Cli.Terminal;

namespace Simulator.Cli.Verbs;

/// <summary><c>simulator trace</c>: looks at traces, and makes them.</summary>
internal static class TraceVerb
{
    public static Verb Create(Streams streams)
    {
        var verb = new Verb(
            "trace",
            "Describes, converts, generates and fits traces of requests.",
            "simulator trace describe traces/burstgpt-like-v3.csv",
            "simulator trace convert mooncake_conversation.jsonl.gz chat.csv.gz --quantum 3s --limit 1000",
            "simulator trace generate month.csv.gz --like burstgpt --duration 30d --seed 7",
            "simulator trace fit azure2023_code.csv.gz code.json --window 60s");
        verb.Subcommands.Add(TraceDescribeVerb.Create(streams));
        verb.Subcommands.Add(TraceConvertVerb.Create(streams));
        verb.Subcommands.Add(TraceGenerateVerb.Create(streams));
        verb.Subcommands.Add(TraceFitVerb.Create(streams));
        return verb;
    }
}
