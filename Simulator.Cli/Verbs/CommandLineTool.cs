using System.CommandLine;
using Simulator.Cli.Faults;
using Simulator.Cli.Running;
using Simulator.Cli.Terminal;

namespace Simulator.Cli.Verbs;

/// <summary>The <c>simulator</c> command: its verbs, and what becomes of what they throw.</summary>
internal static class CommandLineTool
{
    /// <summary>Runs one command.</summary>
    /// <param name="args">The command line without the name of the program.</param>
    /// <param name="streams">Where it writes.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(IReadOnlyList<string> args, Streams streams)
    {
        try
        {
            ParseResult parse = CreateRoot(streams).Parse(args.Count == 0 ? ["--help"] : args);
            IReadOnlyList<string> faults = UsageFaults.Of(parse);
            bool askedForHelp = parse.Action is { ClearsParseErrors: true };
            if (faults.Count > 0 && !askedForHelp) throw new InputException(faults);
            return parse.Invoke(new InvocationConfiguration
            {
                Output = streams.Output,
                Error = streams.Error,
                EnableDefaultExceptionHandler = false,
            });
        }
        catch (Exception e)
        {
            streams.Output.Flush();
            return Failure.Report(e, streams.Error);
        }
    }

    /// <summary>All verbs.</summary>
    public static Verb CreateRoot(Streams streams)
    {
        var root = new Verb(
            "simulator",
            "Simulates clusters that serve large language models: what their users would see, and what it would cost.",
            "simulator replay scenarios/chat-on-h100.yaml",
            "simulator catalog models",
            "simulator cost --model llama-3.1-8b --device h100-sxm --decode 64 --context 2000",
            "simulator compare before.json after.json");
        root.Options.Add(Verb.CreateHelp());
        root.Options.Add(new VersionOption());
        root.Subcommands.Add(ReplayVerb.Create(new ReplayRunner(streams).Run));
        root.Subcommands.Add(CatalogVerb.Create(streams));
        root.Subcommands.Add(CostVerb.Create(streams));
        root.Subcommands.Add(CalibrateVerb.Create(streams));
        root.Subcommands.Add(CompareVerb.Create(streams));
        root.Subcommands.Add(PlanVerb.Create(streams));
        root.Subcommands.Add(SweepVerb.Create(streams));
        root.Subcommands.Add(ReportVerb.Create(streams));
        root.Subcommands.Add(TraceVerb.Create(streams));
        root.Subcommands.Add(ValidateVerb.Create(streams));
        return root;
    }
}
