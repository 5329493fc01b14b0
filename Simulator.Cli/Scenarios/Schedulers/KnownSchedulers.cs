using Simulator.Cli.Reading;
using Simulator.Models.Caching;

namespace Simulator.Cli.Scenarios.Schedulers;

/// <summary>The schedulers that scenarios and the command line name. To add one is to add an entry.</summary>
internal static partial class KnownSchedulers
{
    public const string Default = "vllm-v1";

    /// <summary>The entries: engines of today, those before them, and those with one task last.</summary>
    public static IReadOnlyList<SchedulerEntry> All { get; } =
        [VllmV1(), Sglang(), TensorRtLlm(), VllmV0(), Sarathi(), Orca(), FasterTransformer(), DistServePrefill(), DistServeDecode(), Apex()];

    public static string[] Names { get; } = [.. All.Select(entry => entry.Name)];

    /// <summary>An entry by its name.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static SchedulerEntry Of(string name) => All.First(entry => entry.Name == name);

    /// <summary>A scheduler by its name.</summary>
    public static ValueReader<SchedulerEntry> Entry { get; } = Values.OneOf("scheduler", [.. All.Select(entry => (entry.Name, entry))]);

    private static SchedulerEntry<TOptions> WithBlocks<TOptions>(this SchedulerEntry<TOptions> entry) => entry.WithEngine(
        "blockTokens", "count", "tokens of a KV block",
        Values.Count(), engine => engine.BlockTokens, (engine, value) => engine with { BlockTokens = value });

    private static SchedulerEntry<TOptions> WithPrefixCaching<TOptions>(this SchedulerEntry<TOptions> entry) => entry.WithEngine(
        "prefixCaching", "flag", "whether blocks with known content are shared and kept for reuse",
        Values.Flag(), engine => engine.PrefixCaching, (engine, value) => engine with { PrefixCaching = value });

    private static SchedulerEntry<TOptions> WithSwap<TOptions>(this SchedulerEntry<TOptions> entry, string called) => entry.WithEngine(
        "swapBlocks", "count, from 0", $"KV blocks of host memory for requests that are swapped out ({called})",
        Values.Whole(0L, KvBlockPool.Unlimited), engine => engine.SwapBlocks, (engine, value) => engine with { SwapBlocks = value });

    /// <summary>The name of a value, as scenarios write it.</summary>
    private static string NameOf<T>((string Name, T Value)[] names, T value) where T : struct, Enum =>
        names.First(known => EqualityComparer<T>.Default.Equals(known.Value, value)).Name;

    /// <summary>Why a key does not fit a scheduler, when it is an option of others.</summary>
    /// <returns>Null for a key that no scheduler has.</returns>
    public static string? WhyNot(string key, string chosen)
    {
        string[] takers = [.. All.Where(entry => entry.Name != chosen && entry.Options.Any(option => option.Key == key)).Select(entry => entry.Name)];
        return takers.Length == 0
            ? null
            : $"an option of {string.Join(", ", takers)}, and the scheduler is {chosen}; remove it or choose another 'scheduler'";
    }
}
