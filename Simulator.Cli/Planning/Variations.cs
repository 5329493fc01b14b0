using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Scenarios;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;

namespace Simulator.Cli.Planning;

/// <summary>A setting of a pool that plans differ in, and its values.</summary>
/// <param name="Key">A key of the <c>engine</c> or the <c>quantization</c> section of a scenario, or the <c>clock</c>.</param>
/// <param name="Values">Its values, as the user wrote them, at least one.</param>
internal sealed record Variation(string Key, IReadOnlyList<string> Values)
{
    /// <summary><c>KEY=VALUE,VALUE,…</c>.</summary>
    public static ValueReader<Variation> Reader { get; } = (string text, out Variation value, out string fault) =>
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string[] values = equals > 0 ? text[(equals + 1)..].Split(',', StringSplitOptions.TrimEntries) : [];
        value = new(equals > 0 ? text[..equals].Trim() : "", values);
        fault = $"expected a key of an engine or a quantization and its values, such as tokenBudget=2048,8192 or weights=bf16,fp8, got '{text}'";
        return value.Key.Length > 0 && values.Length > 0 && values.All(item => item.Length > 0) && values.Distinct().Count() == values.Length;
    };
}

/// <summary>Every combination of the values of variations, applied to a pool.</summary>
internal static class Variations
{
    private const string Clock = "clock";
    private static readonly string[] FormatKeys = ["weights", "activations", "kv"];
    private static readonly ValueReader<double> Clocks = Quantities.Share(positive: true);
    private static readonly ValueReader<NumberFormat> Formats = Values.OneOf("number format", KnownNames.NumberFormats);

    /// <summary>The pools, each with a label that names its values; the pool itself with an empty one when nothing varies.</summary>
    /// <exception cref="InputException">A key is not one of a pool, is given twice, or a value is not one of its.</exception>
    public static IReadOnlyList<(string Label, PoolSection Pool)> Of(PoolSection pool, IReadOnlyList<Variation> variations)
    {
        string[] twice = [.. variations.GroupBy(variation => variation.Key).Where(same => same.Count() > 1).Select(same => same.Key)];
        if (twice.Length > 0) throw new InputException([.. twice.Select(key => $"--vary: {key} is given twice; name all its values at once")]);
        IEnumerable<IReadOnlyList<(string Key, string Value)>> combinations = [[]];
        foreach (Variation variation in variations)
            combinations = combinations.SelectMany(before => variation.Values.Select(value => (IReadOnlyList<(string, string)>)[.. before, (variation.Key, value)]));
        return [.. combinations.Select(values => (string.Join(',', values.Select(value => $"{value.Key}={value.Value}")), Apply(pool, values)))];
    }

    private static PoolSection Apply(PoolSection pool, IReadOnlyList<(string Key, string Value)> values)
    {
        if (values.Count == 0) return pool;
        (string Key, string Value)[] ofEngine = [.. values.Where(value => value.Key != Clock && !FormatKeys.Contains(value.Key))];
        PoolSection changed = pool with
        {
            Places = null,
            Clock = values.Where(value => value.Key == Clock).Select(value => ReadClock(value.Value)).FirstOrDefault(pool.Clock),
            Quantization = values.Where(value => FormatKeys.Contains(value.Key)).Aggregate(pool.Quantization, Apply),
        };
        return ofEngine.Length > 0 ? changed with { Engine = ScenarioReader.ChangeEngine(pool.Engine, ofEngine, "--vary") } : changed;
    }

    private static double ReadClock(string text) =>
        Clocks(text, out double clock, out string fault) ? clock : throw new InputException($"--vary: {Clock}: {fault}");

    private static Quantization Apply(Quantization formats, (string Key, string Value) change)
    {
        if (!Formats(change.Value, out NumberFormat format, out string fault)) throw new InputException($"--vary: {change.Key}: {fault}");
        return change.Key switch
        {
            "weights" => formats with { Weights = format },
            "activations" => formats with { Activations = format },
            _ => formats with { KvCache = format },
        };
    }
}
