using Simulator.Models.Devices;

namespace Simulator.Models.Architectures;

/// <summary>Shape of a decoder-only language model: all that its cost and its memory depend on.</summary>
public sealed record ModelArchitecture
{
    /// <summary>Lower-case id, such as <c>llama-3.1-8b</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Name for people.</summary>
    public required string Name { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Vocabulary, in tokens.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Context window: prompt and output together, in tokens.</summary>
    public required int ContextWindow { get; init; }

    /// <summary>True when the output head shares its matrix with the embedding.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>The layers, first to last. Equal layers are equal values, so they can be grouped.</summary>
    public required IReadOnlyList<LayerSpec> Layers { get; init; }

    /// <summary>Where the figures come from.</summary>
    public required string Source { get; init; }

    /// <summary>Weights of the whole model by part. Drafting layers (multi-token prediction) and vision towers are left out.</summary>
    public ParameterCounts Parameters
    {
        get
        {
            long table = (long)VocabularySize * HiddenSize;
            var counts = new ParameterCounts { Norms = HiddenSize, Embedding = table, Head = TiedEmbeddings ? 0 : table };
            foreach (LayerSpec layer in Layers)
                counts += ParameterCounts.Of(layer, HiddenSize);
            return counts;
        }
    }

    /// <summary>All weights of the model.</summary>
    public long ParameterCount => Parameters.Total;

    /// <summary>Weights that one token is multiplied with: the chosen and shared experts, everything else, and the output head.</summary>
    /// <remarks>
    /// The input embedding is a look-up and does not count, as in the gpt-oss model card (arXiv 2508.10925); Qwen's and DeepSeek's
    /// published figures include it. The forward pass of a token costs two operations for each of these, and attention.
    /// </remarks>
    public long ActiveParametersPerToken
    {
        get
        {
            long active = (long)VocabularySize * HiddenSize + HiddenSize;
            foreach (LayerSpec layer in Layers)
                active += layer.Attention.ParameterCount(HiddenSize) + layer.FeedForward.ActiveParameterCount(HiddenSize) + 2L * HiddenSize;
            return active;
        }
    }

    /// <summary>Bytes that the KV caches of all layers keep of each token, window or not.</summary>
    /// <param name="format">Format of the cache.</param>
    public double KvBytesPerToken(NumberFormat format)
    {
        long elements = 0;
        foreach (LayerSpec layer in Layers)
            elements += layer.Attention.KvElementsPerToken;
        return elements * format.BytesPerElement();
    }

    /// <summary>State of fixed size that each sequence holds beside the KV cache (linear attention), bytes.</summary>
    public long StateBytesPerSequence
    {
        get
        {
            long bytes = 0;
            foreach (LayerSpec layer in Layers)
                bytes += layer.Attention.StateBytesPerSequence;
            return bytes;
        }
    }
}
