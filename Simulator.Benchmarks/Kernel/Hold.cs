using Simulator.Core;
using Simulator.Core.Events;
using Simulator.Core.Randomness;
using Simulator.Core.Time;

namespace Simulator.Benchmarks.Kernel;

/// <summary>The hold model: each event that fires schedules one more after an exponential delay (drawn beforehand, mean 1 ms).</summary>
internal sealed class Hold : IEventHandler
{
    private readonly SimDuration[] _delays = new SimDuration[4096];
    private int _next;

    public Hold()
    {
        RandomStream random = new RandomStreams(1).Stream("hold");
        for (int i = 0; i < _delays.Length; i++) _delays[i] = random.NextExponential(1).Milliseconds();
    }

    /// <summary>Events until the simulation is stopped.</summary>
    public int Left { get; set; }

    public SimDuration NextDelay() => _delays[_next = (_next + 1) & (_delays.Length - 1)];

    public void Handle(Simulation simulation, int kind, long argument)
    {
        simulation.Schedule(NextDelay(), this);
        if (--Left == 0) simulation.Stop();
    }
}
