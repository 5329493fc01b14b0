using Simulator.Core;
using Simulator.Core.Events;
using Simulator.Core.Randomness;
using Simulator.Core.Time;

namespace Simulator.Tests.Core.Queueing;

/// <summary>The same station written as a raw handler: two kinds of events and a queue of arrival times.</summary>
internal sealed class FifoStation(double arrivalRate, Service service, int servers, Action<double, double> waitAndService) : IEventHandler
{
    private const int Arrival = 0;
    private const int Departure = 1;

    private readonly RandomStream _arrivals = new RandomStreams(12).Stream("arrivals");
    private readonly RandomStream _services = new RandomStreams(12).Stream("services");
    private readonly Queue<SimTime> _waiting = new();
    private int _busy;
    private int _left;

    public void Run(int customers)
    {
        _left = customers;
        var simulation = new Simulation();
        ScheduleArrival(simulation);
        simulation.Run();
    }

    public void Handle(Simulation simulation, int kind, long argument)
    {
        if (kind == Arrival)
        {
            _waiting.Enqueue(simulation.Now);
            if (--_left > 0) ScheduleArrival(simulation);
        }
        else
        {
            _busy--;
        }
        while (_busy < servers && _waiting.TryDequeue(out SimTime arrival)) Serve(simulation, arrival);
    }

    private void Serve(Simulation simulation, SimTime arrival)
    {
        _busy++;
        double time = service.Draw(_services);
        waitAndService((simulation.Now - arrival).ToSeconds(), time);
        simulation.Schedule(time.Seconds(), this, Departure, priority: EventPriority.Completion);
    }

    private void ScheduleArrival(Simulation simulation) =>
        simulation.Schedule(_arrivals.NextExponential(1 / arrivalRate).Seconds(), this, Arrival);
}
