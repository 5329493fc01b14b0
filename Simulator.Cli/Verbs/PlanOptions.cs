using System.CommandLine;
using Simulator.Cli.Reading;
using Simulator.Cli.Scenarios;
using Simulator.Models.Parallelism;

namespace Simulator.Cli.Verbs;

/// <summary>Options for how a replica is spread over devices.</summary>
internal sealed class PlanOptions
{
    private readonly Option<int?> _tensor = Parallel("--tp", "Tensor parallel: devices that split every matrix.");
    private readonly Option<int?> _pipeline = Parallel("--pp", "Pipeline parallel: stages of consecutive layers.");
    private readonly Option<int?> _data = Parallel("--dp", "Attention data parallel: ranks with a KV cache each.");
    private readonly Option<int?> _expert = Parallel("--ep", "Expert parallel: devices that whole experts are spread over.");

    /// <summary>The options, in the order of the help.</summary>
    public IReadOnlyList<Option> All => [_tensor, _pipeline, _data, _expert];

    /// <summary>The plan with what the command line changes.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="otherwise">The plan without it.</param>
    /// <param name="faults">Takes what does not fit together.</param>
    public ParallelPlan Resolve(ParseResult parse, ParallelPlan otherwise, List<string> faults)
    {
        var plan = new ParallelPlan(
            parse.GetValue(_tensor) ?? otherwise.Tensor, parse.GetValue(_pipeline) ?? otherwise.Pipeline,
            parse.GetValue(_data) ?? otherwise.Data, parse.GetValue(_expert) ?? otherwise.Expert);
        if (plan.Tensor * plan.Data % plan.Expert != 0)
            faults.Add($"--ep: {plan.Expert} does not divide tensor × data, {plan.Tensor * plan.Data}");
        return plan;
    }

    private static Option<int?> Parallel(string name, string description) =>
        OptionFactory.Value(name, "N", description, Values.Whole(1, KnownLimits.MostDevices));
}
