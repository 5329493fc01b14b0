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
}
