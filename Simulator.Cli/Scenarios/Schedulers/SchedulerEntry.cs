using Simulator.Cli.Reading;
using Simulator.Models.Devices;
using Simulator.Models.Engines;

namespace Simulator.Cli.Scenarios.Schedulers;

/// <summary>A scheduler that scenarios name: what it mirrors, the options that it takes, and the engine that comes of them.</summary>
internal abstract class SchedulerEntry(string name, string mirrors)
{
    public string Name { get; } = name;

    /// <summary>The engine, version and file that it follows.</summary>
    public string Mirrors { get; } = mirrors;

    /// <summary>Its options, in the order in which they are listed.</summary>
    public abstract IReadOnlyList<SchedulerOption> Options { get; }

    /// <summary>Reads the options that an <c>engine</c> section gives, by their keys.</summary>
    public abstract IReadOnlyDictionary<string, object> Read(Cursor engine);

    /// <summary>The engine on a device, with some options and the defaults of the others.</summary>
    /// <param name="device">The device.</param>
    /// <param name="contextWindow">Longest prompt and output together, in tokens.</param>
    /// <param name="given">The options that are set.</param>
    public abstract EngineOptions Engine(Device device, int contextWindow, IReadOnlyDictionary<string, object> given);

    /// <summary>The value of every option, in the order of <see cref="Options"/>; null for one that is off.</summary>
    /// <param name="device">The device.</param>
    /// <param name="contextWindow">Longest prompt and output together, in tokens.</param>
    /// <param name="given">The options that are set.</param>
    public abstract IReadOnlyList<object?> Values(Device device, int contextWindow, IReadOnlyDictionary<string, object> given);
}

/// <summary>A scheduler whose options are a record of the library.</summary>
/// <param name="name">What scenarios call it.</param>
/// <param name="mirrors">The engine, version and file that it follows.</param>
/// <param name="defaults">Its default options on a device, for a context window.</param>
/// <param name="build">The engine with some options.</param>
internal sealed class SchedulerEntry<TOptions>(
    string name, string mirrors, Func<Device, int, TOptions> defaults, Func<TOptions, EngineOptions> build) : SchedulerEntry(name, mirrors)
{
    private readonly List<Choice> _choices = [];

    public override IReadOnlyList<SchedulerOption> Options => [.. _choices.Select(choice => choice.Option)];

    /// <summary>Adds an option of the scheduler.</summary>
    public SchedulerEntry<TOptions> With<T>(
        string key, string kind, string meaning, ValueReader<T> reader, Func<TOptions, object?> get, Func<TOptions, T, TOptions> set, string? otherwise = null)
        where T : notnull
    {
        _choices.Add(new Choice(
            new SchedulerOption(key, kind, meaning, otherwise), engine => engine.Optional<T>(key, reader, default!),
            (options, _) => get(options), (options, value) => set(options, (T)value), null));
        return this;
    }

    /// <summary>Adds an option of the scheduler that has keys of its own.</summary>
    public SchedulerEntry<TOptions> WithMap<T>(
        string key, string kind, string meaning, Func<Cursor, T> read, Func<TOptions, object?> get, Func<TOptions, T, TOptions> set) where T : class
    {
        _choices.Add(new Choice(
            new SchedulerOption(key, kind, meaning), engine => engine.Map(key, read), (options, _) => get(options), (options, value) => set(options, (T)value), null));
        return this;
    }

    /// <summary>Adds an option that the engine around the scheduler reads.</summary>
    public SchedulerEntry<TOptions> WithEngine<T>(
        string key, string kind, string meaning, ValueReader<T> reader, Func<EngineOptions, object?> get, Func<EngineOptions, T, EngineOptions> set)
        where T : notnull
    {
        _choices.Add(new Choice(
            new SchedulerOption(key, kind, meaning), engine => engine.Optional<T>(key, reader, default!),
            (_, engine) => get(engine), null, (engine, value) => set(engine, (T)value)));
        return this;
    }

    public override IReadOnlyDictionary<string, object> Read(Cursor engine)
    {
        var given = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (Choice choice in _choices)
        {
            if (engine.Has(choice.Option.Key) && choice.Read(engine) is { } value) given.Add(choice.Option.Key, value);
        }

        return given.Count == 0 ? EngineSection.NoOptions : given;
    }

    public override EngineOptions Engine(Device device, int contextWindow, IReadOnlyDictionary<string, object> given) =>
        Resolve(device, contextWindow, given).Engine;

    public override IReadOnlyList<object?> Values(Device device, int contextWindow, IReadOnlyDictionary<string, object> given)
    {
        (TOptions options, EngineOptions engine) = Resolve(device, contextWindow, given);
        return [.. _choices.Select(choice => choice.Get(options, engine))];
    }

    private (TOptions Options, EngineOptions Engine) Resolve(Device device, int contextWindow, IReadOnlyDictionary<string, object> given)
    {
        TOptions options = defaults(device, contextWindow);
        foreach (Choice choice in _choices)
        {
            if (choice.Set is not null && given.TryGetValue(choice.Option.Key, out object? value)) options = choice.Set(options, value);
        }

        EngineOptions engine = build(options);
        foreach (Choice choice in _choices)
        {
            if (choice.SetEngine is not null && given.TryGetValue(choice.Option.Key, out object? value)) engine = choice.SetEngine(engine, value);
        }

        return (options, engine);
    }

    private sealed record Choice(
        SchedulerOption Option, Func<Cursor, object?> Read, Func<TOptions, EngineOptions, object?> Get,
        Func<TOptions, object, TOptions>? Set, Func<EngineOptions, object, EngineOptions>? SetEngine);
}
