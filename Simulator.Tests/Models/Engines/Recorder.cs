using Simulator.Models.Results;

namespace Simulator.Tests.Models.Engines;

/// <summary>Keeps all that a run shows, and ends a run that gets nowhere.</summary>
internal sealed class Recorder(bool iterations = true) : IRunObserver
{
    private const int MostIterations = 200_000;

    public List<RequestRecord> Requests { get; } = [];

    public List<IterationRecord> Iterations { get; } = [];

    public List<ReplicaSample> Samples { get; } = [];

    public bool WantsIterations => iterations;

    public void OnRequestEnded(in RequestRecord record) => Requests.Add(record);

    public void OnIteration(in IterationRecord record)
    {
        Iterations.Add(record);
        if (Iterations.Count > MostIterations) throw new InvalidOperationException($"The run goes on after {MostIterations} iterations.");
    }

    public void OnSample(in ReplicaSample sample) => Samples.Add(sample);
}
