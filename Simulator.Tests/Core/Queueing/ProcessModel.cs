using Simulator.Core;
using Simulator.Core.Processes;
using Simulator.Core.Randomness;
using Simulator.Core.Time;

namespace Simulator.Tests.Core.Queueing;

/// <summary>Poisson arrivals at a resource, first come first served, written as processes.</summary>
internal sealed class ProcessModel(double arrivalRate, Service service, int servers, Action<double, double> waitAndService)
{
    private readonly Simulation _simulation = new();
    private readonly RandomStream _arrivals = new RandomStreams(11).Stream("arrivals");
    private readonly RandomStream _services = new RandomStreams(11).Stream("services");

    public double Now => _simulation.Now.ToSeconds();

    public Resource Run(int customers)
    {
        var station = new Resource(_simulation, servers);
        _simulation.Process(Source(station, customers));
        _simulation.Run();
        return station;
    }

    private IEnumerable<Wait> Source(Resource station, int customers)
    {
        for (int i = 0; i < customers; i++)
        {
            yield return _simulation.Timeout(_arrivals.NextExponential(1 / arrivalRate).Seconds());
            _simulation.Process(Customer(station, _services.Substream(i)));
        }
    }

    private IEnumerable<Wait> Customer(Resource station, RandomStream random)
    {
        SimTime arrival = _simulation.Now;
        using Lease lease = station.Request();
        yield return lease;
        double wait = (_simulation.Now - arrival).ToSeconds();
        double time = service.Draw(random);
        yield return _simulation.Timeout(time.Seconds());
        waitAndService(wait, time);
    }
}
