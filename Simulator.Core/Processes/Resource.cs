using Simulator.Core.Statistics;

namespace Simulator.Core.Processes;

/// <summary>A number of equal units (servers, batch slots), each used by one process at a time; who comes first is served first.</summary>
/// <example>
/// <code>
/// using Lease lease = server.Request();
/// yield return lease;
/// yield return simulation.Timeout(service);
/// </code>
/// </example>
public class Resource : IClaimServer
{
    private readonly Simulation _simulation;
    private readonly WaitingLine _line;

    /// <summary>A resource with all units free.</summary>
    /// <param name="simulation">The simulation that it belongs to.</param>
    /// <param name="capacity">Number of units, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1.</exception>
    public Resource(Simulation simulation, int capacity = 1)
    {
        ArgumentNullException.ThrowIfNull(simulation);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _simulation = simulation;
        Capacity = capacity;
        _line = new WaitingLine(simulation);
        InUseOverTime = new TimeWeighted(simulation.Now);
    }

    /// <summary>Number of units.</summary>
    public int Capacity { get; }

    /// <summary>Units in use.</summary>
    public int InUse { get; private set; }

    /// <summary>Requests that wait.</summary>
    public int QueueLength => _line.Length;

    /// <summary>Units in use, over time.</summary>
    public TimeWeighted InUseOverTime { get; }

    /// <summary>Requests that wait, over time.</summary>
    public TimeWeighted QueueLengthOverTime => _line.LengthOverTime;

    /// <summary>Seconds from request to grant, of all requests granted; 0 for those granted at once.</summary>
    public Tally WaitingTime { get; } = new();

    /// <summary>Share of the capacity in use so far, as a time average from 0 to 1.</summary>
    public double Utilization => InUseOverTime.Average(_simulation.Now) / Capacity;

    /// <summary>Asks for one unit. The lease succeeds when the unit is granted; disposing it gives the unit back.</summary>
    public Lease Request() => Enqueue(priority: 0);

    private protected Lease Enqueue(int priority)
    {
        var lease = new Lease(_simulation, this, priority);
        if (InUse < Capacity) Grant(lease);
        else _line.Add(lease);
        return lease;
    }

    void IClaimServer.Withdraw(Claim claim)
    {
        var lease = (Lease)claim;
        if (lease.IsEnded) return;
        lease.IsEnded = true;
        if (_line.Remove(lease)) return;
        SetInUse(InUse - 1);
        if (_line.First is not Lease next) return;
        _line.Remove(next);
        Grant(next);
    }

    private void Grant(Lease lease)
    {
        SetInUse(InUse + 1);
        WaitingTime.Add((_simulation.Now - lease.RequestedAt).ToSeconds());
        lease.Trigger(null);
    }

    private void SetInUse(int units)
    {
        InUse = units;
        InUseOverTime.Set(_simulation.Now, units);
    }
}
