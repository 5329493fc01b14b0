namespace Simulator.Planning.Apex;

/// <summary>
/// A replica on one clock: micro-batches follow each other through the stages of the pipeline, attention replicas of a micro-batch
/// keep step because they share the other cells, and a micro-batch enters the first stage again when it has left the last.
/// </summary>
/// <remarks>
/// A stage takes as long as APEX says, the message to the next stage included. Micro-batches enter in the order in which they are
/// ready, the first of them when several are.
/// </remarks>
internal sealed class CorrectedReplica(ApexProblem problem, ApexPlan plan, StageCosts costs, long capacity) : IApexReplica
{
    /// <inheritdoc/>
    public ReplicaRun Run(ApexRequest[] requests)
    {
        MicroBatch[] microBatches = [.. ApexSimulation.Deal(requests, plan.Stages).Select(Make)];
        var ready = new PriorityQueue<int, (double Ready, int Index)>();
        for (int i = 0; i < microBatches.Length; i++) ready.Enqueue(i, (0, i));
        double[] stageFree = new double[plan.Stages];
        double end = 0;
        while (ready.TryDequeue(out int index, out (double Ready, int Index) turn))
        {
            MicroBatch microBatch = microBatches[index];
            double start = Math.Max(turn.Ready, stageFree[0]);
            switch (microBatch.Compose(start))
            {
                case BatchState.Stuck:
                    return new(0, 0, [], microBatch.Fault);
                case BatchState.Wait:
                    ready.Enqueue(index, (microBatch.NextArrival, index));
                    break;
                case BatchState.Run:
                    double clock = start;
                    for (int stage = 0; stage < stageFree.Length; stage++)
                        stageFree[stage] = clock = Math.Max(clock, stageFree[stage]) + microBatch.StageMicroseconds;
                    microBatch.End(clock);
                    end = Math.Max(end, clock);
                    ready.Enqueue(index, (clock, index));
                    break;
            }
        }
        return new(end, microBatches.Sum(batch => batch.Microjoules) * plan.Stages, [.. microBatches.Select(batch => batch.ToRun(capacity))]);
    }

    private MicroBatch Make(ApexRequest[] requests) => new(
        [.. ApexSimulation.Deal(requests, plan.AttentionReplicas)
            .Select(share => new ApexBatch(share, problem, ApexFidelity.Corrected, capacity))],
        costs,
        plan.MaxTokens);

    /// <summary>The batches of the attention replicas of one micro-batch, in step.</summary>
    private sealed class MicroBatch(ApexBatch[] batches, StageCosts costs, long maxTokens)
    {
        private readonly ShareSums _sums = new(costs.PartNames.Length);
        private readonly StageCost _cost = new(costs.PartNames.Length);
        private readonly bool[] _runs = new bool[batches.Length];
        private int _steady = 1;
        private int _ended;
        private long _requests;
        private long _tokens;
        private double _energy;
        private double _clock;

        public string? Fault { get; private set; }

        public double NextArrival { get; private set; }

        public double StageMicroseconds => _cost.Microseconds;

        public double Microjoules => _sums.Microjoules;

        /// <summary>Composes the next iteration, or finds that it is the same as the last one.</summary>
        public BatchState Compose(double clock)
        {
            if (_ended > 0 && clock < NextArrival) return BatchState.Run;
            Flush();
            _steady = int.MaxValue;
            _requests = _tokens = 0;
            NextArrival = double.PositiveInfinity;
            var state = BatchState.Done;
            Fault = null;
            long budget = maxTokens;
            foreach (ApexBatch batch in batches) budget -= batch.Running;
            for (int i = 0; i < batches.Length; i++)
            {
                budget += batches[i].Running;
                BatchState own = batches[i].Compose(clock, budget);
                budget -= batches[i].Shape.Tokens;
                _runs[i] = own == BatchState.Run;
                if (own == BatchState.Stuck) Fault ??= batches[i].Fault; // or the other batches leave it no tokens
                if (own is BatchState.Done or BatchState.Stuck) continue;
                NextArrival = Math.Min(NextArrival, batches[i].NextArrival);
                if (own == BatchState.Run)
                {
                    state = own;
                    _steady = Math.Min(_steady, batches[i].Steady);
                    _requests += batches[i].Running;
                    _tokens += batches[i].Shape.Tokens;
                }
                else if (state == BatchState.Done)
                {
                    state = own;
                }
            }
            if (state == BatchState.Run) Cost();
            else if (Fault != null) return BatchState.Stuck;
            if (state == BatchState.Wait) _sums.AddIdleTurn();
            return state;
        }

        /// <summary>Ends the iteration.</summary>
        public void End(double clock)
        {
            _clock = clock;
            if (++_ended == _steady) Flush();
        }

        public ApexShareRun ToRun(long capacity) => _sums.ToRun(
            [.. batches.SelectMany(batch => batch.Stamps)], [.. batches.SelectMany(batch => batch.Times)], null, capacity);

        /// <summary>Hands the iterations that were ended to the batches.</summary>
        private void Flush()
        {
            if (_ended == 0) return;
            _sums.Add(_cost, _ended, _requests, _tokens);
            _sums.Microjoules += _ended * _energy;
            for (int i = 0; i < batches.Length; i++)
            {
                if (_runs[i]) batches[i].Advance(_ended, 0, _clock);
            }
            _ended = 0;
        }

        /// <summary>The slowest attention sets the pace; the other cells work on the tokens of all.</summary>
        private void Cost()
        {
            _cost.Microseconds = -1;
            _energy = 0;
            for (int i = 0; i < batches.Length; i++)
            {
                if (!_runs[i]) continue;
                BatchShape shape = batches[i].Shape;
                StageCost cost = costs.Of(in shape, _tokens);
                _energy += cost.AttentionMicrojoules / batches.Length;
                if (cost.Microseconds <= _cost.Microseconds) continue;
                _cost.Microseconds = cost.Microseconds;
                _cost.OtherMicrojoules = cost.OtherMicrojoules;
                cost.Parts.CopyTo(_cost.Parts.AsSpan());
            }
            _energy += _cost.OtherMicrojoules;
        }
    }
}
