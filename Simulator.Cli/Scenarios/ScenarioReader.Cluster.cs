using Simulator.Cli.Reading;
using Simulator.Cli.Scenarios.Schedulers;
using Simulator.Models.Costs;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;

namespace Simulator.Cli.Scenarios;

internal static partial class ScenarioReader
{
    private static ClusterSection ReadCluster(Cursor cluster, string? scheduler)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var served = new Dictionary<string, string>(StringComparer.Ordinal);
        return new ClusterSection
        {
            Router = cluster.Optional("router", Values.OneOf("router", KnownNames.Routers), "least-outstanding"),
            Pools = cluster.RequiredMaps("pools", pool => ReadPool(pool, scheduler, names, served), "a list of pools, each with a model and a device"),
        };
    }

    private static PoolSection ReadPool(Cursor pool, string? scheduler, HashSet<string> names, Dictionary<string, string> served)
    {
        _ = pool.One(["model", "modelConfig"], required: true);
        string? config = pool.Optional("modelConfig", Values.Text("the path of a Hugging Face config.json"), null!);
        var section = new PoolSection
        {
            Name = pool.Optional("name", Values.Text("a name"), null!),
            Model = pool.Optional("model", CatalogueNames.Model, null!),
            ModelConfig = config is null ? null : pool.Resolve(config),
            Serves = pool.Many("serves", Values.Text("a model name of the trace")),
            Device = pool.Required("device", CatalogueNames.Device, "a device id such as h100-sxm"),
            Replicas = pool.Optional("replicas", Values.Count(), 1),
            Plan = pool.Map("plan", ReadPlan)?.Value ?? ParallelPlan.Single,
            Quantization = pool.Map("quantization", ReadQuantization)?.Value ?? Quantization.Bf16,
            Engine = pool.Map("engine", engine => ReadEngine(engine, scheduler)) ?? new EngineSection { Scheduler = scheduler ?? KnownSchedulers.Default },
            Roofline = pool.Map("roofline", ReadRoofline) ?? RooflineOptions.Default,
        };
        if (section.Name.Length > 0 && !names.Add(section.Name))
        {
            if (pool.Has("name")) pool.Fault("name", $"another pool is called '{section.Name}' too; give each a name of its own");
            else pool.Fault($"without a 'name' the pool is called '{section.Name}' after its model, as another one is; give each a name of its own");
        }

        foreach (string model in section.Serves)
        {
            if (!served.TryAdd(model, section.Name))
                pool.Fault("serves", $"'{model}' is served by pool '{served[model]}' already; name it once");
        }

        return section;
    }

    private static Box<ParallelPlan> ReadPlan(Cursor plan)
    {
        ValueReader<int> devices = Values.Whole(1, KnownLimits.MostDevices);
        var value = new ParallelPlan(
            plan.Optional("tensor", devices, 1), plan.Optional("pipeline", devices, 1),
            plan.Optional("data", devices, 1), plan.Optional("expert", devices, 1));
        if (value.Tensor * value.Data % value.Expert != 0)
            plan.Fault("expert", $"{value.Expert} does not divide tensor × data, {value.Tensor * value.Data}");
        return new Box<ParallelPlan>(value);
    }

    private static Box<Quantization> ReadQuantization(Cursor quantization)
    {
        ValueReader<NumberFormat> format = Values.OneOf("number format", KnownNames.NumberFormats);
        return new Box<Quantization>(new Quantization(
            quantization.Optional("weights", format, NumberFormat.Bf16),
            quantization.Optional("activations", format, NumberFormat.Bf16),
            quantization.Optional("kv", format, NumberFormat.Bf16)));
    }

    /// <param name="engine">The section.</param>
    /// <param name="scheduler">The scheduler that takes the place of the one in the file; null for none.</param>
    private static EngineSection ReadEngine(Cursor engine, string? scheduler)
    {
        SchedulerEntry? named = engine.Has("scheduler")
            ? engine.Optional("scheduler", KnownSchedulers.Entry, null!) : KnownSchedulers.Of(KnownSchedulers.Default);
        if (scheduler is not null) named = KnownSchedulers.Of(scheduler);
        // Whose options they are is not known then, and one fault is enough.
        if (named is null) foreach (SchedulerOption option in KnownSchedulers.All.SelectMany(entry => entry.Options)) _ = engine.Has(option.Key);
        var section = new EngineSection
        {
            Scheduler = named?.Name ?? KnownSchedulers.Default,
            SchedulerOptions = named?.Read(engine) ?? EngineSection.NoOptions,
            KvBlocks = engine.Optional("kvBlocks", Values.OrWord("unlimited", EngineSection.Unlimited, Values.Whole(1L, long.MaxValue))),
            MemoryUtilization = engine.Optional("memoryUtilization", Quantities.Share(positive: true)),
            MaxContext = engine.Optional("maxContext", Values.Count()),
            QueueLimit = engine.Optional("queueLimit", Values.Count(0)),
            ReceiveInterval = engine.Optional("receiveInterval", Values.Count()),
            RequestOverhead = engine.Optional("requestOverhead", Quantities.Duration()),
            ResponseOverhead = engine.Optional("responseOverhead", Quantities.Duration()),
        };
        if (named is not null) engine.RefuseForeign(key => KnownSchedulers.WhyNot(key, named.Name));
        return section;
    }

    private static RooflineOptions ReadRoofline(Cursor roofline)
    {
        RooflineOptions standard = RooflineOptions.Default;
        return new RooflineOptions
        {
            MatrixComputeEfficiency = Share("matrixComputeEfficiency", standard.MatrixComputeEfficiency),
            MatrixMemoryEfficiency = Share("matrixMemoryEfficiency", standard.MatrixMemoryEfficiency),
            MatrixKernelSeconds = Time("matrixKernelTime", standard.MatrixKernelSeconds),
            AttentionComputeEfficiency = Share("attentionComputeEfficiency", standard.AttentionComputeEfficiency),
            AttentionMemoryEfficiency = Share("attentionMemoryEfficiency", standard.AttentionMemoryEfficiency),
            AttentionKernelSeconds = Time("attentionKernelTime", standard.AttentionKernelSeconds),
            ElementwiseMemoryEfficiency = Share("elementwiseMemoryEfficiency", standard.ElementwiseMemoryEfficiency),
            ElementwiseKernelSeconds = Time("elementwiseKernelTime", standard.ElementwiseKernelSeconds),
            Host = standard.Host.WithTotal(
                Time("hostTimePerIteration", standard.Host.Total.PerIteration), Time("hostTimePerSequence", standard.Host.Total.PerSequence)),
        };

        double Share(string key, double otherwise) => roofline.Optional(key, Quantities.Share(positive: true), otherwise);

        double Time(string key, double otherwise) => roofline.Optional(key, Quantities.Duration())?.ToSeconds() ?? otherwise;
    }

    /// <summary>Carries a value type through a reader of mappings.</summary>
    private sealed record Box<T>(T Value) where T : struct;
}
