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

    private readonly Option<int?> _context = Parallel("--cp", "Context parallel: devices that split the tokens of a prefill and the KV cache.");

    private readonly Option<int?> _feedForward = Parallel(
        "--feed-forward-parallel", "Devices that hold one copy of the feed-forward of a layer; as the engine does by default.");

    private readonly Option<StageLayers?> _stageLayers = OptionFactory.Value<StageLayers>(
        "--stage-layers", "N,N,...", "Layers of each pipeline stage, such as 20,30,30; equal stages by default.", ReadStageLayers);

    /// <summary>The options, in the order of the help.</summary>
    public IReadOnlyList<Option> All => [_tensor, _pipeline, _data, _expert, _context, _feedForward, _stageLayers];

    /// <summary>The plan with what the command line changes.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="otherwise">The plan without it.</param>
    /// <param name="faults">Takes what does not fit together.</param>
    public ParallelPlan Resolve(ParseResult parse, ParallelPlan otherwise, List<string> faults)
    {
        int? pipeline = parse.GetValue(_pipeline);
        StageLayers? stageLayers = parse.GetValue(_stageLayers);
        // Stages of another number are no longer those of the plan.
        StageLayers layers = stageLayers ?? (pipeline is null || pipeline == otherwise.Pipeline ? otherwise.StageLayers : default);
        var plan = new ParallelPlan(
            parse.GetValue(_tensor) ?? otherwise.Tensor, pipeline ?? stageLayers?.Count ?? otherwise.Pipeline,
            parse.GetValue(_data) ?? otherwise.Data, parse.GetValue(_expert) ?? otherwise.Expert,
            parse.GetValue(_context) ?? otherwise.Context)
        {
            FeedForward = parse.GetValue(_feedForward) ?? otherwise.FeedForward,
            StageLayers = layers,
        };
        if (FeedForwardSplit.Fault(plan) is { } split) faults.Add($"--feed-forward-parallel: {split}");
        if (FeedForwardSplit.ExpertFault(plan) is { } experts) faults.Add($"--ep: {experts}");
        if (layers.Count > 0 && layers.Count != plan.Pipeline)
            faults.Add($"--stage-layers: {layers.Count} numbers for {plan.Pipeline} pipeline stages; give one for each");
        if ((long)plan.Tensor * plan.Pipeline * plan.Data > int.MaxValue / plan.Context)
            faults.Add($"--cp: tensor × pipeline × data × context is above {int.MaxValue} devices");
        return plan;
    }

    private static bool ReadStageLayers(string text, out StageLayers value, out string fault)
    {
        bool isRead = Values.List(Values.Whole(1, KnownLimits.MostDevices))(text, out IReadOnlyList<int> layers, out fault);
        value = isRead ? StageLayers.Of([.. layers]) : default;
        return isRead;
    }

    private static Option<int?> Parallel(string name, string description) =>
        OptionFactory.Value(name, "N", description, Values.Whole(1, KnownLimits.MostDevices));
}
