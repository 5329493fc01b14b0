using Simulator.Core.Time;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Engines;
using Simulator.Models.Results;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Results;

/// <summary>A run of seven requests that can be followed by hand.</summary>
/// <remarks>
/// <para>A prefill of n tokens takes 10 + n ms, an iteration with decodes 20 ms, and one with both the sum. In milliseconds:
/// 0–20 prefill of request 0; 20–70 prefill of request 1 and second token of request 0; 70–90 last token of request 0; 100–172
/// prefill of request 6; 172–192 its second token, after which the context window is full.</para>
/// <para>Request 2 exceeds the context window, 3 is a recorded failure, 4 asks for a model that no pool serves, and 5 waits from 80 on
/// while request 0 decodes and has gone when that ends.</para>
/// </remarks>
internal static class TinyRun
{
    public static ClusterSpec Cluster { get; } = new()
    {
        Pools =
        [
            TestPools.Small with
            {
                Name = "chat",
                Serves = ["m"],
                CostModel = new AffineCosts { PrefillIteration = 10e-3, PrefillToken = 1e-3, DecodeIteration = 20e-3 },
                Engine = ServingEngines.VllmV1(TestPools.Device) with { ContextWindow = 64 },
            },
        ],
    };

    public static IReadOnlyList<Request> Requests { get; } =
    [
        Make(0, at: 0, prompt: 10, output: 3) with { Class = "a,b", Session = "say \"hi\"" },
        Make(1, at: 5, prompt: 20, output: 1),
        Make(2, at: 30, prompt: 100, output: 5),
        Make(3, at: 40, prompt: 10, output: 0),
        Make(4, at: 50, prompt: 10, output: 5) with { Model = "x" },
        Make(5, at: 80, prompt: 10, output: 5) with { QueueTimeout = 5.Milliseconds() },
        Make(6, at: 100, prompt: 62, output: 10),
    ];

    public static RunResult Run(IRunObserver? observer = null) => ServingSimulation.Run(
        Cluster, Requests, 0, new RunOptions { Observer = observer, SampleEvery = 50.Milliseconds() });

    private static Request Make(long id, int at, int prompt, int output) => new()
    {
        Id = id, Arrival = SimTime.Zero + at.Milliseconds(), PromptTokens = prompt, OutputTokens = output, Model = "m",
    };
}
