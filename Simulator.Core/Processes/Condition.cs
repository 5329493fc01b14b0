namespace Simulator.Core.Processes;

/// <summary>Succeeds once enough of its members have; fails with the first that fails.</summary>
internal sealed class Condition : Event
{
    private readonly Event[] _members;
    private readonly Action<Event> _observe;
    private int _missing;

    /// <summary>Waits until as many members as needed have succeeded; with none needed, succeeds at once.</summary>
    public Condition(Simulation simulation, ReadOnlySpan<Event> members, int needed) : base(simulation, triggersItself: true)
    {
        _members = members.ToArray();
        _observe = Observe;
        _missing = needed;
        if (needed == 0) Trigger(null);
        foreach (Event member in members)
        {
            if (IsTriggered) break;
            if (member.Simulation != simulation) throw new InvalidOperationException("A condition joins events of one simulation only.");
            if (member.IsProcessed) Observe(member);
            else member.AddCallback(_observe);
        }
    }

    private void Observe(Event member)
    {
        if (IsTriggered || (member.Fault is null && --_missing > 0)) return;

        // A member that fails later on is no longer this condition's business, and must not pass for seen.
        foreach (Event other in _members) other.RemoveCallback(_observe);
        Trigger(member.Fault);
    }
}
