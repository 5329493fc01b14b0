using Simulator.Models.Devices;

namespace Simulator.Planning.Apex;

/// <summary>What a batch of one attention replica does in one iteration.</summary>
/// <param name="Prompts">Prompts computed whole.</param>
/// <param name="PromptTokens">Their tokens.</param>
/// <param name="Decodes">Requests that generate one more token.</param>
internal readonly record struct BatchShape(int Prompts, long PromptTokens, int Decodes)
{
    public long Tokens => PromptTokens + Decodes;
}

/// <summary>Cost of one iteration on one stage.</summary>
internal sealed class StageCost(int parts)
{
    /// <summary>Time of each part, µs: the cells, each followed by its collective operations, then the message to the next stage.</summary>
    public double[] Parts { get; } = new double[parts];

    /// <summary>Time of the stage, µs.</summary>
    public double Microseconds { get; set; }

    /// <summary>Energy of the attention on all devices of the stage, µJ.</summary>
    public double AttentionMicrojoules { get; set; }

    /// <summary>Energy of the other cells on all devices of the stage, µJ.</summary>
    public double OtherMicrojoules { get; set; }
}

/// <summary>The cost of an iteration on one stage of a plan (<c>Simulator.get_stage_execution_time</c>).</summary>
/// <remarks>All blocks cost the same; the first device holds the most of every cell and sets the pace.</remarks>
internal sealed class StageCosts
{
    private readonly ApexProblem _problem;
    private readonly ApexPlan _plan;
    private readonly IApexCosts _costs;
    private readonly NumberFormat _compute;
    private readonly Dictionary<(int Decodes, long Tokens), StageCost> _decodes = [];
    private readonly StageCost _scratch;

    public StageCosts(ApexProblem problem, ApexPlan plan)
    {
        (_problem, _plan, _costs, _compute) = (problem, plan, problem.Costs, problem.Formats.Compute);
        var names = new List<string>();
        for (int i = 0; i < plan.Cells.Count; i++)
        {
            names.Add(plan.Cells[i].Cell.Name);
            names.AddRange(plan.Collectives[i].Select(collective => collective.Kind.ToString()));
        }
        if (plan.Stages > 1) names.Add("SendRecv");
        PartNames = [.. names];
        _scratch = new(names.Count);
    }

    /// <summary>Names of the parts; collective operations of one kind appear once for each.</summary>
    public string[] PartNames { get; }

    /// <summary>The cost of an iteration.</summary>
    /// <param name="shape">The batch of one attention replica.</param>
    /// <param name="tokens">Tokens of all attention replicas, which the other cells share.</param>
    /// <returns>Valid until the next call when the batch has prompts.</returns>
    public StageCost Of(in BatchShape shape, long tokens)
    {
        if (shape.Prompts > 0) return Evaluate(_scratch, in shape, tokens);
        if (!_decodes.TryGetValue((shape.Decodes, tokens), out StageCost? cost))
            _decodes.Add((shape.Decodes, tokens), cost = Evaluate(new(PartNames.Length), in shape, tokens));
        return cost;
    }

    private StageCost Evaluate(StageCost cost, in BatchShape shape, long tokens)
    {
        int part = 0;
        cost.OtherMicrojoules = 0;
        for (int i = 0; i < _plan.Cells.Count; i++)
        {
            ApexCellPlan cell = _plan.Cells[i];
            ApexShare share = cell.ShareOf(0);
            long own = (tokens + cell.Replicas - 1) / cell.Replicas;
            ApexCost compute = cell.Cell switch
            {
                ApexAttention attention => Attention(attention, share.Units, in shape),
                ApexFeedForward feedForward => FeedForward(feedForward, share, own),
                _ => throw new InvalidOperationException($"{cell.Cell.Name} has no cost."),
            };
            cost.Parts[part++] = compute.Microseconds * _plan.BlocksPerStage;
            double energy = compute.Microjoules * cell.Replicas * cell.Devices * _plan.BlocksPerStage;
            if (cell.Cell is ApexAttention) cost.AttentionMicrojoules = energy;
            else cost.OtherMicrojoules += energy;
            double moved = cell.Split == ApexSplit.Expert && share.Experts < ((ApexFeedForward)cell.Cell).Experts ? Math.Max(own / cell.Devices, 1) : own;
            foreach (ApexCollective collective in _plan.Collectives[i])
                cost.Parts[part++] = Collective(in collective, ref moved) * _plan.BlocksPerStage;
        }
        if (_plan.Stages > 1)
        {
            bool acrossNodes = _plan.Stages * _plan.StageDevices > _problem.Cluster.DevicesPerNode;
            cost.Parts[part] = _costs.SendMicroseconds(acrossNodes, Kilobytes(shape.Tokens), _problem.Formats.Activations);
        }
        double sum = 0;
        foreach (double time in cost.Parts) sum += time;
        cost.Microseconds = sum;
        return cost;
    }

