using Simulator.Core.Time;
using Simulator.Workloads.Requests;

namespace Simulator.Cli.Workloads;

/// <summary>A workload whose clients send nothing from a time on.</summary>
internal sealed class EndingWorkload(IWorkload clients, SimTime end) : IWorkload, IDisposable
{
    public bool TryPeek(out SimTime arrival) => clients.TryPeek(out arrival) && arrival < end;

    public Request Take() =>
        TryPeek(out _) ? clients.Take() : throw new InvalidOperationException("No client sends a request before the end.");

    public void OnEnded(Request request, RequestOutcome outcome, SimTime at) => clients.OnEnded(request, outcome, at);

    public void Dispose() => (clients as IDisposable)?.Dispose();
}
