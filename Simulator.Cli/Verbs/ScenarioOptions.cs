using System.CommandLine;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Scenarios;
using Simulator.Cli.Scenarios.Schedulers;
using Simulator.Models.Architectures;
using Simulator.Models.Clusters;
using Simulator.Models.Devices;

namespace Simulator.Cli.Verbs;

/// <summary>Options that stand for a scenario, or change one that is given.</summary>
internal sealed class ScenarioOptions
{
    private readonly Option<string?> _trace = OptionFactory.Reference(
        "--trace", "FILE", "Trace to replay, plain or .gz.", Values.Text("the path of a trace"));

    private readonly Option<string?> _format = OptionFactory.Reference(
        "--format", "NAME", $"Format of the trace: {string.Join(", ", KnownNames.Formats)}. Told from its first line by default.",
        Values.OneOf("format", KnownNames.Formats));

    private readonly Option<double?> _speedup = OptionFactory.Value(
        "--speedup", "FACTOR", "How many times faster than recorded requests arrive.", Values.Positive());

    private readonly Option<double?> _rate = OptionFactory.Value(
        "--rate", "RATE", "Mean rate that arrivals are scaled to, such as 5/s or 300/min.", Quantities.Rate());

    private readonly Option<long?> _limit = OptionFactory.Value(
        "--limit", "N", "Requests to take at most.", Values.Whole(1L, long.MaxValue));

    private readonly Option<ModelArchitecture?> _model = OptionFactory.Reference(
        "--model", "ID", "Model to serve (see: simulator catalog models).", CatalogueNames.Model);

    private readonly Option<string?> _modelConfig = OptionFactory.Reference(
        "--model-config", "FILE", "Hugging Face config.json of the model to serve, instead of --model.", Values.Text("the path of a config.json"));

    private readonly Option<Device?> _device = OptionFactory.Reference(
        "--device", "ID", "Device to serve it on (see: simulator catalog devices).", CatalogueNames.Device);

    private readonly PlanOptions _plan = new();

    private readonly Option<int?> _replicas = OptionFactory.Value("--replicas", "N", "Replicas of the model.", Values.Whole(1, PoolSpec.MostReplicas));

    private readonly Option<string?> _scheduler = OptionFactory.Reference(
        "--scheduler", "NAME", $"Scheduler of the engine: {string.Join(", ", KnownSchedulers.Names)}.",
        Values.OneOf("scheduler", KnownSchedulers.Names));

    private readonly Option<string?> _router = OptionFactory.Reference(
        "--router", "NAME", $"Router: {string.Join(", ", KnownNames.Routers)}.", Values.OneOf("router", KnownNames.Routers));

    private readonly Option<ulong?> _seed = OptionFactory.Value(
        "--seed", "N", "Seed of every random stream.", Values.Whole(ulong.MinValue, ulong.MaxValue));

    private readonly Option<int?> _replications = OptionFactory.Value(
        "--replications", "N", "Runs with N consecutive seeds and gives confidence intervals.", Values.Count());

    /// <summary>Adds the options to a verb, in the order of its help.</summary>
    public void AddTo(Command verb) =>
        Add(verb, [.. Workload, .. Engine[..^1], .. _plan.All, _replicas, _scheduler, _router, _seed, _replications]);

    /// <summary>Adds those that say what arrives and which engine serves it, in the order of the help of a verb, but not how it is laid out.</summary>
    public void AddWithoutLayoutTo(Command verb) => Add(verb, [.. Workload, .. Engine, _router, _seed]);

    /// <summary>Adds those that say which engine serves which model on which device.</summary>
    public void AddEngineTo(Command verb) => Add(verb, Engine);

    private Option[] Workload => [_trace, _format, _speedup, _rate, _limit];

    private Option[] Engine => [_model, _modelConfig, _device, _scheduler];

    private static void Add(Command verb, IEnumerable<Option> options)
    {
        foreach (Option option in options) verb.Options.Add(option);
    }

    /// <summary>The only pool that a command line describes, whatever arrives there.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="scenarioFile">The scenario that the options change; null when they stand for one.</param>
    /// <param name="onDevice">The device when neither says one; null for none.</param>
    /// <exception cref="InputException">The scenario has faults or more than one pool, or options are missing.</exception>
    public PoolSection ResolvePool(ParseResult parse, string? scenarioFile, Device? onDevice)
    {
        Scenario? given = scenarioFile is null ? null : ScenarioReader.ReadFile(scenarioFile, parse.GetValue(_scheduler));
        var faults = new List<string>();
        IReadOnlyList<PoolSection> pools = ResolvePools(parse, given?.Cluster.Pools, onDevice, faults);
        if (pools.Count > 1) faults.Add(TooManyPools(scenarioFile, pools));
        return faults.Count == 0 ? pools[0] : throw new InputException(faults);
    }

    /// <summary>The scenario that a command line describes, which must have a single pool.</summary>
    /// <exception cref="InputException">The scenario has faults or more than one pool, the options do not fit it, or options are missing.</exception>
    /// <inheritdoc cref="Resolve"/>
    public Scenario ResolveOnePool(ParseResult parse, string? scenarioFile, Device? onDevice)
    {
        Scenario scenario = Resolve(parse, scenarioFile, onDevice);
        return scenario.Cluster.Pools.Count == 1 ? scenario : throw new InputException(TooManyPools(scenarioFile, scenario.Cluster.Pools));
    }

