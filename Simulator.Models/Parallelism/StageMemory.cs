using Simulator.Models.Architectures;
using Simulator.Models.Caching;
using Simulator.Models.Devices;

namespace Simulator.Models.Parallelism;

/// <summary>What one device of a pipeline stage holds, bytes.</summary>
/// <param name="Weights">Weights.</param>
/// <param name="Activations">Peak of activations and logits.</param>
/// <param name="States">States of linear attention, for the most sequences that run.</param>
/// <param name="Page">One page of the KV cache: a block of any of its <see cref="KvGroups"/>; 0 when no layer has a cache that grows.</param>
internal readonly record struct StageMemory(long Weights, long Activations, long States, long Page)
{
    /// <summary>
    /// Bytes for each logit when the next token is sampled: its 16- and 32-bit value, a sorted copy with 64-bit indices, probabilities,
    /// their running sum and noise.
    /// </summary>
    private const int BytesPerLogit = 32;

    public static StageMemory Of(
        ModelArchitecture model, ParallelPlan plan, Quantization formats, MemoryOptions options, KvGroups groups, int stage)
    {
        int first = plan.FirstLayerOfStage(model.Layers.Count, stage);
        int count = plan.LayersOfStage(model.Layers.Count, stage);
        bool last = stage == plan.Pipeline - 1;
        double plain = formats.Weights == NumberFormat.Fp32 ? 4 : 2;
        double weights = 0;
        long states = 0, widest = 0, gathered = 0;
        for (int i = first; i < first + count; i++)
        {
            LayerSpec layer = model.Layers[i];
            weights += LayerWeights(layer, model.HiddenSize, plan, formats, plain);
            double cached = layer.Attention.KvElementsPerTokenOn(plan.Tensor) * formats.KvCache.BytesPerElement();
            gathered = Math.Max(gathered, (long)Math.Ceiling(options.SequenceTokens * cached));
            states += layer.Attention.StateBytesPerSequence / plan.Tensor;
            widest = Math.Max(widest, ActivationElements(layer, model.HiddenSize, plan));
        }

        double table = (double)model.VocabularySize * model.HiddenSize / plan.Tensor * plain;
        bool embedding = stage == 0, head = last && !(model.TiedEmbeddings && stage == 0);
        weights += (embedding ? table : 0) + (head ? table : 0) + (last ? model.HiddenSize * plain : 0);
        long activation = TokensOfDevice(plan, options) * widest * (formats.Activations == NumberFormat.Fp32 ? 4 : 2)
            + (plan.Context > 1 ? gathered : 0);
        long logits = last ? (long)options.MaxSequences * model.VocabularySize * BytesPerLogit : 0;
        long page = (groups.BlockBytes(first, count) + plan.Context - 1) / plan.Context;
        return new((long)Math.Ceiling(weights), Math.Max(activation, logits), states * options.MaxSequences, page);
    }

    /// <summary>Most tokens of an iteration on one device: every decode row, and a share of the prefill tokens.</summary>
    private static long TokensOfDevice(ParallelPlan plan, MemoryOptions options)
    {
        int decodes = plan.Context > 1 ? Math.Min(options.MaxSequences, options.MaxBatchedTokens) : 0;
        return decodes + (options.MaxBatchedTokens - decodes + plan.Context - 1L) / plan.Context;
    }

    private static double LayerWeights(LayerSpec layer, int hidden, ParallelPlan plan, Quantization formats, double plain)
    {
        double bytes = layer.Attention.ParameterCountOn(hidden, plan.Tensor) * formats.WeightBytes + 2 * hidden * plain;
        return bytes + layer.FeedForward switch
        {
            MixtureOfExperts f => (double)f.Experts * f.ExpertParameterCount(hidden) / plan.ExpertDevices * formats.ExpertWeightBytes
                + (double)f.SharedParameterCount(hidden) / plan.DenseDevices * formats.WeightBytes + f.RouterParameterCount(hidden) * plain,
            var f => (double)f.ParameterCount(hidden) / plan.DenseDevices * formats.WeightBytes,
        };
    }

    /// <summary>
    /// Numbers alive for each token at the widest point of a layer: the residual stream and its normed copy, and the larger of
    /// the attention block (projections and output) and the feed-forward (both halves and their product, for each chosen expert).
    /// </summary>
    /// <remarks>
    /// Over another number of devices the feed-forward has as many more tokens as its columns are fewer; but where it serves several ranks, the
    /// rows of all of them are gathered, and its outputs are not yet added up.
    /// </remarks>
    private static long ActivationElements(LayerSpec layer, int hidden, ParallelPlan plan)
    {
        int tensor = plan.Tensor;
        bool gathers = plan.DenseDevices > tensor && layer.FeedForward is not MixtureOfExperts { SharedIntermediate: 0 };
        long gathered = gathers ? 2L * plan.DenseDevices / tensor * hidden : 0;
        long attention = layer.Attention switch
        {
            GroupedQueryAttention a => (long)a.HeadDim * a.QueryHeads * (a.OutputGate ? 3 : 2) / tensor + a.KvElementsPerTokenOn(tensor),
            LatentAttention a => a.QueryRank + a.KvElementsPerToken +
                (long)a.Heads * (2 * a.NopeHeadDim + a.RopeHeadDim + 2 * a.ValueHeadDim) / tensor,
            LinearAttention a => (2L * a.KeyHeads * a.KeyHeadDim + 3L * a.ValueHeads * a.ValueHeadDim) / tensor,
            _ => 0,
        };
        long feedForward = layer.FeedForward switch
        {
            DenseFeedForward f => (f.Gated ? 3L : 2L) * f.Intermediate / tensor,
            MixtureOfExperts f => f.ActiveExperts * (3L * f.ExpertIntermediate / tensor + hidden) + 3L * f.SharedIntermediate / tensor,
            _ => 0,
        };
        return 2L * hidden + Math.Max(attention, feedForward + gathered);
    }
}
