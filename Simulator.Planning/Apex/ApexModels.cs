using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Simulator.Planning.Apex;

/// <summary>The models that ship with APEX, as its configurations and its model classes have them.</summary>
/// <remarks>
/// Its Mixtral and Mistral configurations say one KV head where the models have eight; its Mixtral carries a dense network beside
/// the experts that the model does not have (<c>models/mixtral.py:73,81</c>); its llama3.1 configurations are read as multi-head
/// attention. <see cref="ApexModel.Of"/> gives a model as it is.
/// </remarks>
[SuppressMessage("Naming", "CA1707:Identifiers should not contain underscores", Justification = "An underscore stands for the dot of a version.")]
public static partial class ApexModels
{
    /// <summary>Llama 3 70B: <c>llama3_70b_config.json</c>.</summary>
    public static ApexModel Llama3_70B { get; } = Llama3("llama3-70b", 80, 8192, 64, 8, 28672);

    /// <summary>Llama 3.1 70B, read as multi-head attention: <c>llama3.1_70b_config.json</c>.</summary>
    public static ApexModel Llama3_1_70B { get; } = Llama("llama3.1-70b", 80, 8192, 64, 28672);

    /// <summary>Llama 3.1 8B, read as multi-head attention: <c>llama3.1_8b_config.json</c>.</summary>
    public static ApexModel Llama3_1_8B { get; } = Llama("llama3.1-8b", 32, 4096, 32, 14336);

    /// <summary>Mistral 7B: <c>mistral_config.json</c>.</summary>
    public static ApexModel Mistral7B { get; } = Llama3("mistral-7b", 32, 4096, 32, 1, 14336);

    /// <summary>Mixtral 8x7B: <c>mixtral8x7b_config.json</c>.</summary>
    public static ApexModel Mixtral8x7B { get; } = Mixtral("mixtral-8x7b", 32, 4096, 32, 14336);

    /// <summary>Mixtral 8x22B: <c>mixtral8x22b_config.json</c>.</summary>
    public static ApexModel Mixtral8x22B { get; } = Mixtral("mixtral-8x22b", 56, 6144, 48, 16384);

    /// <summary>
    /// The model of a configuration file: the shipped name, or the family with another number of layers, such as
    /// <c>llama3_L40.json</c> or <c>mixtral8x7b_L16.json</c>; null when there is none.
    /// </summary>
    /// <param name="file">Name of the file, with or without its folder and extension.</param>
    public static ApexModel? Find(string file)
    {
        Match match = FileName().Match(Path.GetFileName(file));
        ApexModel? model = match.Groups["family"].Value.ToLowerInvariant() switch
        {
            "llama3" or "llama3_70b" => Llama3_70B,
            "llama3.1" or "llama3.1_70b" => Llama3_1_70B,
            "llama3.1_8b" => Llama3_1_8B,
            "mistral" or "mistral_7b" => Mistral7B,
            "mixtral" or "mixtral8x7b" => Mixtral8x7B,
            "mixtral8x22b" => Mixtral8x22B,
            _ => null,
        };
        if (model is null || !match.Groups["layers"].Success) return model;
        return int.TryParse(match.Groups["layers"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int layers) && layers > 0
            ? model with { Name = $"{model.Name} of {layers} layers", Blocks = layers } : null;
    }

    [GeneratedRegex(@"^(?<family>.+?)(_config)?(_L(?<layers>\d+))?(\.json)?$", RegexOptions.IgnoreCase)]
    private static partial Regex FileName();

    private static ApexModel Llama3(string name, int layers, int hidden, int heads, int kvHeads, int inner) => new(name, layers,
        [new ApexAttention(hidden, heads, kvHeads), new ApexFeedForward(hidden, inner, ApexFeedForwardKind.SwiGlu)]);

    private static ApexModel Llama(string name, int layers, int hidden, int heads, int inner) => new(name, layers,
        [new ApexAttention(hidden, heads, heads, Grouped: false), new ApexFeedForward(hidden, inner, ApexFeedForwardKind.Glu)]);

    private static ApexModel Mixtral(string name, int layers, int hidden, int heads, int inner) => new(name, layers,
    [
        new ApexAttention(hidden, heads, 1),
        new ApexFeedForward(hidden, inner, ApexFeedForwardKind.Mlp),
        new ApexFeedForward(hidden, inner, ApexFeedForwardKind.SwiGlu, Experts: 8, ActiveExperts: 2),
    ]);
}
