namespace Simulator.Cli.Validation;

/// <summary>One measured run, and how ours compares.</summary>
/// <param name="Name">Name of the case.</param>
/// <param name="Matched">True when everything is within the tolerances of its set.</param>
/// <param name="LargestErrorSeconds">Largest difference of a time, seconds; null when there is nothing to compare.</param>
/// <param name="FirstMismatch">The first thing that differs, or why the case could not be run; null when it matched.</param>
/// <param name="Requests">Requests that were compared; null where cases are not made of requests.</param>
/// <param name="Iterations">Iterations that ran; null where they are not compared.</param>
internal sealed record ValidationCase(
    string Name, bool Matched, double? LargestErrorSeconds, string? FirstMismatch, long? Requests, long? Iterations)
{
    /// <summary>A case that could not be run.</summary>
    public static ValidationCase NotRun(string name, string reason) => new(name, false, null, reason, null, null);
}
