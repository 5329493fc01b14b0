using Simulator.Core.Statistics;

namespace Simulator.Core.Processes;

/// <summary>A request that may have to wait in line; it succeeds when it is served.</summary>
/// <remarks>Disposing it while it waits withdraws it, which is what an impatient or interrupted process does by its using block.</remarks>
public class Claim : Event, IDisposable
{
    private readonly IClaimServer server;

    internal Claim(Simulation simulation, IClaimServer server, int priority = 0) : base(simulation, triggersItself: true) =>
        (this.server, Priority) = (server, priority);

    internal int Priority { get; }

    /// <summary>Place among claims of the same priority.</summary>
    internal long Number { get; set; }

    /// <summary>Withdraws the claim if it still waits.</summary>
    public void Dispose()
    {
        server.Withdraw(this);
        GC.SuppressFinalize(this);
    }
}

/// <summary>What serves claims: a resource, a store, a container.</summary>
internal interface IClaimServer
{
    /// <summary>Takes back a claim, whatever its state.</summary>
    void Withdraw(Claim claim);
}

/// <summary>Claims that wait, by priority and then in the order of their coming.</summary>
internal sealed class WaitingLine(Simulation simulation)
{
    private readonly SortedSet<Claim> claims = new(
        Comparer<Claim>.Create((a, b) => a.Priority != b.Priority ? a.Priority.CompareTo(b.Priority) : a.Number.CompareTo(b.Number)));

    private long lastNumber;

    public int Length => claims.Count;

    public TimeWeighted LengthOverTime { get; } = new(simulation.Now);

    public Claim? First => claims.Min;

    public void Add(Claim claim)
    {
        claim.Number = ++lastNumber;
        claims.Add(claim);
        LengthOverTime.Set(simulation.Now, claims.Count);
    }

    /// <summary>Removes a claim; false when it does not stand in this line.</summary>
    public bool Remove(Claim claim)
    {
        bool removed = claims.Remove(claim);
        if (removed) LengthOverTime.Set(simulation.Now, claims.Count);
        return removed;
    }
}
