using Simulator.Workloads.Lengths;

namespace Simulator.Workloads.Generators;

/// <summary>A kind of request in a generated workload.</summary>
/// <param name="Name">Class for results, such as <c>api</c>.</param>
/// <param name="Lengths">Its prompts and outputs.</param>
public sealed record RequestClass(string Name, IRequestLengths Lengths)
{
    /// <summary>Its share of the requests, relative to the other classes; above 0, 1 by default.</summary>
    public double Share { get; init; } = 1;

    /// <summary>The model that it asks for; empty by default.</summary>
    public string Model { get; init; } = "";

    /// <summary>Its scheduling priority; lower goes first, 0 by default.</summary>
    public int Priority { get; init; }
}
