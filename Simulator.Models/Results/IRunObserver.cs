using Simulator.Core.Time;

namespace Simulator.Models.Results;

/// <summary>Sees a run as it goes, for records beyond the statistics. It must not change anything.</summary>
public interface IRunObserver
{
    /// <summary>True to be told of every iteration; a run without it does not visit the iterations of a stretch.</summary>
    bool WantsIterations { get; }

    /// <summary>True to be told of every row of every iteration, and of preemptions.</summary>
    /// <value>False.</value>
    bool WantsRows => false;

    /// <summary>A request has ended. Ends come in the order of time.</summary>
    /// <param name="record">What became of it; valid for good.</param>
    void OnRequestEnded(in RequestRecord record);

    /// <summary>An iteration has run. Iterations of one replica come in order; those of several interleave by stretches.</summary>
    /// <param name="record">What ran.</param>
    void OnIteration(in IterationRecord record);

    /// <summary>A row of an iteration has run. Told where <see cref="WantsRows"/> is true, in the order of iterations and, within one, in
    /// running order; the rows of a stretch come after all its iterations.</summary>
    /// <param name="record">What ran.</param>
    void OnRow(in RowRecord record)
    {
    }

    /// <summary>A running request was preempted. Told where <see cref="WantsRows"/> is true, when it happens.</summary>
    /// <param name="record">Which, and when.</param>
    void OnPreemption(in PreemptionRecord record)
    {
    }

    /// <summary>The state of a replica at a sampling instant of <see cref="Clusters.RunOptions.SampleEvery"/>.</summary>
    /// <param name="sample">What stood where.</param>
    void OnSample(in ReplicaSample sample);
}

/// <summary>State of a replica at one instant.</summary>
/// <param name="Time">The instant.</param>
/// <param name="Replica">Replica of the run, from 0.</param>
/// <param name="Running">Sequences that run.</param>
/// <param name="Waiting">Sequences in the waiting queue.</param>
/// <param name="KvBlocksUsed">KV blocks that sequences hold.</param>
/// <param name="GeneratedTokens">Tokens generated so far.</param>
public readonly record struct ReplicaSample(
    SimTime Time, int Replica, int Running, int Waiting, long KvBlocksUsed, long GeneratedTokens)
{
    /// <summary>Energy of its devices so far, joules: of iterations, of one that runs the part that has passed, and idle power between them.</summary>
    public double EnergyJoules { get; init; }
}
