namespace Simulator.Models.Parallelism;

/// <summary>How one replica is spread over devices.</summary>
/// <param name="Tensor">Devices that split every matrix of a layer, at least 1.</param>
/// <param name="Pipeline">Stages of consecutive layers, at least 1; as many micro-batches are in flight.</param>
/// <param name="Data">Attention data-parallel ranks: each has its own KV cache and a copy of the attention weights, at least 1.</param>
/// <param name="Expert">Devices over which whole experts are spread, at least 1; divides Tensor × Data.</param>
public readonly record struct ParallelPlan(int Tensor = 1, int Pipeline = 1, int Data = 1, int Expert = 1)
{
    /// <summary>A single device.</summary>
    public static ParallelPlan Single => new(1, 1, 1, 1);

    /// <summary>Devices of one replica: Tensor × Pipeline × Data. Experts live on the same devices.</summary>
    public int Devices => Tensor * Pipeline * Data;
}
