using Simulator.Cli.Faults;
using Simulator.Cli.Reading;

namespace Simulator.Cli.Scenarios;

/// <summary>Changes that are made to a scenario from outside of it, key by key.</summary>
internal static partial class ScenarioReader
{
    /// <summary>An engine with some entries of its section changed. Another scheduler begins with defaults of its own.</summary>
    /// <param name="engine">The engine as it is.</param>
    /// <param name="entries">Keys of an <c>engine</c> section and their new values, as a scenario would have them.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <exception cref="InputException">A key is not one of an engine, or a value is not one of its.</exception>
    public static EngineSection ChangeEngine(EngineSection engine, IEnumerable<(string Key, string Value)> entries, string source)
    {
        var faults = new FaultList(source);
        (string Key, string Value)[] given = [.. entries];
        string scheduler = given.Where(entry => entry.Key == "scheduler").Select(entry => entry.Value).FirstOrDefault(engine.Scheduler);
        string text = $"scheduler: {scheduler}\n" + string.Concat(given.Where(entry => entry.Key != "scheduler").Select(entry => $"{entry.Key}: {entry.Value}\n"));
        EngineSection? read = YamlReader.Read(text, faults) is { } map ? Cursor.Read(map, faults, section => ReadEngine(section, null)) : null;
        if (read is null || faults.Count > 0) throw new InputException([.. faults.Messages.Select(message => $"{source}: {message}")]);
        bool same = read.Scheduler == engine.Scheduler;
        return read with
        {
            SchedulerOptions = same ? new Dictionary<string, object>(engine.SchedulerOptions.Concat(read.SchedulerOptions).GroupBy(option => option.Key, option => option.Value)
                .Select(option => KeyValuePair.Create(option.Key, option.Last())), StringComparer.Ordinal) : read.SchedulerOptions,
            KvBlocks = read.KvBlocks ?? engine.KvBlocks,
            MemoryUtilization = read.MemoryUtilization ?? engine.MemoryUtilization,
            MaxContext = read.MaxContext ?? engine.MaxContext,
            QueueLimit = read.QueueLimit ?? engine.QueueLimit,
            HostCacheBlocks = read.HostCacheBlocks ?? engine.HostCacheBlocks,
            HostWritePolicy = read.HostWritePolicy ?? engine.HostWritePolicy,
            ReceiveInterval = read.ReceiveInterval ?? engine.ReceiveInterval,
            StreamInterval = read.StreamInterval ?? engine.StreamInterval,
            RequestOverhead = read.RequestOverhead ?? engine.RequestOverhead,
            ResponseOverhead = read.ResponseOverhead ?? engine.ResponseOverhead,
        };
    }
}
