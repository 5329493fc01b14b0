using BenchmarkDotNet.Attributes;
using Simulator.Core;
using Simulator.Core.Processes;

namespace Simulator.Benchmarks.Kernel;

/// <summary>The process layer: each process is an iterator that yields one timeout after another.</summary>
[Config(typeof(KernelConfig))]
public class KernelProcesses
{
    private const int Events = 1_000_000;

    private readonly Simulation _simulation = new();
    private readonly Hold _model = new();
    private FrameworkHold _framework = null!;

    [Params(1, 100, 10_000)]
    public int Processes { get; set; }

    [GlobalSetup]
    public void Start()
    {
        for (int i = 0; i < Processes; i++) _simulation.Process(Client());
        _framework = new FrameworkHold(Processes);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Events, Description = "PriorityQueue<,>")]
    public void Framework() => _framework.Run(Events);

    [Benchmark(OperationsPerInvoke = Events, Description = "Process")]
    public void Kernel()
    {
        _model.Left = Events;
        _simulation.Run();
    }

    private IEnumerable<Wait> Client()
    {
        while (true)
        {
            yield return _simulation.Timeout(_model.NextDelay());
            if (--_model.Left == 0) _simulation.Stop();
        }
    }
}