    private static string TooManyPools(string? scenarioFile, IReadOnlyList<PoolSection> pools) =>
        $"{scenarioFile}: the scenario has {pools.Count} pools, and plans are made for one; leave one";

    /// <summary>The scenario that a command line describes.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="scenarioFile">The scenario that the options change; null when they stand for one.</param>
    /// <param name="onDevice">The device when neither says one; null for none.</param>
    /// <exception cref="InputException">The scenario has faults, the options do not fit it, or options are missing.</exception>
    public Scenario Resolve(ParseResult parse, string? scenarioFile, Device? onDevice = null)
    {
        Scenario? given = scenarioFile is null ? null : ScenarioReader.ReadFile(scenarioFile, parse.GetValue(_scheduler));
        var faults = new List<string>();
        if (parse.GetValue(_model) is not null && parse.GetValue(_modelConfig) is not null)
            faults.Add("--model-config: --model is given as well; keep one of the two");
        if (parse.GetValue(_speedup) is not null && parse.GetValue(_rate) is not null)
            faults.Add("--speedup: --rate already sets how fast requests arrive; keep one of the two");
        WorkloadSection workload = ResolveWorkload(parse, given?.Workload, faults);
        IReadOnlyList<PoolSection> pools = ResolvePools(parse, given?.Cluster.Pools, onDevice, faults);
        if (faults.Count > 0) throw new InputException(faults);

        ClusterSection cluster = given?.Cluster ?? new ClusterSection { Pools = pools };
        Scenario scenario = given ?? new Scenario { Workload = workload, Cluster = cluster };
        return scenario with
        {
            Seed = parse.GetValue(_seed) ?? scenario.Seed,
            Replications = parse.GetValue(_replications) ?? scenario.Replications,
            Workload = workload,
            Cluster = cluster with { Router = parse.GetValue(_router) ?? cluster.Router, Pools = pools },
        };
    }

    private WorkloadSection ResolveWorkload(ParseResult parse, WorkloadSection? given, List<string> faults)
    {
        string? file = parse.GetValue(_trace);
        if (file is null && given is null) faults.Add("--trace is missing; name the trace to replay, or a scenario file");
        WorkloadSection workload = given ?? new WorkloadSection { Source = new TraceSection { File = "" } };
        if (file is not null) workload = workload with { Source = (workload.Trace ?? new TraceSection { File = file }) with { File = file } };

        if (workload.Trace is null) Refuse([_format], "only a trace takes it, and the workload of the scenario is generated");
        if (workload.Source is SessionsSection { Planned: null })
            Refuse([_speedup, _rate, _limit], "the workload of the scenario is sessions, which send a turn when the reply before it is there");
        else if (workload.ClosedLoop is not null)
            Refuse([_speedup, _rate], "the workload of the scenario is a closed loop, which sends requests when clients are free");
        double? perSecond = parse.GetValue(_rate);
        double? faster = parse.GetValue(_speedup);
        if (parse.GetValue(_format) is { } name && workload.Trace is { } named)
            workload = workload with { Source = named with { Format = name } };
        return workload with
        {
            Limit = parse.GetValue(_limit) ?? workload.Limit,
            Speedup = faster ?? (perSecond is null ? workload.Speedup : 1),
            RequestsPerSecond = perSecond ?? (faster is null ? workload.RequestsPerSecond : null),
        };

        void Refuse(IEnumerable<Option> options, string why)
        {
            foreach (Option option in options.Where(option => parse.GetResult(option) is { Implicit: false })) faults.Add($"{option.Name}: {why}");
        }
    }

    private IReadOnlyList<PoolSection> ResolvePools(ParseResult parse, IReadOnlyList<PoolSection>? given, Device? onDevice, List<string> faults)
    {
        Option[] ofPool = [_model, _modelConfig, _device, .. _plan.All, _replicas, _scheduler];
        Option[] changed = [.. ofPool.Where(option => parse.GetResult(option) is { Implicit: false })];
        if (given is { Count: > 1 })
        {
            foreach (Option option in changed)
                faults.Add($"{option.Name}: the scenario has {given.Count} pools; change it in the scenario");
            return given;
        }

        ModelArchitecture? known = parse.GetValue(_model);
        string? config = parse.GetValue(_modelConfig);
        Device? on = parse.GetValue(_device) ?? (given is null ? onDevice : null);
        if (given is null && known is null && config is null)
            faults.Add("--model is missing; it is a model id such as llama-3.1-8b (see: simulator catalog models)");
        if (given is null && on is null)
            faults.Add("--device is missing; it is a device id such as h100-sxm (see: simulator catalog devices)");
        if (faults.Count > 0) return [];

        PoolSection pool = given?[0] ?? new PoolSection { Device = on! };
        if (known is not null || config is not null) pool = pool with { Model = known, ModelConfig = config };
        return
        [
            pool with
            {
                Device = on ?? pool.Device,
                Plan = _plan.Resolve(parse, pool.Plan, faults),
                Replicas = parse.GetValue(_replicas) ?? pool.Replicas,
                Engine = pool.Engine with { Scheduler = parse.GetValue(_scheduler) ?? pool.Engine.Scheduler },
                // What is wrong with a pool that is not as the file has it may not be in the file.
                Places = changed.Length == 0 ? pool.Places : null,
            },
        ];
    }
}
