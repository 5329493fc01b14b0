using Simulator.Models.Batching.TensorRtLlm;
using Simulator.Models.Costs;

namespace Simulator.Tests.Models.Batching.TensorRtLlm;

/// <summary>TensorRT-LLM's two schedulers in a row, capacity and micro-batch, over the list of all active requests, as its source has them.</summary>
internal sealed class NaiveTensorRtLlm(TensorRtLlmOptions options, long blocks, AffineCosts costs) : NaiveBlockEngine(options.TokensPerBlock, blocks, costs)
{
    private int _waited;

    protected override List<Work> Schedule(bool wasIdle)
    {
        (List<Work> fitting, List<Work> paused) =
            options.CapacityPolicy == CapacityPolicy.GuaranteedNoEvict ? (GuaranteedNoEvict(), []) : MaxUtilization();
        foreach (Work work in paused)
        {
            Preempt(work);
            Waiting.Insert(0, work);
        }
        List<Work> decodes = fitting.FindAll(work => !work.IsPrefill), prompts = fitting.FindAll(work => work.IsPrefill);
        foreach (Work work in decodes) work.Scheduled = 1;
        prompts = GiveTokens(prompts, options.MaxNumTokens - decodes.Count);
        if (prompts.Count > 0 && decodes.Count > 0 && options.BatchWaitTimeoutIters + options.BatchWaitMaxTokensRatio > 0)
        {
            int tokens = decodes.Count + prompts.Sum(work => work.Scheduled);
            if (_waited >= options.BatchWaitTimeoutIters || tokens >= options.BatchWaitMaxTokensRatio * options.MaxNumTokens)
            {
                _waited = 0;
            }
            else
            {
                _waited++;
                prompts = [];
            }
        }
        foreach (Work work in decodes.Concat(prompts))
        {
            if (Waiting.Remove(work)) Running.Add(work);
            if (!TryHold(work, work.IsPrefill ? work.Known : work.Computed + 1)) throw new InvalidOperationException("No blocks for what fits.");
        }
        return [.. decodes, .. prompts];
    }

    private long ToEnd(Work work) => Math.Min(Blocks(work.Request.PromptTokens + work.Allowed), Total);

    private List<Work> GuaranteedNoEvict()
    {
        List<Work> fitting = [.. Running];
        long reserved = Running.Sum(ToEnd);
        foreach (Work work in Waiting)
        {
            if (fitting.Count >= options.MaxBatchSize || reserved + ToEnd(work) > Total) break;
            reserved += ToEnd(work);
            fitting.Add(work);
        }
        return fitting;
    }

    private (List<Work> Fitting, List<Work> Paused) MaxUtilization()
    {
        List<Work> active = [.. Running, .. Waiting], fitting = [], paused = [];
        long free = Free;
        int end = active.Count;
        for (int i = 0; i < end;)
        {
            Work work = active[i];
            bool isStarted = Running.Contains(work);
            long needed = !isStarted ? Blocks(work.Known) : work.IsPrefill ? 0 : Blocks(work.Computed + 1) - Blocks(work.Computed);
            if (fitting.Count < options.MaxBatchSize && needed <= free)
            {
                free -= needed;
                fitting.Add(work);
                i++;
                continue;
            }
            int last = active.FindLastIndex(end - 1, end - i, Running.Contains);
            if (last < 0) break;
            free += active[last].Blocks;
            paused.Add(active[last]);
            end = last;
        }
        return (fitting, paused);
    }

    private List<Work> GiveTokens(List<Work> prompts, int left)
    {
        bool allFit = prompts.Sum(work => work.Known - work.Computed) <= left;
        List<Work> given = [];
        foreach (Work work in prompts)
        {
            int pending = work.Known - work.Computed;
            int tokens = pending;
            if (!options.ChunkedPrefill)
            {
                if (pending > left && work.Known <= options.MaxNumTokens) break;
                tokens = Math.Min(pending, left);
                if (tokens == 0) break;
            }
            else if (!allFit && pending > left)
            {
                tokens = left / options.TokensPerBlock * options.TokensPerBlock;
            }
            if (tokens == 0) continue;
            work.Scheduled = tokens;
            left -= tokens;
            given.Add(work);
        }
        return given;
    }
}
