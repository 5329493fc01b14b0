using Simulator.Models.Results;

namespace Simulator.Tests.Models.Engines;

/// <summary>Keeps all that a run shows.</summary>
internal sealed class Recorder(bool iterations = true) : IRunObserver
{
    public List<RequestRecord> Requests { get; } = [];

    public List<IterationRecord> Iterations { get; } = [];

    public List<ReplicaSample> Samples { get; } = [];

    public bool WantsIterations => iterations;

    public void OnRequestEnded(in RequestRecord record) => Requests.Add(record);

    public void OnIteration(in IterationRecord record) => Iterations.Add(record);

    public void OnSample(in ReplicaSample sample) => Samples.Add(sample);
}
