using Simulator.Core.Randomness;

namespace Simulator.Workloads.Lengths;

/// <summary>The lengths of one request.</summary>
/// <param name="PromptTokens">Prompt in tokens.</param>
/// <param name="OutputTokens">Tokens to generate; 0 is a failure.</param>
public readonly record struct RequestLength(int PromptTokens, int OutputTokens);

/// <summary>How long requests are, prompt and output together.</summary>
public interface IRequestLengths
{
    /// <summary>Draws the lengths of a request.</summary>
    /// <param name="random">The stream to draw from.</param>
    RequestLength Next(RandomStream random);
}
