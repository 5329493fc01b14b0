using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using Simulator.Cli.Faults;
using Simulator.Cli.Scenarios.Schedulers;
using Simulator.Core.Time;
using Simulator.Models.Architectures;
using Simulator.Models.Caching;
using Simulator.Models.Costs;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;

namespace Simulator.Cli.Scenarios;

/// <summary>What serves the requests.</summary>
internal sealed record ClusterSection
{
    /// <summary>Name of the policy that picks a replica within a pool.</summary>
    public string Router { get; init; } = "least-outstanding";

    public required IReadOnlyList<PoolSection> Pools { get; init; }
}

/// <summary>Equal replicas of one model.</summary>
internal sealed record PoolSection
{
    /// <summary>What results call the pool: the id of its model unless the scenario gives a name (set null for that).</summary>
    [AllowNull]
    public string Name
    {
        get => field ?? Model?.Id ?? (ModelConfig is null ? "" : HuggingFaceConfig.NameOf(ModelConfig).ToLowerInvariant());
        init;
    }

    /// <summary>A model of the catalogue; null when <see cref="ModelConfig"/> gives it.</summary>
    public ModelArchitecture? Model { get; init; }

    /// <summary>Path of a Hugging Face <c>config.json</c>; a scenario names it relative to itself.</summary>
    public string? ModelConfig { get; init; }

    /// <summary>Model names of the trace that this pool serves; empty for all that no other pool names.</summary>
    public IReadOnlyList<string> Serves { get; init; } = [];

    public required Device Device { get; init; }

    /// <summary>Clock of the devices as a share of the rated one, above 0 and at most 1.</summary>
    public double Clock { get; init; } = 1;

    public int Replicas { get; init; } = 1;

    public ParallelPlan Plan { get; init; } = ParallelPlan.Single;

    public Quantization Quantization { get; init; } = Quantization.Bf16;

    public EngineSection Engine { get; init; } = new();

    /// <summary>Devices that share one link to the memory of their host.</summary>
    public int DevicesPerHostLink { get; init; } = 1;

    /// <summary>Settings of the roofline; null for the profile of the device and the engine.</summary>
    public RooflineOptions? Roofline { get; init; }

    /// <summary>Operator tables in place of the roofline; null for the roofline.</summary>
    public TableCostsSection? Costs { get; init; }

    /// <summary>Where the pool stands in a scenario file; null for one of the command line.</summary>
    public PoolPlaces? Places { get; init; }
}

/// <summary>Iteration costs from tables of operator times; null leaves the recipe's default.</summary>
internal sealed record TableCostsSection
{
    /// <summary>Path of the folder with the tables; a scenario names it relative to itself.</summary>
    public required string Tables { get; init; }

    /// <summary>Share by which attention over more than one row takes longer, where KV heads are shared.</summary>
    public double? BatchingOverhead { get; init; }

    /// <summary>Time to launch an all-reduce.</summary>
    public SimDuration? AllReduceLaunch { get; init; }

    /// <summary>Tokens of an iteration are rounded up to a multiple of this.</summary>
    public int? TokenStep { get; init; }

    /// <summary>KV lengths are rounded up to a multiple of this.</summary>
    public int? KvStep { get; init; }
}

/// <summary>Where the sections of a pool stand, for faults that show only when they are put together.</summary>
/// <param name="Plan">Its plan, or the whole pool without one.</param>
/// <param name="Engine">Its engine, or the whole pool without one.</param>
/// <param name="Costs">Its operator tables, or the whole pool without them.</param>
internal sealed record PoolPlaces(Place Plan, Place Engine, Place Costs);

/// <summary>Settings of a serving engine: its scheduler, and what goes for any; null leaves the engine's default.</summary>
internal sealed record EngineSection
{
    /// <summary>Value of <see cref="KvBlocks"/> for memory that never runs out.</summary>
    public const long Unlimited = long.MaxValue;

    /// <summary>Options of a scheduler, all at their defaults.</summary>
    public static IReadOnlyDictionary<string, object> NoOptions { get; } = ReadOnlyDictionary<string, object>.Empty;

    /// <summary>Name of the scheduler, one of <see cref="KnownSchedulers"/>.</summary>
    public string Scheduler { get; init; } = KnownSchedulers.Default;

    /// <summary>Options that the scheduler takes, by their keys; those that are left out are at their defaults.</summary>
    public IReadOnlyDictionary<string, object> SchedulerOptions { get; init; } = NoOptions;

    /// <summary>KV blocks of one replica, instead of what its memory gives; <see cref="Unlimited"/> for memory without end.</summary>
    public long? KvBlocks { get; init; }

    /// <summary>Share of device memory that the engine may use (<c>gpu_memory_utilization</c>).</summary>
    public double? MemoryUtilization { get; init; }

    /// <summary>Longest prompt and output together (<c>max_model_len</c>).</summary>
    public int? MaxContext { get; init; }

    /// <summary>Requests that may wait at one replica; more are rejected.</summary>
    public int? QueueLimit { get; init; }

    /// <summary>KV blocks of host memory behind the prefix cache.</summary>
    public long? HostCacheBlocks { get; init; }

    /// <summary>When blocks are copied there.</summary>
    public HostWritePolicy? HostWritePolicy { get; init; }

    /// <summary>Iterations between two looks at the inbox (<c>scheduler_recv_interval</c> of SGLang).</summary>
    public int? ReceiveInterval { get; init; }

    /// <summary>Tokens that are sent to a client together (<c>stream_interval</c>).</summary>
    public int? StreamInterval { get; init; }

    /// <summary>From the arrival of a request until the scheduler can see it.</summary>
    public SimDuration? RequestOverhead { get; init; }

    /// <summary>From the end of an iteration until the client has its token.</summary>
    public SimDuration? ResponseOverhead { get; init; }
}
