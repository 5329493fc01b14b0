using Simulator.Core.Statistics;

namespace Simulator.Core.Processes;

/// <summary>An amount of something continuous (bytes, tokens, energy): puts wait for room, gets for supply, each in order.</summary>
/// <remarks>Who comes first is served first: a large request at the head of its line holds back smaller ones behind it.</remarks>
public sealed class Container : IClaimServer
{
    private readonly Simulation _simulation;
    private readonly WaitingLine _puts;
    private readonly WaitingLine _gets;

    /// <summary>A container with an initial level.</summary>
    /// <param name="simulation">The simulation that it belongs to.</param>
    /// <param name="capacity">Highest level, above 0 and at most 2⁶².</param>
    /// <param name="level">Level at the start, from 0 to the capacity.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity or the level is out of range.</exception>
    public Container(Simulation simulation, double capacity = 1L << 62, double level = 0)
    {
        ArgumentNullException.ThrowIfNull(simulation);
        if (!(capacity > 0 && capacity <= 1L << 62))
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "A capacity lies above 0 and is at most 2⁶².");
        if (!(level >= 0 && level <= capacity))
            throw new ArgumentOutOfRangeException(nameof(level), level, "The level of a container lies between 0 and its capacity.");
        _simulation = simulation;
        Capacity = capacity;
        Level = level;
        _puts = new WaitingLine(simulation);
        _gets = new WaitingLine(simulation);
        LevelOverTime = new TimeWeighted(simulation.Now, level);
    }

    /// <summary>Highest level.</summary>
    public double Capacity { get; }

    /// <summary>Current level.</summary>
    public double Level { get; private set; }

    /// <summary>The level, over time.</summary>
    public TimeWeighted LevelOverTime { get; }

    /// <summary>Puts that wait for room, over time.</summary>
    public TimeWeighted PutQueueOverTime => _puts.LengthOverTime;

    /// <summary>Gets that wait for supply, over time.</summary>
    public TimeWeighted GetQueueOverTime => _gets.LengthOverTime;

    /// <summary>Adds an amount; the claim succeeds when there is room for all of it.</summary>
    /// <param name="amount">Above 0 and at most the capacity.</param>
    /// <exception cref="ArgumentOutOfRangeException">The amount is out of range: it could never be served.</exception>
    public Claim Put(double amount) => Enqueue(_puts, amount);

    /// <summary>Takes an amount; the claim succeeds when all of it is there.</summary>
    /// <param name="amount">Above 0 and at most the capacity.</param>
    /// <exception cref="ArgumentOutOfRangeException">The amount is out of range: it could never be served.</exception>
    public Claim Get(double amount) => Enqueue(_gets, amount);

    void IClaimServer.Withdraw(Claim claim)
    {
        // Behind a withdrawn claim may wait one that can be served.
        if (_puts.Remove(claim) || _gets.Remove(claim)) Serve();
    }

    private AmountClaim Enqueue(WaitingLine line, double amount)
    {
        if (!(amount > 0 && amount <= Capacity))
            throw new ArgumentOutOfRangeException(nameof(amount), amount, $"An amount lies above 0 and within the capacity, {Capacity}.");
        var claim = new AmountClaim(_simulation, this, amount);
        line.Add(claim);
        Serve();
        return claim;
    }

    private void Serve()
    {
        while (true)
        {
            if (_puts.First is AmountClaim put && Level + put.Amount <= Capacity) Serve(_puts, put, put.Amount);
            else if (_gets.First is AmountClaim get && get.Amount <= Level) Serve(_gets, get, -get.Amount);
            else break;
        }
    }

    private void Serve(WaitingLine line, AmountClaim claim, double change)
    {
        line.Remove(claim);
        Level += change;
        LevelOverTime.Set(_simulation.Now, Level);
        claim.Trigger(null);
    }

    private sealed class AmountClaim(Simulation simulation, IClaimServer server, double amount) : Claim(simulation, server)
    {
        public double Amount => amount;
    }
}
