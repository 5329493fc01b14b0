using Simulator.Cli.Reading;
using Simulator.Cli.Scenarios.Schedulers;
using Simulator.Core.Time;
using Simulator.Models.Caching;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;

namespace Simulator.Cli.Scenarios;

internal static partial class ScenarioReader
{
    private const int AnyContext = 8192;

    private static readonly string[] ConstantEfficiencies =
    [
        "matrixComputeEfficiency", "matrixMemoryEfficiency", "matrixKernelTime", "attentionComputeEfficiency", "attentionMemoryEfficiency",
        "attentionKernelTime", "elementwiseMemoryEfficiency", "elementwiseKernelTime",
    ];

    private static ClusterSection ReadCluster(Cursor cluster, string? scheduler)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var served = new Dictionary<string, PoolSection>(StringComparer.Ordinal);
        return new ClusterSection
        {
            Router = cluster.Optional("router", Values.OneOf("router", KnownNames.Routers), "least-outstanding"),
            Pools = cluster.RequiredMaps("pools", pool => ReadPool(pool, scheduler, names, served), "a list of pools, each with a model and a device"),
        };
    }

    private static PoolSection ReadPool(Cursor pool, string? scheduler, HashSet<string> names, Dictionary<string, PoolSection> served)
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
            Clock = pool.Optional("clock", Quantities.Share(positive: true), 1),
            Replicas = pool.Optional("replicas", Values.Whole(1, PoolSpec.MostReplicas), 1),
            Plan = pool.Map("plan", ReadPlan)?.Value ?? ParallelPlan.Single,
            Quantization = pool.Map("quantization", ReadQuantization)?.Value ?? Quantization.Bf16,
            Engine = pool.Map("engine", engine => ReadEngine(engine, scheduler)) ?? new EngineSection { Scheduler = scheduler ?? KnownSchedulers.Default },
            DevicesPerHostLink = pool.Optional("devicesPerHostLink", Values.Whole(1, KnownLimits.MostDevices), 1),
            Costs = pool.Map("costs", ReadCosts),
            Places = new PoolPlaces(pool.PlaceOf("plan"), pool.PlaceOf("engine"), pool.PlaceOf("costs")),
        };
        section = section with { Roofline = pool.Map("roofline", roofline => ReadRoofline(roofline, section)) };
        if (section.Costs is not null) pool.Refuse(["roofline"], "the pool has 'costs', which take its place; keep one of the two");
        if (section.Name.Length > 0 && !names.Add(section.Name))
        {
            if (pool.Has("name")) pool.Fault("name", $"another pool is called '{section.Name}' too; give each a name of its own");
            else pool.Fault($"without a 'name' the pool is called '{section.Name}' after its model, as another one is; give each a name of its own");
        }

        foreach (string model in section.Serves)
        {
            if (!served.TryAdd(model, section) && !served[model].Serves.ToHashSet().SetEquals(section.Serves))
                pool.Fault("serves", $"'{model}' is served by pool '{served[model].Name}' already; name it once, or let both serve the same names");
        }

        return section;
    }

    private static Box<ParallelPlan> ReadPlan(Cursor plan)
    {
        ValueReader<int> devices = Values.Whole(1, KnownLimits.MostDevices);
        var value = new ParallelPlan(
            plan.Optional("tensor", devices, 1), plan.Optional("pipeline", devices, 1),
            plan.Optional("data", devices, 1), plan.Optional("expert", devices, 1), plan.Optional("context", devices, 1))
        {
            FeedForward = plan.Optional("feedForward", devices, 0),
            StageLayers = StageLayers.Of([.. plan.Many("stageLayers", Values.Count())]),
        };
        if (FeedForwardSplit.Fault(value) is { } split) plan.Fault("feedForward", split);
        if (FeedForwardSplit.ExpertFault(value) is { } experts) plan.Fault("expert", experts);
        if (value.StageLayers.Count > 0 && value.StageLayers.Count != value.Pipeline)
            plan.Fault("stageLayers", $"{value.StageLayers.Count} numbers for {value.Pipeline} pipeline stages; give one for each");
        if ((long)value.Tensor * value.Pipeline * value.Data * value.Context > int.MaxValue)
            plan.Fault($"tensor × pipeline × data × context is above {int.MaxValue} devices; lower one of them");
        return new Box<ParallelPlan>(value);
    }

    private static Box<Quantization> ReadQuantization(Cursor quantization)
    {
        ValueReader<NumberFormat> format = Values.OneOf("number format", KnownNames.NumberFormats);
        var value = new Quantization(
            quantization.Optional("weights", format, NumberFormat.Bf16),
            quantization.Optional("activations", format, NumberFormat.Bf16),
            quantization.Optional("kv", format, NumberFormat.Bf16))
        {
            BlockScaled = quantization.Optional("blockScaled", Values.Flag(), false),
        };
        if (value is { BlockScaled: true } and not { Weights: NumberFormat.Fp8, Activations: NumberFormat.Fp8 })
            quantization.Fault("blockScaled", "only 8-bit floats are scaled by block; set weights and activations to fp8 beside it");
        return new Box<Quantization>(value);
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
            HostCacheBlocks = engine.Optional("hostCacheBlocks", Values.Whole(0L, KvBlockPool.Unlimited)),
            HostWritePolicy = engine.Optional("hostWritePolicy", Values.OneOf("host write policy", KnownNames.HostWritePolicies)),
            ReceiveInterval = engine.Optional("receiveInterval", Values.Count()),
            StreamInterval = engine.Optional("streamInterval", Values.Whole(1, 100_000)),
            RequestOverhead = engine.Optional("requestOverhead", Quantities.Duration()),
            ResponseOverhead = engine.Optional("responseOverhead", Quantities.Duration()),
        };
        if (section.HostCacheBlocks is null or 0) engine.Refuse(["hostWritePolicy"], "it needs 'hostCacheBlocks' above 0, the blocks that are written");
        if (named is not null) engine.RefuseForeign(key => KnownSchedulers.WhyNot(key, named.Name));
        return section;
    }

    // Constant efficiencies take the place of the measured profile as a whole.
    private static RooflineOptions ReadRoofline(Cursor roofline, PoolSection pool)
    {
        string? path = roofline.Optional("profile", Values.Text("the path of a profile"), null!);
        bool constant = ConstantEfficiencies.Any(roofline.Has);
        if (path is not null) roofline.Refuse(ConstantEfficiencies, "'profile' gives the efficiencies and times; keep one of the two");
        CostProfile? profile = path is not null ? ReadProfile(roofline, path) : constant ? null : ProfileOf(pool);
        RooflineOptions standard = profile is null ? RooflineOptions.Default : RooflineOptions.Of(profile);
        return standard with
        {
            MatrixComputeEfficiency = Share("matrixComputeEfficiency", standard.MatrixComputeEfficiency),
            MatrixMemoryEfficiency = Share("matrixMemoryEfficiency", standard.MatrixMemoryEfficiency),
            MatrixKernelSeconds = Time("matrixKernelTime", standard.MatrixKernelSeconds),
            AttentionComputeEfficiency = Share("attentionComputeEfficiency", standard.AttentionComputeEfficiency),
            AttentionMemoryEfficiency = Share("attentionMemoryEfficiency", standard.AttentionMemoryEfficiency),
            AttentionKernelSeconds = Time("attentionKernelTime", standard.AttentionKernelSeconds),
            ElementwiseMemoryEfficiency = Share("elementwiseMemoryEfficiency", standard.ElementwiseMemoryEfficiency),
            ElementwiseKernelSeconds = Time("elementwiseKernelTime", standard.ElementwiseKernelSeconds),
            ExpertImbalance = roofline.Optional("expertImbalance", Values.Number(1, 1e6), standard.ExpertImbalance),
            Sampling = roofline.Optional("sampling", Values.OneOf("way of sampling", KnownNames.Samplings), standard.Sampling),
            Graphs = roofline.Map("cudaGraphs", graphs => ReadGraphs(graphs, standard.Graphs)) ?? standard.Graphs,
            Host = ReadHost(roofline, standard.Host),
        };

        double Share(string key, double otherwise) => roofline.Optional(key, Quantities.Share(positive: true), otherwise);

        double Time(string key, double otherwise) => ReadSeconds(roofline, key, otherwise, MostKernelTime);
    }

    // Null where the device is at fault.
    private static CostProfile? ProfileOf(PoolSection pool) => pool.Device is null ? null : CostProfiles.Of(
        pool.Device.AtClock(pool.Clock), KnownSchedulers.Of(pool.Engine.Scheduler).Engine(pool.Device, AnyContext, EngineSection.NoOptions).Kernels);

    private static CostProfile? ReadProfile(Cursor roofline, string path)
    {
        try
        {
            return CostProfileFile.Open(roofline.Resolve(path));
        }
        catch (InvalidDataException e)
        {
            roofline.Fault("profile", e.Message.TrimEnd('.'));
            return null;
        }
    }

    private static CudaGraphs ReadGraphs(Cursor graphs, CudaGraphs standard)
    {
        IReadOnlyList<int> sizes = graphs.Many("captureSizes", Values.Whole(1, CudaGraphs.MostTokens));
        if (sizes.Zip(sizes.Skip(1)).Any(pair => pair.First >= pair.Second)) graphs.Fault("captureSizes", $"sizes must ascend, got {string.Join(", ", sizes)}");
        return new CudaGraphs
        {
            Mode = graphs.Optional("mode", Values.OneOf("mode of CUDA graphs", KnownNames.CudaGraphModes), standard.Mode),
            CaptureSizes = graphs.Has("captureSizes") ? sizes : standard.CaptureSizes,
            LaunchSeconds = ReadSeconds(graphs, "launchTime", standard.LaunchSeconds, MostLaunchTime),
        };
    }

    private static HostOverhead ReadHost(Cursor roofline, HostOverhead standard)
    {
        HostOverhead? parts = roofline.Map("host", host => new HostOverhead
        {
            Schedule = Part(host, "schedule", standard.Schedule),
            Prepare = Part(host, "prepare", standard.Prepare),
            Sample = Part(host, "sample", standard.Sample),
            Detokenize = Part(host, "detokenize", standard.Detokenize),
            Exposed = Part(host, "exposed", standard.Exposed),
        });
        if (parts is not null) roofline.Refuse(["hostTimePerIteration", "hostTimePerSequence"], "'host' gives the parts of it; keep one of the two");
        double perIteration = ReadSeconds(roofline, "hostTimePerIteration", standard.Total.PerIteration, MostKernelTime);
        double perSequence = ReadSeconds(roofline, "hostTimePerSequence", standard.Total.PerSequence, MostKernelTime);
        return parts ?? standard.WithTotal(perIteration, perSequence);

        static HostPart Part(Cursor host, string key, HostPart otherwise) => host.Map(key, part => new Box<HostPart>(new HostPart(
            ReadSeconds(part, "perIteration", otherwise.PerIteration, MostKernelTime),
            ReadSeconds(part, "perSequence", otherwise.PerSequence, MostKernelTime))))?.Value ?? otherwise;
    }

    private static TableCostsSection ReadCosts(Cursor costs) => new()
    {
        Tables = costs.Resolve(costs.Required("tables", Values.Text("the path of a folder"), "the folder with the operator tables") ?? ""),
        BatchingOverhead = costs.Optional("batchingOverhead", Values.Number(0, 100)),
        AllReduceLaunch = costs.Optional("allReduceLaunch", AtMost(MostAllReduceLaunch)),
        TokenStep = costs.Optional("tokenStep", Values.Whole(1, MostStep)),
        KvStep = costs.Optional("kvStep", Values.Whole(1, MostStep)),
    };

    private static double ReadSeconds(Cursor section, string key, double otherwise, SimDuration most) =>
        section.Optional(key, AtMost(most))?.ToSeconds() ?? otherwise;

    private static ValueReader<SimDuration> AtMost(SimDuration most) => (string text, out SimDuration value, out string fault) =>
    {
        if (!Quantities.Duration()(text, out value, out fault)) return false;
        fault = $"expected a duration of at most {most}, got '{text}'";
        return value <= most;
    };

    private static SimDuration MostKernelTime { get; } = 10.Seconds();

    private static SimDuration MostLaunchTime { get; } = 1.Seconds();

    private static SimDuration MostAllReduceLaunch { get; } = 1000.Seconds();

    private const int MostStep = 10_000;

    /// <summary>Carries a value type through a reader of mappings.</summary>
    private sealed record Box<T>(T Value) where T : struct;
}
