using BenchmarkDotNet.Attributes;
using Simulator.Core;

namespace Simulator.Benchmarks.Kernel;

/// <summary>Raw handlers: a chain of timeouts (one pending) and the hold model (thousands pending).</summary>
[Config(typeof(KernelConfig))]
public class KernelEvents
{
    private const int Events = 1_000_000;

    private readonly Simulation _simulation = new();
    private readonly Hold _model = new();
    private FrameworkHold _framework = null!;

    [Params(1, 100, 10_000)]
    public int Pending { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        for (int i = 0; i < Pending; i++) _simulation.Schedule(_model.NextDelay(), _model);
        _framework = new FrameworkHold(Pending);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Events, Description = "PriorityQueue<,>")]
    public void Framework() => _framework.Run(Events);

    [Benchmark(OperationsPerInvoke = Events, Description = "Simulation")]
    public void Kernel()
    {
        _model.Left = Events;
        _simulation.Run();
    }
}
