using CsvHelper;
using Simulator.Core.Time;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces.Writing;

namespace Simulator.Workloads.Traces;

/// <summary>A workload that writes down every request that is taken from it, so that the run can be replayed (invariant 11).</summary>
/// <remarks>
/// <para>The record is a trace in the simulator's own CSV, in the order of the arrivals, with all that a request holds: content, timeouts and
/// failures too. It is written as the run goes and holds requests that end in no file of results, such as those that are still in
/// flight at its end.</para>
/// <para>Read it with <see cref="Trace.Open"/> and <see cref="Trace.KeepClock"/>. Through the same cluster, with the same seed and options, it
/// gives the same result. That goes for a closed loop as well, unless a client sends again at the very instant at which its patience
/// ended: what arrives by itself then comes before that end, not after it.</para>
/// </remarks>
/// <example><code>
/// using (FileStream file = File.Create("workload.csv"))
/// using (RecordingWorkload workload = new(clients, file))
///     run = ServingSimulation.Run(cluster, workload, seed: 7);
/// RunResult same = ServingSimulation.Run(cluster, Trace.Open("workload.csv").KeepClock(), seed: 7);
/// </code></example>
public sealed class RecordingWorkload : IWorkload, IDisposable
{
    private readonly IWorkload _workload;
    private readonly CsvWriter _csv;

    /// <summary>Begins the record with its header.</summary>
    /// <param name="workload">Where the requests come from.</param>
    /// <param name="stream">Where to write, in UTF-8 with LF line ends. It stays open.</param>
    public RecordingWorkload(IWorkload workload, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(stream);
        _workload = workload;
        _csv = CsvTraceWriter.CreateCanonical(stream);
    }

    /// <inheritdoc/>
    public bool TryPeek(out SimTime arrival) => _workload.TryPeek(out arrival);

    /// <inheritdoc/>
    public Request Take()
    {
        Request request = _workload.Take();
        CsvTraceWriter.WriteCanonical(_csv, request);
        return request;
    }

    /// <inheritdoc/>
    public void OnEnded(Request request, RequestOutcome outcome, SimTime at) => _workload.OnEnded(request, outcome, at);

    /// <summary>Writes what is left to the stream. The stream and the workload stay open.</summary>
    public void Dispose() => _csv.Dispose();
}
