using System.CommandLine;
using Simulator.Cli.Faults;
using Simulator.Cli.Planning;
using Simulator.Cli.Reading;
using Simulator.Cli.Reporting;
using Simulator.Cli.Running;
using Simulator.Cli.Scenarios;
using Simulator.Cli.Terminal;
using Simulator.Cli.Workloads;
using Simulator.Core.Time;
using Simulator.Models.Clusters;
using Simulator.Models.Results.Accuracy;
using Simulator.Planning.Plans;
using Simulator.Planning.Search;
using Simulator.Reports.Inputs;
using Simulator.Reports.Page;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Cli.Verbs;

/// <summary><c>simulator plan search</c>: runs every plan, and shows the best.</summary>
internal sealed class PlanSearchVerb
{
    private const string OutputStream = "-";

    private static readonly string[] DefaultObjectives = ["throughput-per-device", "user-speed", "ttft-p99", "e2e-mean", "energy", "cost"];

    private static readonly ValueReader<Objective> KnownObjective = Values.OneOf("objective", [.. Objectives.All.Select(objective => (objective.Name, objective))]);

    private readonly Argument<string?> _file = new("SCENARIO")
    {
        Description = "Scenario whose workload, engine and results are taken; without one, --trace, --model and --device describe the run.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly ScenarioOptions _scenario = new();
    private readonly PlanSpaceOptions _space = new();

    private readonly Option<IReadOnlyList<Objective>> _objectives = OptionFactory.Many(
        "--objective", "NAME", $"What the best plan is looked for by; may be repeated. Known: {string.Join(", ", Objectives.All.Select(objective => objective.Name))}.",
        KnownObjective);

    private readonly Option<IReadOnlyList<IReadOnlyList<Objective>>> _fronts = OptionFactory.Many<IReadOnlyList<Objective>>(
        "--front", "NAME,NAME", "Two or three objectives whose trade-off is shown; throughput-per-device,user-speed by default.", ReadFront);

    private readonly Option<IReadOnlyList<Constraint>> _constraints = OptionFactory.Many<Constraint>(
        "--slo", "NAME=BOUND", "The worst value of an objective that a plan may have, such as ttft-p99=500ms, rent=40 or devices=8; may be repeated.", ReadConstraint);

    private readonly Option<bool> _halving = OptionFactory.Flag(
        "--halving", "Run all plans on the first requests alone, and only the better of them on more and more: for spaces too large to run whole.");

    private readonly Option<double?> _sensitivity = OptionFactory.Value(
        "--sensitivity", "SHARE", "Also run the best plans with arithmetic, memory, links and host each slower and faster by a share such as 20%.", Quantities.Share(positive: true));

    private readonly Option<string?> _json = OptionFactory.Reference(
        "--json", "FILE", "Write the search as one JSON document; '-' for the output stream, in place of the summary.", Values.Text("the path of a file to write"));

    private readonly Option<string?> _report = OptionFactory.Reference(
        "--report", "FILE", "Write the search as a page, one HTML file, as 'report' makes it of the JSON document.", Values.Text("the path of a file to write"));

    private readonly Option<bool> _quiet = OptionFactory.Flag("--quiet", "Print neither the summary nor progress.");
    private readonly Option<bool> _timing = OptionFactory.Flag("--timing", "Print wall and CPU time to the error stream.");

    public static Verb Create(Streams streams)
    {
        var options = new PlanSearchVerb();
        var verb = new Verb(
            "search",
            "Runs a workload through every way to lay a model over devices, and shows the best and their trade-offs.",
            "simulator plan search --model llama-3-70b --device h100-sxm --devices 8 --trace chat.csv",
            "simulator plan search --model llama-3-70b --device h100-sxm --devices 4,8,16 --trace chat.csv --slo ttft-p99=500ms --slo tpot-p99=50ms --objective devices",
            "simulator plan search scenarios/chat-on-h100.yaml --devices 8 --vary tokenBudget=2048,8192 --vary weights=bf16,fp8 --json search.json");
        verb.Arguments.Add(options._file);
        options._scenario.AddWithoutLayoutTo(verb);
        foreach (Option option in (Option[])[.. options._space.All, options._objectives, options._fronts, options._constraints, options._halving, options._sensitivity, options._json, options._report, options._quiet, options._timing])
            verb.Options.Add(option);
        verb.SetAction(parse => options.Run(parse, streams));
        return verb;
    }

    private int Run(ParseResult parse, Streams streams)
    {
        string? file = parse.GetValue(_file);
        Scenario scenario = _scenario.ResolveOnePool(parse, file, _space.FirstDevice(parse));
        PlanSpace space = _space.Resolve(parse, scenario.Cluster.Pools[0]);
        ClusterSpec cluster = ClusterBuilder.Build(scenario.Cluster);
        string? target = parse.GetValue(_json);
        bool quiet = parse.GetValue(_quiet);
        string? page = parse.GetValue(_report);
        if (page is not null && target is not null && Path.GetFullPath(page) == Path.GetFullPath(target))
            throw new InputException($"--report: {page} is the document of --json; name another file");
        foreach (string written in new[] { target, page }.OfType<string>().Where(written => written != OutputStream)) OutputFile.Probe(written);
        PlanSearch search = Search(parse, scenario, space, cluster);
        RunTiming timing = RunTiming.Start();
        // A document that goes to no file is kept for the page.
        using StringWriter? kept = page is not null && target is null or OutputStream ? new() { NewLine = "\n" } : null;
        using (TextWriter? text = kept ?? (target is null ? null : target == OutputStream ? streams.Output : new StreamWriter(OutputFile.Create(target))))
        {
            SearchDocument? document = text is null ? null : new(text, search, ScenarioSettings.Of(scenario, cluster));
            SearchResult result;
            bool watched = !quiet && streams.ErrorIsTerminal;
            using (LongRunProgress progress = LongRunProgress.Watch(streams, "plans", watched ? space.Enumerate().LongCount() : null, quiet))
            {
                result = search.Run(Environment.ProcessorCount, document is null ? null : document.Add, progress.Report);
            }
            IReadOnlyList<Sensitivity> sensitivity = parse.GetValue(_sensitivity) is { } share ? Sensitivities(search, result, share, streams, quiet) : [];
            PlanOutcome[] shown = [.. Shown(result).Select(outcome => WithBands(search.Evaluator, outcome))];
            document?.End(result, sensitivity, shown);
            if (!quiet && target != OutputStream) SearchSummary.Write(streams.Output, result, shown, sensitivity);
            if (search.Evaluator.Capacity is not null && result.Admissible > 0 && result.Objectives.Zip(result.Best).Any(pair => IsCapacity(pair.First) && pair.Second is null))
                streams.Error.WriteLine("warning: the SLOs are kept however fast these requests come; a capacity needs more of them");
            if (result.Feasible == 0) streams.Error.WriteLine("warning: no plan fits; 'plan list' tells of each why, and what would mend it");
            else if (result.Admissible == 0) streams.Error.WriteLine("warning: no plan keeps the constraints; the rules of thumb show how far off they are");
            if (result.Admissible > 0 && result.Objectives.Zip(result.Best).Any(pair => pair.First.Name is "goodput" or "attainment" && pair.Second is null))
                streams.Error.WriteLine("warning: goodput and attainment count requests within the SLOs of the scenario (results.slo), which sets none");
        }
        if (kept is not null && target == OutputStream) streams.Output.Write(kept.ToString());
        if (page is not null) OutputFile.Write(page, ReportPage.Write(Report(target, kept)));
        if (parse.GetValue(_timing)) timing.Report(streams.Error);
        return ExitCode.Success;
    }

    private PlanSearch Search(ParseResult parse, Scenario scenario, PlanSpace space, ClusterSpec cluster)
    {
        IReadOnlyList<Constraint> constraints = parse.GetValue(_constraints)!;
        IReadOnlyList<Objective> objectives = parse.GetValue(_objectives) is { Count: > 0 } named ? named : [.. DefaultObjectives.Select(name => Objectives.Find(name)!)];
        bool fixedArrivals = !scenario.Workload.ArrivalsDependOnReplies && !scenario.Workload.TurnsAfterReply;
        Request[] requests = fixedArrivals ? [.. WorkloadBuilder.Requests(scenario.Workload, scenario.Seed)] : [];
        var search = new PlanSearch
        {
            Plans = space.Enumerate(),
            Evaluator = new()
            {
                // Requests that do not depend on replies are read once, and run through every plan.
                Workload = fixedArrivals ? cut => Arriving(requests, cut) : _ => WorkloadBuilder.Create(scenario.Workload, scenario.Seed),
                Router = cluster.Router,
                Seed = scenario.Seed,
                Options = ReplayRunner.Options(scenario),
            },
            Objectives = objectives,
            Constraints = constraints,
            Baselines = Baselines.Of(space),
        };
        if (parse.GetValue(_fronts) is { Count: > 0 } fronts) search = search with { Fronts = fronts };
        if (parse.GetValue(_halving))
        {
            if (!fixedArrivals) throw new InputException("--halving: the first requests of a workload that waits for replies are not the same for every plan; leave it out");
            search = search with { Halving = new(requests.Length) };
        }

        bool capacity = objectives.Concat(search.Fronts.SelectMany(front => front)).Concat(constraints.Select(constraint => constraint.Objective))
            .Any(IsCapacity);
        return capacity ? search with { Evaluator = search.Evaluator with { Capacity = Capacity(requests, constraints) } } : search;
    }

    private static bool IsCapacity(Objective objective) => objective.Name.StartsWith(Objectives.Capacity.Name, StringComparison.Ordinal);

    private static CapacitySearch Capacity(Request[] requests, IReadOnlyList<Constraint> constraints)
    {
        Constraint[] slos = [.. constraints.Where(constraint => !IsCapacity(constraint.Objective))];
        if (slos.Length == 0) throw new InputException("--objective: a capacity is the highest rate within SLOs; give some with --slo, such as --slo ttft-p99=500ms");
        double seconds = requests.Length < 2 ? 0 : (requests[^1].Arrival - requests[0].Arrival).ToSeconds();
        if (seconds <= 0) throw new InputException("--objective: a capacity needs requests that arrive over some time, whatever the replies; give a trace or a generator with arrivals");
        return new() { Slos = slos, RequestsPerSecond = (requests.Length - 1) / seconds };
    }

    private static TraceWorkload Arriving(Request[] requests, WorkloadCut cut)
    {
        IEnumerable<Request> first = cut.Requests is { } count ? requests.Take(count) : requests;
        return new(cut.Speed == 1 ? first : Trace.From(first, "").SpeedUp(cut.Speed));
    }

    private static IReadOnlyList<Sensitivity> Sensitivities(PlanSearch search, SearchResult result, double share, Streams streams, bool quiet)
    {
        using LongRunProgress progress = LongRunProgress.Watch(streams, "runs with errors", null, quiet);
        return Sensitivity.Of(search, result, share, Environment.ProcessorCount, progress.Report);
    }

    private static IEnumerable<PlanOutcome> Shown(SearchResult result) =>
        result.Best.Where(best => best is not null).Select(best => best!.Value.Outcome)
            .Concat(result.Fronts.SelectMany(front => front.Points).Select(point => point.Item))
            .Concat(result.Baselines.Select(baseline => baseline.Outcome));

    private static PlanOutcome WithBands(PlanEvaluator evaluator, PlanOutcome outcome) => outcome.Result is not { } result ? outcome
        : outcome with { Result = result with { Accuracy = AccuracyBands.Shipped.Of(evaluator.Cluster(outcome.Plan), result) } };

    private static Report Report(string? file, StringWriter? kept) => kept is null ? ReportFiles.Read(null, [file!])
        : Simulator.Reports.Page.Report.Of(null, SearchFile.Read(kept.ToString()), [], ["plan search"]);

    private static bool ReadFront(string text, out IReadOnlyList<Objective> value, out string fault)
    {
        if (!Values.List(KnownObjective)(text, out value, out fault)) return false;
        fault = $"expected two or three different objectives, got '{text}'";
        return value.Count is 2 or 3 && value.Distinct().Count() == value.Count;
    }

    private static bool ReadConstraint(string text, out Constraint value, out string fault)
    {
        value = default;
        string[] sides = text.Split('=', 2);
        fault = $"expected an objective and its bound, such as ttft-p99=500ms or rent=40, got '{text}'";
        if (sides.Length < 2 || !KnownObjective(sides[0].Trim(), out Objective objective, out fault)) return false;
        double bound;
        if (objective.Unit == "s")
        {
            if (!Quantities.Duration(positive: true)(sides[1].Trim(), out SimDuration duration, out fault)) return false;
            bound = duration.ToSeconds();
        }
        else if (!Values.Number()(sides[1].Trim(), out bound, out fault))
        {
            return false;
        }
        value = new(objective, bound);
        return true;
    }
}
