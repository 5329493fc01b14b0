using System.Diagnostics.CodeAnalysis;
using Simulator.Models.Catalogues;

namespace Simulator.Models.Architectures;

/// <summary>Catalogue of model architectures. Sizes are those of the published <c>config.json</c> files.</summary>
/// <remarks>
/// Left out everywhere: vision towers, drafting layers (multi-token prediction) and biases. In names an underscore stands for
/// the dot of a version, or parts version and size. Models with the same shape are one entry with aliases.
/// </remarks>
[SuppressMessage(
    "Naming", "CA1707:Identifiers should not contain underscores", Justification = "An underscore stands for the dot of a version.")]
public static partial class ModelArchitectures
{
    // Built on first use, since initialisers in the other files of this class run in no fixed order.
    private static readonly Lazy<Catalogue<ModelArchitecture>> Catalogue = new(() =>
        new("model", "List all with: simulator catalog models", m => m.Id, [.. LlamaFamily(), .. QwenFamily(), .. OtherFamilies()]));

    /// <summary>All models, by family.</summary>
    public static IReadOnlyList<ModelArchitecture> All => Catalogue.Value.All;

    /// <summary>The model of an id or an alias; case and separators do not matter.</summary>
    /// <param name="name">Id, alias or Hugging Face name, such as <c>llama-3.1-8b</c> or <c>meta-llama/Llama-3.1-8B-Instruct</c>.</param>
    /// <exception cref="UnknownNameException">No model has the name; the message names the closest.</exception>
    public static ModelArchitecture Find(string name) =>
        TryFind(name, out ModelArchitecture? model) ? model : Catalogue.Value.Find(Base(name));

    /// <summary>The model of an id or an alias, if there is one; case and separators do not matter.</summary>
    /// <param name="name">Id, alias or Hugging Face name.</param>
    /// <param name="model">The model.</param>
    public static bool TryFind(string name, [NotNullWhen(true)] out ModelArchitecture? model) =>
        Catalogue.Value.TryFind(name, out model) || Catalogue.Value.TryFind(Base(name), out model);

    /// <summary>A Hugging Face name without its owner and the words of fine-tuning and packaging, which do not change the shape.</summary>
    private static string Base(string name)
    {
        string[] packaging =
        [
            "-hf", "-base", "-chat", "-instruct", "-it", "-thinking", "-exp", "-v0.1", "-v0.2", "-v0.3", "-2407", "-2507", "-0324", "-0528",
            "-bf16", "-fp8", "-fp4", "-nvfp4", "-awq", "-gptq", "-int4", "-int8", "-dynamic",
        ];
        string bare = name[(name.LastIndexOf('/') + 1)..];
        if (bare.StartsWith("Meta-", StringComparison.OrdinalIgnoreCase))
            bare = bare["Meta-".Length..];
        for (string before = ""; before != bare;)
        {
            before = bare;
            foreach (string word in packaging)
            {
                if (bare.EndsWith(word, StringComparison.OrdinalIgnoreCase))
                    bare = bare[..^word.Length];
            }
        }

        return bare;
    }

    private static LayerSpec[] Repeat(int layers, AttentionSpec attention, FeedForwardSpec feedForward) =>
        [.. Enumerable.Repeat(new LayerSpec(attention, feedForward), layers)];

    /// <summary>A model whose layers are all grouped-query attention and a gated feed-forward.</summary>
    private static ModelArchitecture Dense(
        string id, string name, string source, int layers, int hidden, int heads, int kvHeads, int intermediate, int vocabulary,
        int context, int headDim = 128, bool tied = false) => new()
        {
            Id = id,
            Name = name,
            Source = source + " config.json",
            HiddenSize = hidden,
            VocabularySize = vocabulary,
            ContextWindow = context,
            TiedEmbeddings = tied,
            Layers = Repeat(layers, new GroupedQueryAttention(heads, kvHeads, headDim), new DenseFeedForward(intermediate)),
        };

    /// <summary>A model whose layers are all grouped-query attention and a mixture of experts.</summary>
    private static ModelArchitecture Mixture(
        string id, string name, string source, int layers, int hidden, int heads, int kvHeads, MixtureOfExperts experts, int vocabulary,
        int context, int headDim = 128) => new()
        {
            Id = id,
            Name = name,
            Source = source + " config.json",
            HiddenSize = hidden,
            VocabularySize = vocabulary,
            ContextWindow = context,
            Layers = Repeat(layers, new GroupedQueryAttention(heads, kvHeads, headDim), experts),
        };

    /// <summary>A model with latent attention, whose first layers are dense and the rest mixtures of experts.</summary>
    private static ModelArchitecture Latent(
        string id, string name, string source, int layers, int hidden, LatentAttention attention, int denseLayers, int intermediate,
        MixtureOfExperts experts, int vocabulary, int context) => new()
        {
            Id = id,
            Name = name,
            Source = source + " config.json",
            HiddenSize = hidden,
            VocabularySize = vocabulary,
            ContextWindow = context,
            Layers =
            [
                .. Repeat(denseLayers, attention, new DenseFeedForward(intermediate)), .. Repeat(layers - denseLayers, attention, experts),
            ],
        };
}
