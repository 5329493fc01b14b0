using System.Text.Json.Serialization;
using Simulator.Models.Architectures;
using Simulator.Models.Clusters;
using Simulator.Models.Costs.Profiles;

namespace Simulator.Models.Results.Accuracy;

/// <summary>Kinds of models whose predictions are validated apart.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ModelKind>))]
public enum ModelKind
{
    /// <summary>Every token goes through all weights.</summary>
    [JsonStringEnumMemberName("dense")]
    Dense,

    /// <summary>Some layer has routed experts.</summary>
    [JsonStringEnumMemberName("mixtureOfExperts")]
    MixtureOfExperts,
}

/// <summary>Loads at which predictions are validated apart: sequences in a replica's batch, averaged over iterations.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LoadRegion>))]
public enum LoadRegion
{
    /// <summary>Up to 16.</summary>
    [JsonStringEnumMemberName("batchUpTo16")]
    BatchUpTo16,

    /// <summary>Above 16, up to 64.</summary>
    [JsonStringEnumMemberName("batch16To64")]
    Batch16To64,

    /// <summary>Above 64.</summary>
    [JsonStringEnumMemberName("batchAbove64")]
    BatchAbove64,
}

/// <summary>What a pool ran under, as far as the accuracy of its predictions is known to depend on it.</summary>
/// <param name="Device">Id of the device.</param>
/// <param name="Engine">The engine whose kernels run: <c>vllm</c>, <c>sglang</c> or <c>trtllm</c>.</param>
/// <param name="Model">Kind of the model.</param>
/// <param name="Load">Load of a replica.</param>
public sealed record RunConditions(string Device, string Engine, ModelKind Model, LoadRegion Load)
{
    /// <summary>What a pool of a run ran under.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="run">The run.</param>
    /// <returns>Null when its costs are not those that are validated (<see cref="IsCalibrated"/>), or when it ran nothing.</returns>
    public static RunConditions? Of(PoolSpec pool, RunResult run)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(run);
        return IsCalibrated(pool) && MeanBatch(pool.Name, run) is { } batch
            ? new(pool.Device.Id, pool.Engine.Kernels.Id(), KindOf(pool.Model), RegionOf(batch)) : null;
    }

    /// <summary>Whether a pool has the costs that are validated: the roofline with the shipped profile of its device and engine, or the one derived for them.</summary>
    /// <param name="pool">The pool.</param>
    public static bool IsCalibrated(PoolSpec pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        return pool.CostModel is null && ReferenceEquals(pool.Roofline.Profile, CostProfiles.Of(pool.Device, pool.Engine.Kernels));
    }

    private static ModelKind KindOf(ModelArchitecture model) =>
        model.Layers.Any(layer => layer.FeedForward is MixtureOfExperts) ? ModelKind.MixtureOfExperts : ModelKind.Dense;

    internal static LoadRegion RegionOf(double meanBatch) =>
        meanBatch <= 16 ? LoadRegion.BatchUpTo16 : meanBatch <= 64 ? LoadRegion.Batch16To64 : LoadRegion.BatchAbove64;

    // Rows of a replica's batch, over the iterations of all replicas of the pool.
    private static double? MeanBatch(string pool, RunResult run)
    {
        double rows = 0;
        long iterations = 0;
        foreach (ReplicaSummary replica in run.Replicas)
        {
            if (replica.Pool != pool || replica.Engine.MeanBatchSize is not { } mean) continue;
            rows += mean * replica.Iterations;
            iterations += replica.Iterations;
        }
        return iterations > 0 ? rows / iterations : null;
    }
}
