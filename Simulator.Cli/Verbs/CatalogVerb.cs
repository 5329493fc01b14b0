using System.CommandLine;
using System.Globalization;
using Simulator.Cli.Reading;
using Simulator.Cli.Running;
using Simulator.Cli.Scenarios;
using Simulator.Cli.Scenarios.Schedulers;
using Simulator.Cli.Terminal;
using Simulator.Models.Architectures;
using Simulator.Models.Devices;
using Spectre.Console;

namespace Simulator.Cli.Verbs;

/// <summary><c>simulator catalog</c>: the devices, models and schedulers that are known by name.</summary>
internal static class CatalogVerb
{
    private const double Tera = 1e12;
    private const double Giga = 1e9;
    private const double Gibi = 1L << 30;
    private const double Kibi = 1L << 10;

    public static Verb Create(Streams streams)
    {
        var verb = new Verb(
            "catalog", "Lists the devices, models and schedulers that scenarios name.",
            "simulator catalog devices", "simulator catalog models llama-3.1-8b", "simulator catalog schedulers vllm-v1");
        verb.Subcommands.Add(CreateList(
            "devices", "device", CatalogueNames.Device, () => WriteDevices(streams.Output), device => WriteDevice(streams.Output, device),
            "simulator catalog devices", "simulator catalog devices h100-sxm"));
        verb.Subcommands.Add(CreateList(
            "models", "model", CatalogueNames.Model, () => WriteModels(streams.Output), model => WriteModel(streams.Output, model),
            "simulator catalog models", "simulator catalog models llama-3.1-8b"));
        verb.Subcommands.Add(CreateList(
            "schedulers", "scheduler", KnownSchedulers.Entry, () => WriteSchedulers(streams.Output), entry => WriteScheduler(streams.Output, entry),
            "simulator catalog schedulers", "simulator catalog schedulers vllm-v1"));
        return verb;
    }

    private static Verb CreateList<T>(
        string name, string kind, ValueReader<T> reader, Action writeAll, Action<T> writeOne, params string[] examples) where T : class
    {
        Argument<T?> entry = OptionFactory.Entry("ID", $"The {kind} to show in full; all are listed without it.", reader);
        var verb = new Verb(name, $"Lists the {kind}s, or shows one in full.", examples);
        verb.Arguments.Add(entry);
        verb.SetAction(parse =>
        {
            if (parse.GetValue(entry) is { } one) writeOne(one);
            else writeAll();
            return ExitCode.Success;
        });
        return verb;
    }

    private static void WriteDevices(TextWriter output)
    {
        Table table = TextTable.Create("device", "bf16 TFLOP/s", "fp8 TFLOP/s", "memory GiB", "memory GB/s", "peer GB/s", "W", "$/h");
        foreach (Device device in Devices.All)
        {
            table.AddTexts(
                device.Id, Figures.Number(device.Bf16FlopsPerSecond / Tera), OrNone(device.Fp8FlopsPerSecond / Tera),
                Figures.Number(device.MemoryBytes / Gibi), Figures.Number(device.MemoryBytesPerSecond / Giga),
                Figures.Number(device.PeerBytesPerSecond / Giga), Figures.Number(device.FullWatts),
                device.UsdPerHour.ToString("0.00", CultureInfo.InvariantCulture));
        }

        output.WriteTable(table);
    }

    private static void WriteDevice(TextWriter output, Device device) => WriteProperties(
        output,
        ("id", device.Id),
        ("name", device.Name),
        ("16-bit float", $"{Figures.Number(device.Bf16FlopsPerSecond / Tera)} TFLOP/s"),
        ("8-bit float", OrNone(device.Fp8FlopsPerSecond / Tera, " TFLOP/s")),
        ("8-bit integer", OrNone(device.Int8OpsPerSecond / Tera, " TOP/s")),
        ("4-bit float", OrNone(device.Fp4FlopsPerSecond / Tera, " TFLOP/s")),
        ("memory", $"{Figures.Number(device.MemoryBytes / Gibi)} GiB at {Figures.Number(device.MemoryBytesPerSecond / Giga)} GB/s"),
        ("to a peer", $"{Figures.Number(device.PeerBytesPerSecond / Giga)} GB/s, {device.DevicesPerNode} devices to a node"),
        ("to another node", $"{Figures.Number(device.NetworkBytesPerSecond / Giga)} GB/s"),
        ("to host memory", $"{Figures.Number(device.HostBytesPerSecond / Giga)} GB/s"),
        ("power", $"{Figures.Number(device.IdleWatts)} W idle, {Figures.Number(device.FullWatts)} W full"),
        ("rent", $"{device.UsdPerHour.ToString("0.00", CultureInfo.InvariantCulture)} $/h"),
        ("source", device.Source));

