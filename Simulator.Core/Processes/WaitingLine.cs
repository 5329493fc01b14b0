using Simulator.Core.Statistics;

namespace Simulator.Core.Processes;

/// <summary>Claims that wait, by priority and then in the order of their coming.</summary>
internal sealed class WaitingLine(Simulation simulation)
{
    private readonly SortedSet<Claim> _claims = new(
        Comparer<Claim>.Create((a, b) => a.Priority != b.Priority ? a.Priority.CompareTo(b.Priority) : a.Number.CompareTo(b.Number)));

    private long _lastNumber;

    public int Length => _claims.Count;

    public TimeWeighted LengthOverTime { get; } = new(simulation.Now);

    public Claim? First => _claims.Min;

    public void Add(Claim claim)
    {
        claim.Number = ++_lastNumber;
        _claims.Add(claim);
        LengthOverTime.Set(simulation.Now, _claims.Count);
    }

    /// <summary>Removes a claim; false when it does not stand in this line.</summary>
    public bool Remove(Claim claim)
    {
        bool removed = _claims.Remove(claim);
        if (removed) LengthOverTime.Set(simulation.Now, _claims.Count);
        return removed;
    }
}
