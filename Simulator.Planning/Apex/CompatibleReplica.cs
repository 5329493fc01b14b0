namespace Simulator.Planning.Apex;

/// <summary>A replica as APEX simulates it: every share on a clock of its own, put together afterwards by the index of iterations.</summary>
internal sealed class CompatibleReplica(ApexProblem problem, ApexPlan plan, StageCosts costs, long capacity) : IApexReplica
{
    /// <inheritdoc/>
    public ReplicaRun Run(ApexRequest[] requests)
    {
        var shares = new List<ApexShareRun>(plan.Stages * plan.AttentionReplicas);
        var microBatches = new double[plan.Stages][];
        double energy = 0;
        int microBatch = 0;
        foreach (ApexRequest[] ofMicroBatch in ApexSimulation.Deal(requests, plan.Stages))
        {
            int first = shares.Count;
            foreach (ApexRequest[] ofAttention in ApexSimulation.Deal(ofMicroBatch, plan.AttentionReplicas))
            {
                var batch = new ApexBatch(ofAttention, problem, ApexFidelity.Compatible, capacity);
                if (Serve(batch, out ShareSums sums) == BatchState.Stuck) return new(0, 0, [], batch.Fault);
                shares.Add(sums.ToRun(batch.Stamps, batch.Times, batch.TokenTimes, capacity));
                energy += Math.Floor(sums.Microjoules / plan.AttentionReplicas) * plan.Stages;
            }
            microBatches[microBatch++] = SlowestByIndex(shares, first);
        }
        return new(PipelineMicroseconds(microBatches), energy, shares);
    }

    /// <summary>
    /// The requests that APEX counts: it keys them by their number in the share and the product of the numbers of replica,
    /// micro-batch and attention replica, so later shares overwrite earlier ones wherever one of the three is 0.
    /// </summary>
    public static ApexRequestTimes[] Surviving(ApexPlan plan, List<ApexShareRun> shares)
    {
        var places = new Dictionary<(int Request, int Key), int>();
        var times = new List<ApexRequestTimes>();
        for (int share = 0; share < shares.Count; share++)
        {
            int attention = share % plan.AttentionReplicas;
            int microBatch = share / plan.AttentionReplicas % plan.Stages;
            int key = share / (plan.AttentionReplicas * plan.Stages) * microBatch * attention;
            for (int request = 0; request < shares[share].Times.Count; request++)
            {
                if (places.TryAdd((request, key), times.Count)) times.Add(shares[share].Times[request]);
                else times[places[(request, key)]] = shares[share].Times[request];
            }
        }
        return [.. times];
    }

    /// <summary>The loop over iterations. Arrivals are compared with a clock that counts one stage; completion counts all stages.</summary>
    private BatchState Serve(ApexBatch batch, out ShareSums sums)
    {
        long budget = plan.MaxTokens / plan.AttentionReplicas; // APEX takes all attention replicas to be as full as this one
        sums = new(costs.PartNames.Length);
        double clock = 0;
        while (true)
        {
            BatchState state = batch.Compose(clock, budget);
            if (state is BatchState.Done or BatchState.Stuck) return state;
            if (state == BatchState.Wait)
            {
                sums.AddIdleTurn();
                clock = batch.NextArrival;
                continue;
            }
            BatchShape shape = batch.Shape;
            long tokens = shape.Tokens * plan.AttentionReplicas;
            StageCost cost = costs.Of(in shape, tokens);
            double energy = cost.AttentionMicrojoules + cost.OtherMicrojoules;
            int iterations = 0;
            do
            {
                clock += cost.Microseconds;
                sums.Microjoules += energy;
                iterations++;
            }
            while (iterations < batch.Steady && clock < batch.NextArrival);
            sums.Add(cost, iterations, (long)batch.Running * plan.AttentionReplicas, tokens);
            batch.Advance(iterations, cost.Microseconds * plan.Stages, clock * plan.Stages);
        }
    }

    /// <summary>The slowest of the i-th iterations of the attention replicas, whenever they were.</summary>
    private static double[] SlowestByIndex(List<ApexShareRun> shares, int first)
    {
        int length = 0;
        for (int share = first; share < shares.Count; share++) length = Math.Max(length, shares[share].Iterations.Sum(run => run.Count));
        double[] slowest = new double[length];
        for (int share = first; share < shares.Count; share++)
        {
            int i = 0;
            foreach (ApexIterations run in shares[share].Iterations)
            {
                for (int end = i + run.Count; i < end; i++) slowest[i] = Math.Max(slowest[i], run.Microseconds);
            }
        }
        return slowest;
    }

    /// <summary>
    /// The time of the pipeline: iterations of the micro-batches in turn, then the sum of the slowest of as many in a row as there
    /// are stages. The windows are one too few, and short micro-batches leave no bubbles, so time is lost at the end.
    /// </summary>
    private static double PipelineMicroseconds(double[][] microBatches)
    {
        int stages = microBatches.Length;
        double[] turns = Interleave(microBatches);
        if (turns.Length <= stages) return turns.Sum();
        double total = 0;
        int[] candidates = new int[turns.Length]; // indices of the window whose times fall, so the first is the slowest
        int head = 0;
        int tail = 0;
        for (int i = 0; i < turns.Length - 1; i++)
        {
            while (tail > head && turns[candidates[tail - 1]] <= turns[i]) tail--;
            candidates[tail++] = i;
            int start = i - stages + 1;
            if (start < 0) continue;
            if (candidates[head] < start) head++;
            total += turns[candidates[head]];
        }
        return total;
    }

    private static double[] Interleave(double[][] microBatches)
    {
        if (microBatches.Length == 1) return microBatches[0];
        double[] turns = new double[microBatches.Sum(times => times.Length)];
        int count = 0;
        for (int i = 0; count < turns.Length; i++)
        {
            foreach (double[] times in microBatches)
            {
                if (i < times.Length) turns[count++] = times[i];
            }
        }
        return turns;
    }
}
