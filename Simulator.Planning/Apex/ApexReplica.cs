namespace Simulator.Planning.Apex;

/// <summary>A replica of the model that serves its share of the trace.</summary>
internal interface IApexReplica
{
    /// <summary>Serves requests.</summary>
    /// <param name="requests">The requests of the replica, in the order of the trace.</param>
    ReplicaRun Run(ApexRequest[] requests);
}

/// <summary>What a replica did.</summary>
/// <param name="TotalMicroseconds">Its time, µs.</param>
/// <param name="Microjoules">Energy of all its devices, µJ.</param>
/// <param name="Shares">Its shares of the trace.</param>
/// <param name="Fault">Why it cannot serve them; null when it does.</param>
internal readonly record struct ReplicaRun(double TotalMicroseconds, double Microjoules, IReadOnlyList<ApexShareRun> Shares, string? Fault = null);

/// <summary>Sums over the iterations of a share.</summary>
internal sealed class ShareSums(int parts)
{
    private readonly List<ApexIterations> _iterations = [];
    private long _turns;
    private long _requests;
    private long _tokens;

    /// <summary>Time of each part of a stage, µs.</summary>
    public double[] Parts { get; } = new double[parts];

    /// <summary>Energy of one stage, µJ.</summary>
    public double Microjoules { get; set; }

    /// <summary>Adds equal iterations; energy is added by the caller.</summary>
    public void Add(StageCost cost, int iterations, long requests, long tokens)
    {
        for (int part = 0; part < Parts.Length; part++) Parts[part] += iterations * cost.Parts[part];
        if (_iterations.Count > 0 && _iterations[^1].Microseconds == cost.Microseconds)
            _iterations[^1] = new(cost.Microseconds, _iterations[^1].Count + iterations);
        else
            _iterations.Add(new(cost.Microseconds, iterations));
        _turns += iterations;
        _requests += iterations * requests;
        _tokens += iterations * tokens;
    }

    /// <summary>Adds a turn in which nothing ran.</summary>
    public void AddIdleTurn() => _turns++;

    /// <summary>The share as it is reported.</summary>
    public ApexShareRun ToRun(
        IReadOnlyList<double> finish, IReadOnlyList<ApexRequestTimes> times, IReadOnlyList<IReadOnlyList<double>>? tokenTimes, long capacity) => new()
        {
            Requests = times.Count,
            CapacityTokens = capacity,
            Iterations = _iterations,
            FinishMicroseconds = finish,
            Times = times,
            TokenMicroseconds = tokenTimes,
            Microjoules = Microjoules,
            RequestsPerIteration = _requests / (double)_turns,
            TokensPerIteration = _tokens / (double)_turns,
            Parts = Parts,
        };
}
