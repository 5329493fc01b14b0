using Simulator.Core;
using Simulator.Core.Events;
using Simulator.Core.Randomness;
using Simulator.Core.Time;

namespace Simulator.Tests.Core.Queueing;

/// <summary>
/// Processor sharing: n customers each get 1/n of the server. Every arrival and departure cancels the next departure and
/// schedules it anew. A customer of size x leaves when the service that each one present has got has grown by x.
/// </summary>
internal sealed class SharingStation(double arrivalRate, Service service, Action<double, double> sojournAndSize) : IEventHandler
{
    private const int Arrival = 0;
    private const int Departure = 1;

    private readonly RandomStream _arrivals = new RandomStreams(13).Stream("arrivals");
    private readonly RandomStream _services = new RandomStreams(13).Stream("services");
    private readonly PriorityQueue<(SimTime Arrival, double Size), double> _present = new();
    private EventHandle _nextDeparture;
    private SimTime _last;
    private double _servedEach;
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
        if (_present.Count > 0) _servedEach += (simulation.Now - _last).ToSeconds() / _present.Count;
        _last = simulation.Now;
        if (kind == Arrival)
        {
            double size = service.Draw(_services);
            _present.Enqueue((simulation.Now, size), _servedEach + size);
            if (--_left > 0) ScheduleArrival(simulation);
        }
        else
        {
            (SimTime arrival, double size) = _present.Dequeue();
            sojournAndSize((simulation.Now - arrival).ToSeconds(), size);
        }
        simulation.Cancel(_nextDeparture);
        if (!_present.TryPeek(out _, out double goal)) return;
        double remaining = Math.Max(0, goal - _servedEach) * _present.Count;
        _nextDeparture = simulation.Schedule(remaining.Seconds(), this, Departure, priority: EventPriority.Completion);
    }

    private void ScheduleArrival(Simulation simulation) =>
        simulation.Schedule(_arrivals.NextExponential(1 / arrivalRate).Seconds(), this, Arrival);
}