    private static void WriteModels(TextWriter output)
    {
        Table table = TextTable.Create("model", "weights", "active", "layers", "hidden", "context", "KV KiB/token");
        foreach (ModelArchitecture model in ModelArchitectures.All)
        {
            table.AddTexts(
                model.Id, Billions(model.ParameterCount), Billions(model.ActiveParametersPerToken), Figures.Count(model.Layers.Count),
                Figures.Count(model.HiddenSize), Figures.Count(model.ContextWindow),
                Figures.Number(model.KvBytesPerToken(NumberFormat.Bf16) / Kibi));
        }

        output.WriteTable(table);
    }

    private static void WriteModel(TextWriter output, ModelArchitecture model)
    {
        ParameterCounts weights = model.Parameters;
        WriteProperties(
            output,
            ("id", model.Id),
            ("name", model.Name),
            ("weights", $"{Billions(weights.Total)}, {Billions(model.ActiveParametersPerToken)} active per token"),
            ("  attention", Billions(weights.Attention)),
            ("  feed-forward", OrNone(weights.DenseFeedForward / Giga, " B")),
            ("  routed experts", OrNone(weights.RoutedExperts / Giga, " B")),
            ("  shared experts", OrNone(weights.SharedExperts / Giga, " B")),
            ("  embedding", Billions(weights.Embedding)),
            ("  head", model.TiedEmbeddings ? "shares the embedding" : Billions(weights.Head)),
            ("hidden size", Figures.Count(model.HiddenSize)),
            ("vocabulary", $"{Figures.Count(model.VocabularySize)} tokens"),
            ("context window", $"{Figures.Count(model.ContextWindow)} tokens"),
            ("KV cache", $"{Figures.Number(model.KvBytesPerToken(NumberFormat.Bf16) / Kibi)} KiB per token in 16 bits"),
            ("layers", Figures.Count(model.Layers.Count)));
        foreach (IGrouping<LayerSpec, LayerSpec> kind in model.Layers.GroupBy(layer => layer))
            output.WriteLine($"  {kind.Count()} × {Describe(kind.Key.Attention)}; {Describe(kind.Key.FeedForward)}");
        WriteProperties(output, ("source", model.Source));
    }

    private static void WriteSchedulers(TextWriter output)
    {
        foreach (SchedulerEntry entry in KnownSchedulers.All) output.WriteLine($"{entry.Name.PadRight(KnownSchedulers.Names.Max(name => name.Length) + 2)}{entry.Mirrors}");
    }

    private static void WriteScheduler(TextWriter output, SchedulerEntry entry)
    {
        WriteProperties(output, ("scheduler", entry.Name), ("mirrors", entry.Mirrors));
        output.WriteLine("Options, as keys of 'engine' in a scenario:");
        foreach (SchedulerOption option in entry.Options)
            output.WriteLine($"  {option.Key} ({option.Kind.Replace("`", "", StringComparison.Ordinal)}; {SchedulerDefaults.Of(entry, option)}): {option.Meaning.Replace("`", "", StringComparison.Ordinal)}");
    }

    private static string Describe(AttentionSpec attention) => attention switch
    {
        GroupedQueryAttention grouped =>
            $"grouped-query attention, {grouped.QueryHeads} heads, {grouped.KvHeads} KV heads of {grouped.HeadDim}"
            + (grouped.Window is { } window ? $", window {Figures.Count(window)}" : ""),
        LatentAttention latent => $"latent attention, {latent.Heads} heads, KV rank {latent.KvRank} + {latent.RopeHeadDim}",
        LinearAttention linear => $"linear attention, {linear.KeyHeads} key heads, {linear.ValueHeads} value heads",
        _ => attention.GetType().Name,
    };

    private static string Describe(FeedForwardSpec feedForward) => feedForward switch
    {
        DenseFeedForward dense => $"{(dense.Gated ? "gated " : "")}feed-forward of {Figures.Count(dense.Intermediate)}",
        MixtureOfExperts experts =>
            $"{experts.Experts} experts of {Figures.Count(experts.ExpertIntermediate)}, {experts.ActiveExperts} active"
            + (experts.SharedIntermediate > 0 ? $", shared {Figures.Count(experts.SharedIntermediate)}" : ""),
        _ => feedForward.GetType().Name,
    };

    private static void WriteProperties(TextWriter output, params (string Name, string Value)[] properties)
    {
        const int Indent = 17;
        foreach ((string name, string value) in properties) output.WriteLine($"{name.PadRight(Indent)}{value}");
    }

    private static string Billions(long count) => $"{Figures.Number(count / Giga)} B";

    private static string OrNone(double value, string unit = "") => value > 0 ? Figures.Number(value) + unit : Figures.Undefined;
}
