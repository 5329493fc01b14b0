using System.Globalization;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Running;
using Simulator.Cli.Scenarios;
using Simulator.Models.Clusters;
using Simulator.Models.Parallelism;
using Simulator.Planning.Plans;

namespace Simulator.Cli.Sweeps;

/// <summary>Every way to lay the only pool of a scenario over a number of devices, as <c>plan list</c> has them.</summary>
/// <param name="At">Where the sweep file asks for it, with the file.</param>
/// <param name="Devices">Numbers of devices, at least one.</param>
/// <param name="Grammar">Which layouts there are.</param>
internal sealed record PlanAxis(Position At, IReadOnlyList<int> Devices, CellGrammar Grammar)
{
    /// <summary>What it sets.</summary>
    public static IReadOnlyList<ScenarioPath> Paths { get; } = [ScenarioPath.Of("cluster.pools[0].replicas"), ScenarioPath.Of("cluster.pools[0].plan")];

    /// <summary>The keys of <c>plans</c>.</summary>
    public static PlanAxis Read(Cursor plans, Position at)
    {
        if (!plans.Has("devices")) plans.Fault("'devices' is missing; it is the number of devices to plan for, or a list of numbers");
        return new(at, plans.Many("devices", Values.Whole(1, KnownLimits.MostDevices)), new CellGrammar
        {
            UnevenStages = plans.Optional("unevenStages", Values.Flag(), false),
            HybridExperts = plans.Optional("hybridExperts", Values.Flag(), false),
            MostContext = plans.Optional("mostContext", Values.Whole(1, KnownLimits.MostDevices), 1),
        });
    }

    /// <summary>The documents of all layouts.</summary>
    /// <param name="document">The scenario.</param>
    /// <param name="cluster">What it reads as.</param>
    /// <exception cref="InputException">There are several pools, or the devices do not fill their nodes.</exception>
    public IEnumerable<YamlMap> Apply(YamlMap document, ClusterSection cluster)
    {
        if (cluster.Pools is not [PoolSection only]) throw Fault($"'plans' lays one pool over devices, and the scenario has {cluster.Pools.Count}");
        PoolSpec pool = ClusterBuilder.Pool(only);
        foreach (int number in Devices)
        {
            DeviceGroup group;
            try
            {
                group = DeviceGroup.Of(only.Device, number);
            }
            catch (ArgumentException fault)
            {
                throw Fault($"devices: {fault.Message.Split(" (Parameter", 2)[0]}");
            }
            foreach (PlanLayout layout in Grammar.Layouts(pool.Model, group, pool.Quantization))
            {
                YamlMap replicated = Paths[0].Replace(document, Number(layout.Replicas), out _);
                yield return Paths[1].Replace(replicated, Plan(layout.Parallel), out _);
            }
        }
    }

    /// <summary>A plan as a scenario has it; what is 1, or as engines do it, is left out.</summary>
    internal static YamlMap Plan(ParallelPlan plan)
    {
        (string Key, int Value, int Usual)[] parts =
        [
            ("tensor", plan.Tensor, 0), ("pipeline", plan.Pipeline, 1), ("data", plan.Data, 1), ("expert", plan.Expert, 1), ("context", plan.Context, 1),
            ("feedForward", plan.FeedForward, 0),
        ];
        return new(Position.Start, [.. parts.Where(part => part.Value != part.Usual).Select(part => new YamlEntry(Position.Start, part.Key, Number(part.Value)))]);
    }

    private static YamlScalar Number(int value) => new(Position.Start, value.ToString(CultureInfo.InvariantCulture), IsEmpty: false);

    private InputException Fault(string message) => new($"{At.File}:{At}: plans: {message}");
}
