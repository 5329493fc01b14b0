using Simulator.Models.Results;

namespace Simulator.Planning.Search;

/// <summary>A figure that plans are compared by.</summary>
/// <param name="Name">Its name, such as <c>ttft-p99</c>.</param>
/// <param name="Meaning">What it is, in words.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="HigherIsBetter">Whether more of it is better.</param>
/// <param name="Value">Its value; null when a plan has none, as a latency without a completed request.</param>
public sealed record Objective(string Name, string Meaning, string Unit, bool HigherIsBetter, Func<PlanOutcome, double?> Value)
{
    /// <summary>Whether a value is better than another.</summary>
    public bool IsBetter(double value, double than) => HigherIsBetter ? value > than : value < than;

    /// <summary>A figure of the run.</summary>
    internal static Objective OfRun(string name, string meaning, string unit, bool higherIsBetter, Func<RunResult, double?> value) =>
        new(name, meaning, unit, higherIsBetter, outcome => outcome.Result is { } run ? value(run) : null);
}

/// <summary>A bound that a plan must keep.</summary>
/// <param name="Objective">What is bounded.</param>
/// <param name="Bound">The worst value that is allowed.</param>
public readonly record struct Constraint(Objective Objective, double Bound)
{
    /// <summary>Whether a plan keeps it; one without the figure does not.</summary>
    public bool IsMetBy(PlanOutcome outcome) => Objective.Value(outcome) is { } value && !Objective.IsBetter(Bound, value);
}
