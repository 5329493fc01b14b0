namespace Simulator.Core.Processes;

/// <summary>An event that brings a value.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
/// <param name="simulation">The simulation that it belongs to.</param>
public sealed class Event<T>(Simulation simulation) : Event(simulation)
{
    private T? _value;
    private bool _hasValue;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">The event has not succeeded with a value.</exception>
    public T Value => _hasValue ? _value! : throw new InvalidOperationException("The event has not succeeded with a value.");

    /// <summary>Triggers the event and hands over a value.</summary>
    /// <param name="value">What <see cref="Value"/> gives from now on.</param>
    /// <exception cref="InvalidOperationException">The event is already triggered.</exception>
    public void Succeed(T value)
    {
        RequireTriggerable();
        (_value, _hasValue) = (value, true);
        Trigger(null);
    }
}
