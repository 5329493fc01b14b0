using Simulator.Cli.Scenarios;
using Simulator.Core.Time;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Sessions;

namespace Simulator.Cli.Workloads;

/// <summary>Sessions whose users wait no longer than a scenario says.</summary>
internal sealed class SessionLimits(SessionWorkload sessions, TimeoutsSection limits) : IWorkload, IDisposable
{
    public bool TryPeek(out SimTime arrival) => sessions.TryPeek(out arrival);

    public Request Take() => sessions.Take() with { QueueTimeout = limits.Queue, Timeout = limits.Total, CancelAfter = limits.CancelAfter };

    public void OnEnded(Request request, RequestOutcome outcome, SimTime at) => sessions.OnEnded(request, outcome, at);

    public void Dispose() => sessions.Dispose();
}
