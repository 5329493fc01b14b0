using System.CommandLine;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Scenarios;
using Simulator.Cli.Terminal;
using Simulator.Models.Architectures;
using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;
using Spectre.Console;

namespace Simulator.Cli.Verbs;

/// <summary><c>simulator cost</c>: what one iteration takes, operator by operator.</summary>
internal sealed class CostVerb
{
    private const double Giga = 1e9;
    private const double Mega = 1e6;
    private const int DefaultContext = 1024;

    private readonly Option<ModelArchitecture?> _model = OptionFactory.Reference(
        "--model", "ID", "Model (see: simulator catalog models).", CatalogueNames.Model);

    private readonly Option<Device?> _device = OptionFactory.Reference(
        "--device", "ID", "Device (see: simulator catalog devices).", CatalogueNames.Device);

    private readonly PlanOptions _plan = new();
    private readonly Option<NumberFormat?> _weights = Format("--weights", "Number format of the weights; bf16 by default.");
    private readonly Option<NumberFormat?> _activations = Format("--activations", "Number format that matrix products run in; bf16 by default.");
    private readonly Option<NumberFormat?> _kv = Format("--kv", "Number format of the KV cache; bf16 by default.");

    private readonly Option<bool> _blocks = OptionFactory.Flag("--block-scaled", "Weights and activations in fp8 have a scale per block, as DeepSeek-V3's have.");

    private readonly Option<int?> _decode = OptionFactory.Value(
        "--decode", "ROWS", "Sequences that generate a token; 1 by default, and none beside --prefill.", Values.Whole(0, KnownLimits.MostRows));

    private readonly Option<int?> _context = OptionFactory.Value(
        "--context", "TOKENS", $"Tokens that each of them has in its KV cache; {DefaultContext} by default.", Values.Whole(0, KnownLimits.MostTokens));

    private readonly Option<int?> _prefill = OptionFactory.Value(
        "--prefill", "TOKENS", "Tokens of a prompt, or of a chunk of one, that is processed.", Values.Whole(1, KnownLimits.MostTokens));

    private readonly Option<int?> _cached = OptionFactory.Value(
        "--cached", "TOKENS", "Tokens of the same prompt that are in its KV cache already.", Values.Whole(0, KnownLimits.MostTokens));

    private readonly Option<double?> _imbalance = OptionFactory.Value(
        "--expert-imbalance", "FACTOR", "Tokens of the busiest expert-parallel device over those of the mean one; 1, balanced, by default.", Values.Number(1, 1e6));

    private readonly Option<EngineKernels?> _engine = OptionFactory.Value(
        "--engine", "ENGINE", "The engine whose kernels run: vllm, the default, sglang or trtllm.", Values.OneOf("engine", KnownNames.Kernels));

    private readonly Option<CudaGraphMode?> _graphs = OptionFactory.Value(
        "--cuda-graphs", "MODE", "Iterations that run as CUDA graphs: none, piecewise, full, full-decode-only or full-and-piecewise, the default.",
        Values.OneOf(
            "CUDA graph mode", ("none", CudaGraphMode.None), ("piecewise", CudaGraphMode.Piecewise), ("full", CudaGraphMode.Full),
            ("full-decode-only", CudaGraphMode.FullDecodeOnly), ("full-and-piecewise", CudaGraphMode.FullAndPiecewise)));

    private readonly Option<bool> _overlap = OptionFactory.Flag("--async-scheduling", "The host works while the device runs the iteration before.");

    public static Verb Create(Streams streams)
    {
        var options = new CostVerb();
        var verb = new Verb(
            "cost",
            "Explains one iteration: the work, the bound and the time of every operator, and the sum.",
            "simulator cost --model llama-3.1-8b --device h100-sxm --decode 64 --context 2000",
            "simulator cost --model llama-3.1-70b --device h100-sxm --tp 4 --decode 32 --prefill 2048",
            "simulator cost --model mixtral-8x7b --device a100-80 --tp 2 --weights fp8 --prefill 512 --cached 4096",
            "simulator cost --model llama-3.1-70b --device h100-sxm --tp 2 --stage-layers 42,38 --decode 64",
            "simulator cost --model deepseek-v3 --device h200 --dp 8 --ep 8 --weights fp8 --decode 100 --expert-imbalance 1.5");
        foreach (Option option in options.All) verb.Options.Add(option);
        verb.SetAction(parse =>
        {
            options.Run(parse, streams.Output);
            return ExitCode.Success;
        });
        return verb;
    }

