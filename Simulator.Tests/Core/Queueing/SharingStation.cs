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

    private readonly RandomStream arrivals = new RandomStreams(13).Stream("arrivals");
    private readonly RandomStream services = new RandomStreams(13).Stream("services");
    private readonly PriorityQueue<(SimTime Arrival, double Size), double> present = new();
    private EventHandle nextDeparture;
    private SimTime last;
    private double servedEach;
    private int left;

    public void Run(int customers)
    {
        left = customers;
        var simulation = new Simulation();
        ScheduleArrival(simulation);
        simulation.Run();
    }

    public void Handle(Simulation simulation, int kind, long argument)
    {
        if (present.Count > 0) servedEach += (simulation.Now - last).ToSeconds() / present.Count;
        last = simulation.Now;
        if (kind == Arrival)
        {
            double size = service.Draw(services);
            present.Enqueue((simulation.Now, size), servedEach + size);
            if (--left > 0) ScheduleArrival(simulation);
        }
        else
        {
            (SimTime arrival, double size) = present.Dequeue();
            sojournAndSize((simulation.Now - arrival).ToSeconds(), size);
        }
        simulation.Cancel(nextDeparture);
        if (!present.TryPeek(out _, out double goal)) return;
        double remaining = Math.Max(0, goal - servedEach) * present.Count;
        nextDeparture = simulation.Schedule(remaining.Seconds(), this, Departure, priority: EventPriority.Completion);
    }

    private void ScheduleArrival(Simulation simulation) =>
        simulation.Schedule(arrivals.NextExponential(1 / arrivalRate).Seconds(), this, Arrival);
}