    /// <summary>
    /// QKV, attention of the prompts at their mean length, attention of the decodes, output (<c>mha_time</c>). QKV counts a key and a
    /// value head for every query head, and a decode costs the same whatever its context: both as in APEX.
    /// </summary>
    private ApexCost Attention(ApexAttention cell, int heads, in BatchShape shape)
    {
        bool eightBit = _compute == NumberFormat.Fp8;
        NumberFormat format = eightBit ? NumberFormat.Bf16 : _compute;
        long width = (long)heads * cell.HeadSize;
        ApexCost sum = Gemm(3 * width, cell.HiddenSize, shape.Tokens);
        if (shape.Prompts > 0)
        {
            double mean = (double)shape.PromptTokens / shape.Prompts;
            ApexCost prefill = _costs.Attention(cell.HeadSize, heads, shape.Prompts, (long)Math.Floor((mean + 15) / 16) * 16, format);
            sum = Add(sum, eightBit ? prefill with { Microseconds = prefill.Microseconds / 1.5 } : prefill);
        }
        if (shape.Decodes > 0) sum = Add(sum, _costs.Attention(cell.HeadSize, heads, shape.Decodes, 16, format));
        return Add(sum, Gemm(cell.HiddenSize, width, shape.Tokens));
    }

    /// <summary>The products of a feed-forward network, expert after expert, tokens spread evenly over the experts.</summary>
    private ApexCost FeedForward(ApexFeedForward cell, ApexShare share, long tokens)
    {
        if (cell.Experts > 0) tokens = Math.Max(tokens * cell.ActiveExperts / cell.Experts, 1);
        ApexCost up = Gemm(cell.Kind == ApexFeedForwardKind.Glu ? 2L * share.Units : share.Units, cell.HiddenSize, tokens);
        ApexCost sum = Add(up, Gemm(cell.HiddenSize, share.Units, tokens));
        if (cell.Kind == ApexFeedForwardKind.SwiGlu) sum = Add(sum, up);
        return new(sum.Microseconds * share.Experts, sum.Microjoules * share.Experts);
    }

    /// <summary>Tokens count as 64, or up to the next multiple of 128; with 8-bit floats all sizes go to the nearest power of two.</summary>
    private ApexCost Gemm(long m, long k, long n)
    {
        n = n > 64 ? (n + 127) / 128 * 128 : 64;
        return _compute == NumberFormat.Fp8
            ? _costs.Gemm(NearestPowerOfTwo(Math.Max(m, 16)), NearestPowerOfTwo(Math.Max(k, 16)), NearestPowerOfTwo(n), _compute)
            : _costs.Gemm(m, k, n, _compute);
    }

    private double Collective(in ApexCollective collective, ref double tokens)
    {
        int perNode = _problem.Cluster.DevicesPerNode;
        tokens = Math.Max(tokens * collective.SizeFactor, 1);
        double moved = tokens;
        if (collective.Kind == ApexCollectiveKind.AllGather) moved = tokens *= collective.Devices;
        if (collective.Kind == ApexCollectiveKind.ReduceScatter) tokens = Math.Max(Math.Floor(tokens / collective.Devices), 1);
        if (collective.Devices == 1) return 0;
        (int nodes, int devices) = collective.Devices < perNode ? (1, collective.Devices) : (collective.Devices / perNode, perNode);
        return _costs.CollectiveMicroseconds(collective.Kind, nodes, devices, Kilobytes(moved), _problem.Formats.Activations);
    }

    private double Kilobytes(double tokens) =>
        Math.Floor(tokens * _plan.Cells[0].Cell.HiddenSize * ApexFormats.Bytes(_problem.Formats.Activations) / 1024);

    private static ApexCost Add(ApexCost a, ApexCost b) => new(a.Microseconds + b.Microseconds, a.Microjoules + b.Microjoules);

    /// <summary>The nearest power of two, the greater of two equally near ones.</summary>
    private static long NearestPowerOfTwo(long number)
    {
        long below = 1L << (int)long.Log2(number);
        return number - below < 2 * below - number ? below : 2 * below;
    }
}
