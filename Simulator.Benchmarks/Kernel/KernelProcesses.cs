using BenchmarkDotNet.Attributes;
using Simulator.Core;
using Simulator.Core.Processes;

namespace Simulator.Benchmarks.Kernel;

/// <summary>The process layer: each process is an iterator that yields one timeout after another.</summary>
[Config(typeof(KernelConfig))]
public class KernelProcesses
{
    private const int Events = 1_000_000;

    private readonly Simulation simulation = new();
    private readonly Hold model = new();
    private FrameworkHold framework = null!;

    [Params(1, 100, 10_000)]
    public int Processes { get; set; }

    [GlobalSetup]
    public void Start()
    {
        for (int i = 0; i < Processes; i++) simulation.Process(Client());
        framework = new FrameworkHold(Processes);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Events, Description = "PriorityQueue<,>")]
    public void Framework() => framework.Run(Events);

    [Benchmark(OperationsPerInvoke = Events, Description = "Process")]
    public void Kernel()
    {
        model.Left = Events;
        simulation.Run();
    }

    private IEnumerable<Wait> Client()
    {
        while (true)
        {
            yield return simulation.Timeout(model.NextDelay());
            if (--model.Left == 0) simulation.Stop();
        }
    }
}
