using Simulator.Core.Statistics;

namespace Simulator.Core.Processes;

/// <summary>A buffer of items between processes: puts wait while it is full, gets while it is empty, each in order.</summary>
/// <typeparam name="T">Type of the items.</typeparam>
public sealed class Store<T> : IClaimServer
{
    private readonly Simulation _simulation;
    private readonly Queue<T> _items = new();
    private readonly WaitingLine _puts;
    private readonly WaitingLine _gets;

    /// <summary>An empty store.</summary>
    /// <param name="simulation">The simulation that it belongs to.</param>
    /// <param name="capacity">Most items it holds, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1.</exception>
    public Store(Simulation simulation, int capacity = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(simulation);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _simulation = simulation;
        Capacity = capacity;
        _puts = new WaitingLine(simulation);
        _gets = new WaitingLine(simulation);
        CountOverTime = new TimeWeighted(simulation.Now);
    }

    /// <summary>Most items the store holds.</summary>
    public int Capacity { get; }

    /// <summary>Items in the store.</summary>
    public int Count => _items.Count;

    /// <summary>Items in the store, over time.</summary>
    public TimeWeighted CountOverTime { get; }

    /// <summary>Puts that wait for room, over time.</summary>
    public TimeWeighted PutQueueOverTime => _puts.LengthOverTime;

    /// <summary>Gets that wait for an item, over time.</summary>
    public TimeWeighted GetQueueOverTime => _gets.LengthOverTime;

    /// <summary>Puts an item in; the claim succeeds when there is room.</summary>
    /// <param name="item">The item.</param>
    public Claim Put(T item)
    {
        var put = new ItemClaim(_simulation, this, item);
        _puts.Add(put);
        Serve();
        return put;
    }

    /// <summary>Takes the oldest item out; the claim succeeds when there is one.</summary>
    public StoreGet<T> Get()
    {
        var get = new StoreGet<T>(_simulation, this);
        _gets.Add(get);
        Serve();
        return get;
    }

    void IClaimServer.Withdraw(Claim claim)
    {
        if (!_puts.Remove(claim)) _gets.Remove(claim);
    }

    private void Serve()
    {
        while (true)
        {
            if (_items.Count < Capacity && _puts.First is ItemClaim put)
            {
                _puts.Remove(put);
                _items.Enqueue(put.Item);
                put.Trigger(null);
            }
            else if (_items.Count > 0 && _gets.First is StoreGet<T> get)
            {
                _gets.Remove(get);
                get.Serve(_items.Dequeue());
            }
            else
            {
                break;
            }
        }
        CountOverTime.Set(_simulation.Now, _items.Count);
    }

    private sealed class ItemClaim(Simulation simulation, IClaimServer server, T item) : Claim(simulation, server)
    {
        public T Item => item;
    }
}
