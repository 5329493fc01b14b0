using System.Diagnostics.CodeAnalysis;
using Simulator.Models.Architectures;
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

    public int Replicas { get; init; } = 1;

    public ParallelPlan Plan { get; init; } = ParallelPlan.Single;

    public Quantization Quantization { get; init; } = Quantization.Bf16;

    public EngineSection Engine { get; init; } = new();

    public RooflineOptions Roofline { get; init; } = RooflineOptions.Default;
}

/// <summary>Settings of a serving engine, by the names that vLLM gives them where it has them; null leaves the engine's default.</summary>
internal sealed record EngineSection
{
    /// <summary>Value of <see cref="KvBlocks"/> for memory that never runs out.</summary>
    public const long Unlimited = long.MaxValue;

    public string Scheduler { get; init; } = "vllm-v1";

    /// <summary>Tokens of one iteration at most (<c>max_num_batched_tokens</c>).</summary>
    public int? TokenBudget { get; init; }

    /// <summary>Sequences of one batch at most (<c>max_num_seqs</c>).</summary>
    public int? MaxSequences { get; init; }

    public bool? ChunkedPrefill { get; init; }

    public bool? PrefixCaching { get; init; }

    /// <summary>Tokens of one KV block.</summary>
    public int? BlockTokens { get; init; }

    /// <summary>KV blocks of one replica, instead of what its memory gives; <see cref="Unlimited"/> for memory without end.</summary>
    public long? KvBlocks { get; init; }

    /// <summary>Share of device memory that the engine may use (<c>gpu_memory_utilization</c>).</summary>
    public double? MemoryUtilization { get; init; }

    /// <summary>Prompts above this are chunked to it (<c>long_prefill_token_threshold</c>); 0 for never.</summary>
    public int? LongPrefillThreshold { get; init; }

    /// <summary>Longest prompt and output together (<c>max_model_len</c>).</summary>
    public int? MaxContext { get; init; }

    /// <summary>Requests that may wait at one replica; more are rejected.</summary>
    public int? QueueLimit { get; init; }
}
