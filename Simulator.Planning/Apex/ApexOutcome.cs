namespace Simulator.Planning.Apex;

/// <summary>Latencies of a request.</summary>
/// <param name="FirstTokenMicroseconds">Time to the first token, µs: APEX's excludes waiting, the corrected one counts from arrival.</param>
/// <param name="TotalMicroseconds">Time to the last token, µs: APEX's is the sum of its iterations, the corrected one counts from arrival.</param>
/// <param name="Tokens">Tokens generated.</param>
public readonly record struct ApexRequestTimes(double FirstTokenMicroseconds, double TotalMicroseconds, int Tokens);

/// <summary>Equal iterations in a row.</summary>
/// <param name="Microseconds">Time of each on one stage, µs.</param>
/// <param name="Count">How many.</param>
public readonly record struct ApexIterations(double Microseconds, int Count);

/// <summary>A part of the time: a cell, a kind of collective operation, sending between stages, or idle.</summary>
/// <param name="Name">APEX's name of it.</param>
/// <param name="MeanMicroseconds">Mean over the shares of the trace, all stages together, µs.</param>
/// <param name="DeviationMicroseconds">Standard deviation over them (of the population), µs.</param>
public readonly record struct ApexTimePart(string Name, double MeanMicroseconds, double DeviationMicroseconds);

/// <summary>
/// A share of the trace that is batched on its own: in APEX one for each replica of the model, micro-batch and replica of the
/// attention; in the corrected simulation the attention replicas of a micro-batch keep step and are one.
/// </summary>
public sealed record ApexShareRun
{
    /// <summary>Requests of the share.</summary>
    public required int Requests { get; init; }

    /// <summary>Tokens that the KV cache of each attention replica holds.</summary>
    public required long CapacityTokens { get; init; }

    /// <summary>The iterations, first to last.</summary>
    public required IReadOnlyList<ApexIterations> Iterations { get; init; }

    /// <summary>When each request finished, µs.</summary>
    public required IReadOnlyList<double> FinishMicroseconds { get; init; }

    /// <summary>Latencies of each request.</summary>
    public required IReadOnlyList<ApexRequestTimes> Times { get; init; }

    /// <summary>Times of the tokens of each request, µs; null unless <see cref="ApexProblem.KeepTokenTimes"/>.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? TokenMicroseconds { get; init; }

    /// <summary>Energy of one stage as APEX adds it up, for all attention replicas together, µJ.</summary>
    public required double Microjoules { get; init; }

    /// <summary>Mean requests of an iteration, all attention replicas; idle turns count as 0. NaN when the share has no request.</summary>
    public required double RequestsPerIteration { get; init; }

    /// <summary>Mean tokens of an iteration, all attention replicas; idle turns count as 0. NaN when the share has no request.</summary>
    public required double TokensPerIteration { get; init; }

    /// <summary>Time of each part of a stage, µs.</summary>
    internal double[] Parts { get; init; } = [];
}

/// <summary>What the simulation of a plan says.</summary>
public sealed record ApexOutcome
{
    /// <summary>The plan.</summary>
    public required ApexPlan Plan { get; init; }

    /// <summary>Why the plan cannot serve the trace; null when it does, otherwise no figure below is set.</summary>
    public string? Fault { get; init; }

    /// <summary>
    /// Time of the slowest replica, µs: APEX's excludes waiting and loses iterations at the end, the corrected one is the time at
    /// which the last request finished.
    /// </summary>
    public double TotalMicroseconds { get; init; }

    /// <summary>Energy of all devices, µJ.</summary>
    public double Microjoules { get; init; }

    /// <summary>Weights of the fullest device, bytes.</summary>
    public long ParameterBytes { get; init; }

    /// <summary>Memory that the fullest device has beside its weights, bytes.</summary>
    public long ActivationBytes { get; init; }

    /// <summary>Mean requests of an iteration of a micro-batch.</summary>
    public double RequestsPerIteration { get; init; }

    /// <summary>Mean tokens of an iteration of a micro-batch.</summary>
    public double TokensPerIteration { get; init; }

    /// <summary>Where the time of a micro-batch goes; idle is last.</summary>
    public IReadOnlyList<ApexTimePart> Breakdown { get; init; } = [];

    /// <summary>Shares of the trace.</summary>
    public IReadOnlyList<ApexShareRun> Shares { get; init; } = [];

    /// <summary>Figures of the requests; null when the plan cannot serve the trace.</summary>
    public ApexMetrics? Metrics { get; init; }
}