    private IEnumerable<Option> All =>
        [_model, _device, .. _plan.All, _weights, _activations, _kv, _blocks, _decode, _context, _prefill, _cached, _imbalance, _engine, _graphs, _overlap];

    private void Run(ParseResult parse, TextWriter output)
    {
        var faults = new List<string>();
        ModelArchitecture? ofModel = parse.GetValue(_model);
        Device? on = parse.GetValue(_device);
        if (ofModel is null) faults.Add("--model is missing; it is a model id such as llama-3.1-8b (see: simulator catalog models)");
        if (on is null) faults.Add("--device is missing; it is a device id such as h100-sxm (see: simulator catalog devices)");
        ParallelPlan spread = _plan.Resolve(parse, ParallelPlan.Single, faults);
        int rows = parse.GetValue(_decode) ?? (parse.GetValue(_prefill) is null ? 1 : 0);
        if (rows == 0 && parse.GetValue(_prefill) is null) faults.Add("--decode: an iteration without rows has no cost; give --decode or --prefill");
        if (rows == 0 && parse.GetValue(_context) is not null) faults.Add("--context: it needs --decode, the sequences that have it");
        if (parse.GetValue(_cached) is not null && parse.GetValue(_prefill) is null)
            faults.Add("--cached: it needs --prefill, the tokens after the cached ones");
        var formats = new Quantization(
            parse.GetValue(_weights) ?? NumberFormat.Bf16,
            parse.GetValue(_activations) ?? NumberFormat.Bf16,
            parse.GetValue(_kv) ?? NumberFormat.Bf16)
        {
            BlockScaled = parse.GetValue(_blocks),
        };
        if (formats is { BlockScaled: true } and not { Weights: NumberFormat.Fp8, Activations: NumberFormat.Fp8 })
            faults.Add("--block-scaled: only 8-bit floats are scaled by block; give --weights fp8 and --activations fp8 beside it");
        if (faults.Count > 0) throw new InputException(faults);

        RooflineOptions standard = RooflineOptions.Of(CostProfiles.Of(on!, parse.GetValue(_engine) ?? EngineKernels.Vllm));
        RooflineOptions options = standard with
        {
            ExpertImbalance = parse.GetValue(_imbalance) ?? 1,
            Graphs = standard.Graphs with { Mode = parse.GetValue(_graphs) ?? standard.Graphs.Mode },
            Host = standard.Host with { Overlapped = parse.GetValue(_overlap) },
        };
        RooflineCostModel costs = Compile(ofModel!, spread, formats, on!, options);
        RooflineAccumulator batch = costs.CreateAccumulator();
        for (int row = 0; row < rows; row++) batch.AddDecode(parse.GetValue(_context) ?? DefaultContext, row % spread.Data);
        if (parse.GetValue(_prefill) is { } tokens)
            batch.AddPrefill(tokens, parse.GetValue(_cached) ?? 0, emits: true, rank: spread.Data - 1);

        output.WriteLine($"{ofModel!.Id} on {spread.Devices} × {on!.Id}");
        output.WriteLine(Describe(batch.Shape));
        output.WriteLine();
        CostBreakdown explained = costs.Explain(batch.Shape);
        WriteOperators(output, explained, on, spread, formats);
        if (options.Host.Overlapped)
            output.WriteLine($"The host takes {Figures.Seconds(explained.Total.HostSeconds + explained.Total.LaunchSeconds)} meanwhile.");
        if (spread.Pipeline > 1)
            WriteStages(output, batch, spread.Pipeline);
    }

