namespace Simulator.Models.Batching.TensorRtLlm;

/// <summary>Whether prompts go ahead when attention data-parallel ranks step together.</summary>
/// <remarks>Mirrors <c>_balance_adp_requests</c> of <c>py_executor.py</c>.</remarks>
internal sealed class RankBalance(TensorRtLlmOptions options)
{
    private int _waited;
    private int _batched;

    /// <summary>Counts one iteration.</summary>
    /// <param name="prompts">Prompts that could run on each rank.</param>
    /// <param name="decodes">Sequences that decode on each rank.</param>
    /// <returns>True when the prompts go ahead.</returns>
    public bool GoAhead(ReadOnlySpan<int> prompts, ReadOnlySpan<int> decodes)
    {
        bool allHavePrompts = !prompts.Contains(0);
        bool allDecode = !decodes.Contains(0);
        bool allHaveRoom = true;
        foreach (int count in decodes) allHaveRoom &= count < options.MaxBatchSize;
        if (!allHaveRoom || !allHavePrompts) return HasWaited(1, allDecode);
        _waited = 0;
        if (!allDecode) return true;
        bool wait = _batched < options.AttentionDpBatchingWaitIters;
        _batched = wait ? _batched + 1 : 0;
        return !wait;
    }

    /// <summary>Counts iterations without prompts.</summary>
    /// <param name="iterations">Their number, at least 0.</param>
    /// <param name="allDecode">Whether every rank had a sequence that decodes.</param>
    public void Pass(long iterations, bool allDecode)
    {
        if (iterations > 0) HasWaited(iterations, allDecode);
    }

    private bool HasWaited(long iterations, bool allDecode)
    {
        int limit = Math.Max(1, options.AttentionDpTimeoutIters);
        long waited = _waited + iterations;
        bool goAhead = !allDecode || waited >= limit;
        _waited = allDecode ? (int)(waited % limit) : 0;
        return goAhead;
    }
}
