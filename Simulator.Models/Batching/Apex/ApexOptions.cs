namespace Simulator.Models.Batching.Apex;

/// <summary>Settings of the APEX scheduler.</summary>
public sealed record ApexOptions
{
    /// <summary>Most requests of an iteration (<c>--max-batch-size</c>); null for no bound.</summary>
    /// <value>Null.</value>
    public int? MaxBatchSize { get; init; }

    /// <summary>Most tokens of an iteration (<c>MAX_NUM_INPUT_TOKENS</c>): prompts whole, and one for each decode.</summary>
    /// <value>65,536.</value>
    public int TokenBudget { get; init; } = 65_536;

    /// <summary>How a request that was stopped goes on.</summary>
    /// <value><see cref="ApexResumption.Recompute"/>.</value>
    public ApexResumption Resumption { get; init; }

    /// <summary>Reports every fault of the settings.</summary>
    /// <param name="contextWindow">Longest prompt and output together, in tokens.</param>
    /// <returns>One message for each fault, with the valid range; empty when all is well.</returns>
    public IReadOnlyList<string> Validate(int contextWindow)
    {
        List<string> faults = [];
        if (MaxBatchSize < 1) faults.Add($"MaxBatchSize is {MaxBatchSize}; it must be at least 1, or null for no bound.");
        if (TokenBudget < contextWindow - 1)
        {
            faults.Add($"TokenBudget is {TokenBudget} and prompts, which are not split, may have {contextWindow - 1} tokens: "
                + $"a longer prompt could never run. Give at least {contextWindow - 1}, or lower the context window to at most {Math.Max(2, TokenBudget + 1L)}.");
        }
        if (!Enum.IsDefined(Resumption)) faults.Add($"Resumption is {(int)Resumption}; it must be {string.Join(" or ", Enum.GetNames<ApexResumption>())}.");
        return faults;
    }
}

/// <summary>How a request goes on that was stopped because the KV memory was full.</summary>
public enum ApexResumption
{
    /// <summary>Its KV cache is lost: it waits in front of the others, in order of arrival, and computes all its known tokens again.</summary>
    Recompute,

    /// <summary>As in APEX: its KV cache comes back as it was, at no cost, as soon as it fits, the request with the lowest id first.</summary>
    Free,
}
