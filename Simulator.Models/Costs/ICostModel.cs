using Simulator.Core;
using Simulator.Models.Engines;

namespace Simulator.Models.Costs;

/// <summary>A cost model, compiled once for a model, a plan, a device and an engine. Implement <see cref="ICostModel{TAccumulator}"/>.</summary>
public interface ICostModel
{
    internal Replica CreateReplica(ReplicaSetup setup, Simulation simulation, IReplicaOwner owner);
}

/// <summary>A cost model from which batches take accumulators.</summary>
/// <typeparam name="TAccumulator">What follows one batch.</typeparam>
public interface ICostModel<TAccumulator> : ICostModel
    where TAccumulator : struct, ICostAccumulator
{
    /// <summary>An accumulator of an empty batch.</summary>
    TAccumulator CreateAccumulator();

    Replica ICostModel.CreateReplica(ReplicaSetup setup, Simulation simulation, IReplicaOwner owner) =>
        new Replica<TAccumulator>(setup, simulation, owner, CreateAccumulator);
}
