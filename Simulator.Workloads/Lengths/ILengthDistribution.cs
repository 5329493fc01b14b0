using Simulator.Core.Randomness;

namespace Simulator.Workloads.Lengths;

/// <summary>How many tokens a prompt, an output or another part has.</summary>
public interface ILengthDistribution
{
    /// <summary>Draws a length in tokens, at least 0.</summary>
    /// <param name="random">The stream to draw from.</param>
    int Next(RandomStream random);
}
