using Simulator.Core;
using Simulator.Models.Costs;

namespace Simulator.Models.Engines;

/// <summary>A replica with the accumulators of its cost model, one a slot.</summary>
/// <remarks>Generic over the accumulator, so that no cost call is virtual or allocates.</remarks>
internal sealed class Replica<TCost> : Replica
    where TCost : struct, ICostAccumulator
{
    private readonly TCost[] _costs;

    public Replica(ReplicaSetup setup, Simulation simulation, IReplicaOwner owner, Func<TCost> createAccumulator)
        : base(setup, simulation, owner)
    {
        _costs = new TCost[setup.Slots];
        for (int i = 0; i < _costs.Length; i++) _costs[i] = createAccumulator();
    }

    protected override void AddDecodeCost(BatchSlot slot, int contextTokens, int rank) => _costs[slot.Index].AddDecode(contextTokens, rank);

    protected override void RemoveDecodeCost(BatchSlot slot, int contextTokens, int rank) => _costs[slot.Index].RemoveDecode(contextTokens, rank);

    protected override CostProgression CostOf(BatchSlot slot, int most)
    {
        ref TCost cost = ref _costs[slot.Index];
        if (slot.PrefillRows.Count == 0) return cost.DecodeOnly(most);
        foreach (Sequence sequence in slot.PrefillRows)
        {
            bool emits = sequence.Computed + sequence.ScheduledTokens == sequence.KnownTokens;
            cost.AddPrefill(sequence.ScheduledTokens, sequence.Computed, emits, sequence.Rank);
        }
        return new CostProgression(slot.DecodesRun ? cost.Mixed() : cost.PrefillOnly(), default, 1);
    }

    protected override void StageTimes(BatchSlot slot, long time, Span<long> times) => _costs[slot.Index].StageTimes(slot.DecodesRun, time, times);

    protected override IterationShape ShapeOf(BatchSlot slot) => _costs[slot.Index].Shape;

    protected override void AdvanceCost(BatchSlot slot, int iterations)
    {
        if (slot.DecodesRun) _costs[slot.Index].Advance(iterations);
        else _costs[slot.Index].AdvancePrefill();
    }
}
