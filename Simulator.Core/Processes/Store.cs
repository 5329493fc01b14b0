using Simulator.Core.Statistics;

namespace Simulator.Core.Processes;

/// <summary>A buffer of items between processes: puts wait while it is full, gets while it is empty, each in order.</summary>
/// <typeparam name="T">Type of the items.</typeparam>
public sealed class Store<T> : IClaimServer
{
    private readonly Simulation simulation;
    private readonly Queue<T> items = new();
    private readonly WaitingLine puts;
    private readonly WaitingLine gets;

    /// <summary>An empty store.</summary>
    /// <param name="simulation">The simulation that it belongs to.</param>
    /// <param name="capacity">Most items it holds, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1.</exception>
    public Store(Simulation simulation, int capacity = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(simulation);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        this.simulation = simulation;
        Capacity = capacity;
        puts = new WaitingLine(simulation);
        gets = new WaitingLine(simulation);
        CountOverTime = new TimeWeighted(simulation.Now);
    }

    /// <summary>Most items the store holds.</summary>
    public int Capacity { get; }

    /// <summary>Items in the store.</summary>
    public int Count => items.Count;

    /// <summary>Items in the store, over time.</summary>
    public TimeWeighted CountOverTime { get; }

    /// <summary>Puts that wait for room, over time.</summary>
    public TimeWeighted PutQueueOverTime => puts.LengthOverTime;

    /// <summary>Gets that wait for an item, over time.</summary>
    public TimeWeighted GetQueueOverTime => gets.LengthOverTime;

    /// <summary>Puts an item in; the claim succeeds when there is room.</summary>
    /// <param name="item">The item.</param>
    public Claim Put(T item)
    {
        var put = new ItemClaim(simulation, this, item);
        puts.Add(put);
        Serve();
        return put;
    }

    /// <summary>Takes the oldest item out; the claim succeeds when there is one.</summary>
    public StoreGet<T> Get()
    {
        var get = new StoreGet<T>(simulation, this);
        gets.Add(get);
        Serve();
        return get;
    }

    void IClaimServer.Withdraw(Claim claim)
    {
        if (!puts.Remove(claim)) gets.Remove(claim);
    }

    private void Serve()
    {
        while (true)
        {
            if (items.Count < Capacity && puts.First is ItemClaim put)
            {
                puts.Remove(put);
                items.Enqueue(put.Item);
                put.Trigger(null);
            }
            else if (items.Count > 0 && gets.First is StoreGet<T> get)
            {
                gets.Remove(get);
                get.Serve(items.Dequeue());
            }
            else
            {
                break;
            }
        }
        CountOverTime.Set(simulation.Now, items.Count);
    }

    private sealed class ItemClaim(Simulation simulation, IClaimServer server, T item) : Claim(simulation, server)
    {
        public T Item => item;
    }
}
