namespace Simulator.Models.Architectures;

/// <summary>Weights of a model, or of some of its layers, by the part that holds them.</summary>
/// <param name="Attention">Attention projections.</param>
/// <param name="DenseFeedForward">Dense feed-forward blocks.</param>
/// <param name="RoutedExperts">Routed experts, all of them.</param>
/// <param name="SharedExperts">Experts that every token uses.</param>
/// <param name="Routers">Routers of the mixtures of experts.</param>
/// <param name="Norms">Norms of the residual stream.</param>
/// <param name="Embedding">Input embedding.</param>
/// <param name="Head">Output head; 0 when it shares its matrix with the embedding.</param>
public readonly record struct ParameterCounts(
    long Attention, long DenseFeedForward, long RoutedExperts, long SharedExperts, long Routers, long Norms, long Embedding, long Head)
{
    /// <summary>All weights.</summary>
    public long Total => Attention + DenseFeedForward + RoutedExperts + SharedExperts + Routers + Norms + Embedding + Head;

    /// <summary>Part-wise sum.</summary>
    public static ParameterCounts operator +(ParameterCounts a, ParameterCounts b) => new(
        a.Attention + b.Attention, a.DenseFeedForward + b.DenseFeedForward, a.RoutedExperts + b.RoutedExperts,
        a.SharedExperts + b.SharedExperts, a.Routers + b.Routers, a.Norms + b.Norms, a.Embedding + b.Embedding, a.Head + b.Head);

    /// <summary>Weights of one layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="hiddenSize">Width of the residual stream.</param>
    public static ParameterCounts Of(LayerSpec layer, int hiddenSize)
    {
        var counts = new ParameterCounts { Attention = layer.Attention.ParameterCount(hiddenSize), Norms = 2L * hiddenSize };
        return layer.FeedForward is MixtureOfExperts experts
            ? counts with
            {
                RoutedExperts = experts.Experts * experts.ExpertParameterCount(hiddenSize),
                SharedExperts = experts.SharedParameterCount(hiddenSize),
                Routers = experts.RouterParameterCount(hiddenSize),
            }
            : counts with { DenseFeedForward = layer.FeedForward.ParameterCount(hiddenSize) };
    }
}
