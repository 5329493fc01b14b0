namespace Simulator.Planning.Apex;

/// <summary>A part of a transformer block that is parallelised on its own (<c>apex_plus/ir/cell.py</c>).</summary>
/// <param name="HiddenSize">Width of the residual stream.</param>
public abstract record ApexCell(int HiddenSize)
{
    /// <summary>APEX's name of the kind of cell, as it prints it.</summary>
    public abstract string Name { get; }

    /// <summary>Weights that a device with a share of the cell holds in one block.</summary>
    internal abstract long Parameters(ApexShare share);

    /// <summary>Numbers that a device with a share of the cell keeps of each token in one block.</summary>
    internal virtual long KvElements(ApexShare share) => 0;

    /// <summary>The shares of the devices of one replica, largest first and a single one when all are alike; null when it cannot be cut so.</summary>
    internal abstract ApexShare[]? Split(ApexSplit split, int devices);

    /// <summary>Splits <paramref name="count"/> things as evenly as possible, the first devices getting one more.</summary>
    internal static int[] Evenly(int count, int devices)
    {
        if (count % devices == 0) return [count / devices];
        int[] parts = new int[devices];
        for (int i = 0; i < devices; i++) parts[i] = count / devices + (i < count % devices ? 1 : 0);
        return parts;
    }
}

/// <summary>What one device holds of a cell.</summary>
/// <param name="Units">Query heads, or columns of the inner width of each expert held.</param>
/// <param name="KvHeads">Key and value heads; 0 in a feed-forward cell.</param>
/// <param name="Experts">Experts; 1 in a cell without.</param>
internal readonly record struct ApexShare(int Units, int KvHeads, int Experts);

/// <summary>Attention with causal mask.</summary>
/// <param name="HiddenSize">Width of the residual stream.</param>
/// <param name="QueryHeads">Query heads.</param>
/// <param name="KvHeads">Key and value heads; divides the query heads, and equals them in multi-head attention.</param>
/// <param name="Grouped">True for the cell that APEX calls MQA, false for its MHA.</param>
public sealed record ApexAttention(int HiddenSize, int QueryHeads, int KvHeads, bool Grouped = true) : ApexCell(HiddenSize)
{
    /// <summary>Width of a head.</summary>
    public int HeadSize { get; init; } = HiddenSize / QueryHeads;

    /// <inheritdoc/>
    public override string Name => Grouped ? "MQA" : "MHA";

    internal override long Parameters(ApexShare share) => 2L * (share.Units + share.KvHeads) * HeadSize * HiddenSize;

    internal override long KvElements(ApexShare share) => 2L * share.KvHeads * HeadSize;

    /// <summary>Whole KV heads with their query heads; when there are more devices, a KV head is copied to the devices that share its queries.</summary>
    internal override ApexShare[]? Split(ApexSplit split, int devices)
    {
        if (split != ApexSplit.Tensor || devices > QueryHeads) return null;
        int queries = QueryHeads / KvHeads;
        if (devices <= KvHeads)
            return [.. Evenly(KvHeads, devices).Select(heads => new ApexShare(heads * queries, heads, 1))];
        var shares = new List<ApexShare>(devices);
        foreach (int group in GroupSizes(devices))
        {
            for (int i = 0; i < group; i++) shares.Add(new(queries / group + (i < queries % group ? 1 : 0), 1, 1));
        }
        shares.Sort((a, b) => b.Units.CompareTo(a.Units));
        return shares[0] == shares[^1] ? [shares[0]] : [.. shares];
    }

    /// <summary>
    /// What APEX puts on the first device when KV heads are fewer than devices (<c>templates/attention.py:28-46</c>): it counts the
    /// devices of every KV head from the first, so all heads pile up there. Its memory rule sees this.
    /// </summary>
    internal ApexShare PiledUp(int devices)
    {
        int queries = QueryHeads / KvHeads;
        return new(GroupSizes(devices).Sum(group => (queries + group - 1) / group), KvHeads, 1);
    }

    /// <summary>Devices that share each KV head.</summary>
    private int[] GroupSizes(int devices)
    {
        int[] sizes = Evenly(devices, KvHeads);
        return sizes.Length == KvHeads ? sizes : [.. Enumerable.Repeat(sizes[0], KvHeads)];
    }
}

/// <summary>How a feed-forward cell computes.</summary>
public enum ApexFeedForwardKind
{
    /// <summary>Two matrices.</summary>
    Mlp,

    /// <summary>Gated: three matrices, the first two multiplied as one.</summary>
    Glu,

    /// <summary>Gated: three matrices, one after another.</summary>
    SwiGlu,
}

/// <summary>A feed-forward network, dense or a mixture of experts.</summary>
/// <param name="HiddenSize">Width of the residual stream.</param>
/// <param name="Intermediate">Inner width, of one expert where there are any.</param>
/// <param name="Kind">How it computes.</param>
/// <param name="Experts">Experts; 0 for a dense network.</param>
/// <param name="ActiveExperts">Experts that each token uses; 0 for a dense network.</param>
public sealed record ApexFeedForward(int HiddenSize, int Intermediate, ApexFeedForwardKind Kind, int Experts = 0, int ActiveExperts = 0)
    : ApexCell(HiddenSize)
{
    /// <inheritdoc/>
    public override string Name => (Kind, Experts) switch
    {
        (ApexFeedForwardKind.Mlp, 0) => "MLP",
        (ApexFeedForwardKind.Glu, 0) => "GLU",
        (ApexFeedForwardKind.SwiGlu, 0) => "SwiGLU",
        (ApexFeedForwardKind.SwiGlu, _) => "SwiMoE",
        _ => "MoE",
    };

    internal override long Parameters(ApexShare share) =>
        (Kind == ApexFeedForwardKind.Mlp ? 2L : 3L) * HiddenSize * share.Units * share.Experts;

    internal override ApexShare[]? Split(ApexSplit split, int devices)
    {
        if (split == ApexSplit.Tensor)
            return devices > Intermediate ? null : [.. Evenly(Intermediate, devices).Select(units => new ApexShare(units, 0, Math.Max(Experts, 1)))];
        return devices > Experts ? null : [.. Evenly(Experts, devices).Select(experts => new ApexShare(Intermediate, 0, experts))];
    }
}
