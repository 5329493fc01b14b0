using BenchmarkDotNet.Attributes;
using Simulator.Core;

namespace Simulator.Benchmarks.Kernel;

/// <summary>Raw handlers: a chain of timeouts (one pending) and the hold model (thousands pending).</summary>
[Config(typeof(KernelConfig))]
public class KernelEvents
{
    private const int Events = 1_000_000;

    private readonly Simulation simulation = new();
    private readonly Hold model = new();
    private FrameworkHold framework = null!;

    [Params(1, 100, 10_000)]
    public int Pending { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        for (int i = 0; i < Pending; i++) simulation.Schedule(model.NextDelay(), model);
        framework = new FrameworkHold(Pending);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Events, Description = "PriorityQueue<,>")]
    public void Framework() => framework.Run(Events);

    [Benchmark(OperationsPerInvoke = Events, Description = "Simulation")]
    public void Kernel()
    {
        model.Left = Events;
        simulation.Run();
    }
}
