using System.Text;
using Simulator.Models.Results;
using Simulator.Reports.Timelines;

namespace Simulator.Cli.Running;

/// <summary>Draws the first requests of a run when it is over.</summary>
/// <param name="stream">Takes the SVG; it stays open.</param>
/// <param name="requests">Requests to draw at most.</param>
/// <param name="title">What stands above them.</param>
internal sealed class TimelineWriter(Stream stream, int requests, string title) : IRunObserver, IDisposable
{
    private readonly TimelineRecorder _recorder = new(requests);

    public bool WantsIterations => _recorder.WantsIterations;

    public bool WantsRows => _recorder.WantsRows;

    public void OnRequestEnded(in RequestRecord record) => _recorder.OnRequestEnded(record);

    public void OnIteration(in IterationRecord record) => _recorder.OnIteration(record);

    public void OnRow(in RowRecord record) => _recorder.OnRow(record);

    public void OnPreemption(in PreemptionRecord record) => _recorder.OnPreemption(record);

    public void OnSample(in ReplicaSample sample) => _recorder.OnSample(sample);

    public void Dispose() => stream.Write(Encoding.UTF8.GetBytes(TimelineFigure.Draw(_recorder.ToTimeline(), title)));
}
