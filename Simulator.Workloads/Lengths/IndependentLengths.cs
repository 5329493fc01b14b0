using Simulator.Core.Randomness;

namespace Simulator.Workloads.Lengths;

/// <summary>Prompts and outputs that do not depend on each other.</summary>
/// <param name="prompt">Prompt lengths.</param>
/// <param name="output">Output lengths.</param>
public sealed class IndependentLengths(ILengthDistribution prompt, ILengthDistribution output) : IRequestLengths
{
    /// <summary>Requests of one prompt length and one output length.</summary>
    /// <param name="promptTokens">Prompt in tokens, at least 0.</param>
    /// <param name="outputTokens">Output in tokens, at least 0.</param>
    public static IndependentLengths Fixed(int promptTokens, int outputTokens) => new(new FixedLength(promptTokens), new FixedLength(outputTokens));

    /// <inheritdoc/>
    public RequestLength Next(RandomStream random) => new(prompt.Next(random), output.Next(random));
}
