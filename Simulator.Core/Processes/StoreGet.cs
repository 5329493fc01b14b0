namespace Simulator.Core.Processes;

/// <summary>A request for an item of a <see cref="Store{T}"/>.</summary>
/// <typeparam name="T">Type of the item.</typeparam>
public sealed class StoreGet<T> : Claim
{
    private T? _item;

    internal StoreGet(Simulation simulation, IClaimServer server) : base(simulation, server)
    {
    }

    /// <summary>The item.</summary>
    /// <exception cref="InvalidOperationException">The request still waits.</exception>
    public T Item => IsTriggered ? _item! : throw new InvalidOperationException("The store has not served this request yet.");

    internal void Serve(T item)
    {
        _item = item;
        Trigger(null);
    }
}
