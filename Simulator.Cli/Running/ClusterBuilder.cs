using Simulator.Cli.Faults;
using Simulator.Cli.Scenarios;
using Simulator.Cli.Scenarios.Schedulers;
using Simulator.Models.Architectures;
using Simulator.Models.Clusters;
using Simulator.Models.Costs.Tables;
using Simulator.Models.Devices;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Models.Routing;

namespace Simulator.Cli.Running;

/// <summary>The library's description of a scenario's cluster.</summary>
internal static class ClusterBuilder
{
    public static ClusterSpec Build(ClusterSection section) => new()
    {
        Pools = [.. section.Pools.Select(Pool)],
        Router = Router(section.Router),
    };

    /// <summary>The library's description of a pool.</summary>
    public static PoolSpec Pool(PoolSection section)
    {
        (ModelArchitecture model, Quantization quantization) = Model(section);
        EngineSection engine = section.Engine;
        MemoryOptions memory = new();
        var pool = new PoolSpec(section.Name, model, section.Device.AtClock(section.Clock))
        {
            Replicas = section.Replicas,
            Serves = section.Serves,
            Plan = section.Plan,
            Quantization = quantization,
            Engine = Engine(section, ContextWindow(section, model)),
            Memory = memory with
            {
                UtilizationFraction = engine.MemoryUtilization ?? memory.UtilizationFraction,
                BlocksOverride = engine.KvBlocks == EngineSection.Unlimited ? MemoryOptions.UnlimitedBlocks : engine.KvBlocks,
            },
            DevicesPerHostLink = section.DevicesPerHostLink,
            CostModel = section.Costs is { } costs ? Tables(costs, section, model) : null,
        };
        return section.Roofline is { } roofline ? pool with { Roofline = roofline } : pool;
    }

    // A checkpoint says in which formats it is stored; a scenario that leaves the formats at 16-bit takes those.
    private static (ModelArchitecture Model, Quantization Quantization) Model(PoolSection section)
    {
        if (section.ModelConfig is null) return (section.Model!, section.Quantization);
        HuggingFaceModel model = HuggingFaceConfig.Read(section.ModelConfig);
        return (model.Architecture, section.Quantization == Quantization.Bf16 ? model.Quantization : section.Quantization);
    }

    /// <summary>Longest prompt and output together, in tokens.</summary>
    public static int ContextWindow(PoolSection section, ModelArchitecture model) =>
        Math.Min(section.Engine.MaxContext ?? model.ContextWindow, model.ContextWindow);

    private static EngineOptions Engine(PoolSection section, int contextWindow)
    {
        EngineSection engine = section.Engine;
        EngineOptions options = KnownSchedulers.Of(engine.Scheduler).Engine(section.Device, contextWindow, engine.SchedulerOptions);
        return options with
        {
            ContextWindow = engine.MaxContext,
            QueueLimit = engine.QueueLimit,
            HostCacheBlocks = engine.HostCacheBlocks ?? options.HostCacheBlocks,
            HostWritePolicy = engine.HostWritePolicy ?? options.HostWritePolicy,
            ReceiveInterval = engine.ReceiveInterval ?? options.ReceiveInterval,
            StreamInterval = engine.StreamInterval ?? options.StreamInterval,
            RequestOverhead = engine.RequestOverhead ?? options.RequestOverhead,
            ResponseOverhead = engine.ResponseOverhead ?? options.ResponseOverhead,
        };
    }

    private static TableCostModel Tables(TableCostsSection costs, PoolSection section, ModelArchitecture model)
    {
        try
        {
            TableCostOptions options = TableCostOptions.For(model, section.Plan);
            return new TableCostModel(OperatorTables.Read(costs.Tables), options with
            {
                BatchingOverhead = costs.BatchingOverhead ?? options.BatchingOverhead,
                AllReduceLaunchMilliseconds = costs.AllReduceLaunch is { } launch ? launch.ToSeconds() * 1e3 : options.AllReduceLaunchMilliseconds,
                TokenStep = costs.TokenStep ?? options.TokenStep,
                KvStep = costs.KvStep ?? options.KvStep,
            });
        }
        catch (ArgumentException fault)
        {
            // The exception ends its message with the name of a parameter.
            string message = fault.ParamName is null ? fault.Message : fault.Message.Replace($" (Parameter '{fault.ParamName}')", "", StringComparison.Ordinal);
            throw new InputException($"{section.Places?.Costs.ToString() ?? section.Name}: {message}");
        }
    }

    private static Func<RouterContext, IRouter> Router(string name) => name switch
    {
        "random" => Routers.Random,
        "round-robin" => Routers.RoundRobin,
        "least-outstanding" => Routers.LeastOutstanding,
        "least-waiting" => Routers.LeastWaiting,
        "least-pending-tokens" => Routers.LeastPendingTokens,
        "power-of-two" => Routers.PowerOfTwoChoices,
        "prefix-affinity" => Routers.PrefixAffinity,
        "session-affinity" => Routers.SessionAffinity,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such router."),
    };
}