    private static RooflineCostModel Compile(ModelArchitecture model, ParallelPlan plan, Quantization formats, Device device, RooflineOptions options)
    {
        try
        {
            return new RooflineCostModel(model, plan, formats, device, options);
        }
        catch (ArgumentException e)
        {
            throw new InputException(e.Message.Split(" (Parameter", 2)[0]);
        }
    }

    private static string Describe(in IterationShape shape)
    {
        var parts = new List<string>();
        if (shape.DecodeRows > 0)
            parts.Add($"{Figures.Count(shape.DecodeRows)} decode row{(shape.DecodeRows > 1 ? "s, each" : "")} after {Figures.Count(shape.DecodeContext / shape.DecodeRows)} tokens");
        if (shape.PrefillRows > 0)
            parts.Add($"a prefill row of {Figures.Count(shape.PrefillTokens)} tokens after {Figures.Count(shape.PrefillContext)} cached ones");
        parts.Add(shape.Launch switch
        {
            LaunchMode.FullGraph => $"one CUDA graph of {Tokens(shape.PaddedTokens)}",
            LaunchMode.PiecewiseGraph => $"CUDA graphs of {Tokens(shape.PaddedTokens)}, attention launched by the host",
            _ => "every kernel launched by the host",
        });
        if (shape.Straggler is { DecodeRows: > 0 } or { PrefillRows: > 0 })
            parts.Add($"the rank that takes longest has {Tokens(shape.Straggler.DecodeRows + shape.Straggler.PrefillTokens)}");
        return string.Join("; ", parts);

        static string Tokens(int count) => $"{Figures.Count(count)} token{(count == 1 ? "" : "s")}";
    }

    private static void WriteStages(TextWriter output, RooflineAccumulator batch, int stages)
    {
        var times = new long[stages];
        batch.StageTimes(withDecodes: true, batch.Mixed().Time, times);
        output.WriteLine($"Stages: {string.Join(", ", times.Select(time => Figures.Seconds(time / (1e9 * IterationCost.TimeUnitsPerNanosecond))))}.");
    }

    private static void WriteOperators(TextWriter output, CostBreakdown costs, Device device, ParallelPlan plan, Quantization formats)
    {
        Table table = TextTable.Create("operator", "runs", "GFLOP", "MB", "link MB", "bound", "time", "share");
        foreach (OperatorShare share in costs.Operators)
        {
            table.AddTexts(
                Words(share.Operator) + (share.LayerKind > 0 ? $" ({share.LayerKind + 1})" : ""), Figures.Count(share.Count),
                Figures.Number(share.Flops / Giga), Figures.Number(share.MemoryBytes / Mega), Figures.Number(share.LinkBytes / Mega),
                Words(share.Bound), Figures.Seconds(share.Seconds), Figures.Share(share.Seconds / costs.Total.Seconds));
        }

        IterationEstimate total = costs.Total;
        table.AddTexts(
            "sum", "", Figures.Number(total.Flops / Giga), Figures.Number(total.MemoryBytes / Mega), Figures.Number(total.LinkBytes / Mega), "",
            Figures.Seconds(total.Seconds), Figures.Share(1));
        output.WriteTable(table);
        double deviceSeconds = total.Seconds * plan.Devices;
        output.WriteLine();
        output.WriteLine($"Energy {Figures.Number(total.Joules)} J, "
            + $"MFU {Figures.Share(total.Flops / (deviceSeconds * device.PeakFlopsPerSecond(formats.Activations)))}, "
            + $"MBU {Figures.Share(total.MemoryBytes / (deviceSeconds * device.MemoryBytesPerSecond))}.");
    }

    /// <summary><c>AttentionAllReduce</c> as <c>attention all reduce</c>.</summary>
    private static string Words(Enum name) =>
        string.Concat(name.ToString().Select((c, i) => char.IsUpper(c) ? (i > 0 ? " " : "") + char.ToLowerInvariant(c) : c.ToString()));

    private static Option<NumberFormat?> Format(string name, string description) =>
        OptionFactory.Value(name, "FORMAT", description, Values.OneOf("number format", KnownNames.NumberFormats));
}
