using Simulator.Models.Results;
using Simulator.Planning.Plans;

namespace Simulator.Planning.Search;

/// <summary>What became of a plan.</summary>
/// <param name="Number">Its place in the space, from 0; −1 for one beside the space.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Fit">Whether it can run.</param>
/// <param name="Result">What its users saw; null when it cannot run.</param>
public sealed record PlanOutcome(long Number, Plan Plan, PlanFit Fit, RunResult? Result)
{
    /// <summary>The highest rate of requests that it serves within the SLOs, requests/s; null when that was not looked for.</summary>
    public double? CapacityPerSecond { get; init; }
}
