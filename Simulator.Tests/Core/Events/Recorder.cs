using Simulator.Core;
using Simulator.Core.Events;

namespace Simulator.Tests.Core.Events;

/// <summary>Notes what fired, and may do something more.</summary>
internal sealed class Recorder(Action<Simulation, long>? then = null) : IEventHandler
{
    public List<long> Fired { get; } = [];

    public void Handle(Simulation simulation, int kind, long argument)
    {
        Fired.Add(argument);
        then?.Invoke(simulation, argument);
    }
}
