namespace Simulator.Core.Processes;

/// <summary>A resource whose waiting requests are served by priority; a unit in use is never taken away.</summary>
/// <param name="simulation">The simulation that it belongs to.</param>
/// <param name="capacity">Number of units, at least 1.</param>
/// <exception cref="ArgumentOutOfRangeException">The capacity is below 1.</exception>
public sealed class PriorityResource(Simulation simulation, int capacity = 1) : Resource(simulation, capacity)
{
    /// <summary>Asks for one unit. The lease succeeds when the unit is granted; disposing it gives the unit back.</summary>
    /// <param name="priority">
    /// The smaller is served first, equals in the order of their coming; <see cref="Resource.Request()"/> stands for 0.
    /// </param>
    public Lease Request(int priority) => Enqueue(priority);
}
