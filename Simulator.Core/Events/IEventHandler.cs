namespace Simulator.Core.Events;

/// <summary>What an event does when its time has come.</summary>
/// <remarks>
/// An interface and two numbers instead of a delegate: scheduling an event then allocates nothing. A model is usually one
/// handler with a few kinds of events, and the argument is an index or an identifier in its own tables.
/// </remarks>
public interface IEventHandler
{
    /// <summary>Called once per event, with the clock at the event's instant.</summary>
    /// <param name="simulation">The simulation that the event was scheduled in.</param>
    /// <param name="kind">The kind given when it was scheduled; its meaning is the handler's own.</param>
    /// <param name="argument">The argument given when it was scheduled; its meaning is the handler's own.</param>
    void Handle(Simulation simulation, int kind, long argument);
}
