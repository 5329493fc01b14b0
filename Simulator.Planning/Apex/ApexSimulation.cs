namespace Simulator.Planning.Apex;

/// <summary>The simulation of one plan (<c>Simulator.simulate</c>).</summary>
/// <remarks>
/// Requests are dealt round-robin to the replicas of the model, then to as many micro-batches as there are stages, then to the
/// replicas of the attention. Each of these shares is batched on its own with an equal part of the KV cache.
/// </remarks>
public static class ApexSimulation
{
    /// <summary>Memory that each device keeps free to run, bytes.</summary>
    private const long WorkspaceBytes = 1L << 30;

    /// <summary>Simulates a plan.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="plan">A plan of the problem's model and cluster.</param>
    /// <param name="fidelity">APEX's figures, or correct ones.</param>
    /// <returns>The outcome; a plan that cannot serve the trace says so in <see cref="ApexOutcome.Fault"/>.</returns>
    /// <exception cref="ArgumentException">The trace is empty.</exception>
    public static ApexOutcome Run(ApexProblem problem, ApexPlan plan, ApexFidelity fidelity = ApexFidelity.Compatible)
    {
        if (problem.Requests.Count == 0) throw new ArgumentException("The trace has no request.", nameof(problem));
        (long weights, long? capacity) = Memory(problem, plan);
        if (capacity is null)
        {
            return new()
            {
                Plan = plan, ParameterBytes = weights,
                Fault = $"its weights of {weights} bytes leave less than the workspace of {WorkspaceBytes} bytes free on a device",
            };
        }
        var costs = new StageCosts(problem, plan);
        long tokens = capacity.Value / plan.Stages;
        IApexReplica replica = fidelity == ApexFidelity.Compatible
            ? new CompatibleReplica(problem, plan, costs, tokens) : new CorrectedReplica(problem, plan, costs, tokens);

        double total = 0;
        double energy = 0;
        var shares = new List<ApexShareRun>();
        var times = new List<ApexRequestTimes>();
        foreach (ApexRequest[] requests in Deal([.. problem.Requests], plan.Replicas))
        {
            ReplicaRun run = replica.Run(requests);
            if (run.Fault != null) return new() { Plan = plan, ParameterBytes = weights, Fault = run.Fault };
            total = Math.Max(total, run.TotalMicroseconds);
            energy += run.Microjoules;
            shares.AddRange(run.Shares);
        }
        ApexRequestTimes[] counted = fidelity == ApexFidelity.Compatible
            ? CompatibleReplica.Surviving(plan, shares) : [.. shares.SelectMany(share => share.Times)];
        return new()
        {
            Plan = plan,
            TotalMicroseconds = total,
            Microjoules = energy,
            ParameterBytes = weights,
            ActivationBytes = problem.Cluster.Device.MemoryBytes - weights,
            RequestsPerIteration = shares.Average(share => share.RequestsPerIteration),
            TokensPerIteration = shares.Average(share => share.TokensPerIteration),
            Breakdown = Breakdown(plan, costs.PartNames, shares, total),
            Shares = shares,
            Metrics = new(problem, fidelity, total, counted, shares.Select(share => share.TokensPerIteration)),
        };
    }

    /// <summary>Deals requests round-robin, in their order.</summary>
    internal static ApexRequest[][] Deal(ApexRequest[] requests, int parts)
    {
        var dealt = new ApexRequest[parts][];
        for (int part = 0; part < parts; part++)
        {
            int count = part < requests.Length ? (requests.Length - part - 1) / parts + 1 : 0;
            var own = new ApexRequest[count];
            for (int i = 0; i < count; i++) own[i] = requests[part + i * parts];
            dealt[part] = own;
        }
        return dealt;
    }

    /// <summary>Weights of the fullest device, bytes, and tokens that the KV cache of the device with the least room holds; null without room.</summary>
    private static (long WeightBytes, long? Tokens) Memory(ApexProblem problem, ApexPlan plan)
    {
        long usable = problem.Cluster.Device.MemoryBytes - WorkspaceBytes;
        long largest = 0;
        long tokens = long.MaxValue;
        for (int device = 0; device < plan.DistinctDevices; device++)
        {
            long weights = plan.Parameters(device) * ApexFormats.Bytes(problem.Formats.Weights);
            largest = Math.Max(largest, weights);
            tokens = Math.Min(tokens, (usable - weights) / (plan.KvElements(device) * ApexFormats.Bytes(problem.Formats.KvCache)));
        }
        return (largest, largest > usable ? null : tokens);
    }

    /// <summary>Parts of one name together, mean and deviation over the shares; idle is what is left of the total.</summary>
    private static ApexTimePart[] Breakdown(ApexPlan plan, string[] names, List<ApexShareRun> shares, double total)
    {
        var parts = new List<ApexTimePart>();
        foreach (string name in names.Distinct())
        {
            parts.Add(Part(name, [.. shares.Select(share => names.Index().Where(part => part.Item == name).Sum(part => share.Parts[part.Index]) * plan.Stages)]));
        }
        parts.Add(Part("Idle", [.. shares.Select(share => total - share.Parts.Sum() * plan.Stages)]));
        return [.. parts];
    }

    private static ApexTimePart Part(string name, double[] values)
    {
        double mean = values.Average();
        double squares = values.Sum(value => (value - mean) * (value - mean));
        return new(name, mean, Math.Sqrt(squares / values.Length));
    }
}
