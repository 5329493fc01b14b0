using Simulator.Cli.Faults;
using Simulator.Core.Text;

namespace Simulator.Cli.Reading;

/// <summary>Reads the entries of one mapping by their keys, and gathers what is wrong with them.</summary>
/// <remarks>
/// A reader asks for every key that is valid, whether or not the document has it; the keys left over are then the unknown
/// ones. A faulty value reads as the default of its type, so that reading goes on: after the last fault the result is dropped.
/// </remarks>
internal sealed class Cursor
{
    private readonly YamlMap _map;
    private readonly FaultList _faults;
    private readonly List<string> _asked = [];
    private readonly List<string> _refused = [];

    private Cursor(YamlMap map, string path, FaultList faults)
    {
        _map = map;
        _faults = faults;
        Path = path;
    }

    /// <summary>Where the mapping is in the document, such as <c>cluster.pools[0]</c>; empty at the top.</summary>
    public string Path { get; }

    /// <summary>Reads a mapping to its end.</summary>
    public static T Read<T>(YamlMap map, FaultList faults, Func<Cursor, T> read) => Read(map, "", faults, read);

    /// <summary>Reads a mapping that stands at a path of a document to its end.</summary>
    public static T Read<T>(YamlMap map, string path, FaultList faults, Func<Cursor, T> read)
    {
        var cursor = new Cursor(map, path, faults);
        T result = read(cursor);
        cursor.ReportUnknownKeys();
        return result;
    }

    /// <summary>The path of a file that the document names relative to itself.</summary>
    public string Resolve(string path)
    {
        if (path.Length > 0) _faults.Name(path);
        return System.IO.Path.Combine(System.IO.Path.GetDirectoryName(_faults.File) ?? "", path);
    }

    /// <summary>Where the value of a key stands, or the mapping itself when the key is left out.</summary>
    public Place PlaceOf(string key) => Entry(key) is { } entry ? new(_faults.File, entry.Value.At, Of(key)) : new(_faults.File, _map.At, Path);

    /// <summary>True when the document has the key.</summary>
    public bool Has(string key) => Entry(key) is not null;

    /// <summary>The value of a key as it stands; null when the key is left out.</summary>
    public YamlNode? Node(string key) => Entry(key)?.Value;

    /// <summary>A value that must be there.</summary>
    public T Required<T>(string key, ValueReader<T> reader, string what)
    {
        if (Entry(key) is null) ReportMissing(key, what);
        return Optional(key, reader, default(T)!);
    }

    /// <summary>A value that may be left out.</summary>
    public T Optional<T>(string key, ValueReader<T> reader, T otherwise) =>
        Entry(key) is { } entry && TryRead(entry.Value, Of(key), reader, out T value) ? value : otherwise;

    /// <summary>A value that may be left out, and is null then.</summary>
    public T? Optional<T>(string key, ValueReader<T> reader) where T : struct =>
        Entry(key) is { } entry && TryRead(entry.Value, Of(key), reader, out T value) ? value : null;

    /// <summary>A list of values; a single value stands for a list of one. Empty when left out.</summary>
    public IReadOnlyList<T> Many<T>(string key, ValueReader<T> reader)
    {
        if (Entry(key) is not { } entry) return [];
        IReadOnlyList<YamlNode> nodes = entry.Value is YamlList list ? list.Items : [entry.Value];
        if (nodes.Count == 0) Report(entry.Value.At, $"{Of(key)} is an empty list; remove it or name at least one");
        var values = new List<T>(nodes.Count);
        for (int i = 0; i < nodes.Count; i++)
        {
            string path = entry.Value is YamlList ? $"{Of(key)}[{i}]" : Of(key);
            if (TryRead(nodes[i], path, reader, out T value)) values.Add(value);
        }

        return values;
    }

    /// <summary>A mapping that may be left out, and is null then.</summary>
    public T? Map<T>(string key, Func<Cursor, T> read) where T : class =>
        Entry(key) is { } entry && AsMap(entry.Value, Of(key)) is { } inner ? Read(inner, Of(key), _faults, read) : null;

    /// <summary>A mapping that must be there.</summary>
    public T RequiredMap<T>(string key, Func<Cursor, T> read, string what) where T : class
    {
        if (Entry(key) is null) ReportMissing(key, what);
        return Map(key, read)!;
    }

    /// <summary>A list of mappings that must be there and hold at least one.</summary>
    public IReadOnlyList<T> RequiredMaps<T>(string key, Func<Cursor, T> read, string what) where T : class
    {
        if (Entry(key) is not { } entry)
        {
            ReportMissing(key, what);
            return [];
        }

        if (entry.Value is not YamlList list)
        {
            Report(entry.Value.At, $"{Of(key)}: expected a list of mappings, each after a '-', got {entry.Value.Kind}");
            return [];
        }

        if (list.Items.Count == 0) Report(list.At, $"{Of(key)} is an empty list; it needs {what}");
        var items = new List<T>(list.Items.Count);
        for (int i = 0; i < list.Items.Count; i++)
        {
            string path = $"{Of(key)}[{i}]";
            if (AsMap(list.Items[i], path) is { } inner) items.Add(Read(inner, path, _faults, read));
        }

        return items;
    }

    /// <summary>A value that is either a mapping or, for short, a single value. Null when left out.</summary>
    public T? MapOrValue<T>(string key, Func<Cursor, T> read, ValueReader<T> reader) where T : class
    {
        if (Entry(key) is not { } entry) return null;
        if (entry.Value is YamlMap inner) return Read(inner, Of(key), _faults, read);
        return TryRead(entry.Value, Of(key), reader, out T value) ? value : null;
    }

    /// <summary>The one of several keys that the document has; reports when it has none or more than one.</summary>
    /// <returns>Null after a report, or when there is none and none is needed.</returns>
    public string? One(IReadOnlyList<string> keys, bool required)
    {
        List<YamlEntry> found = [.. keys.Select(Entry).OfType<YamlEntry>()];
        string choice = Choice(keys);
        if (found.Count == 0 && required) Report(_map.At, $"{Named()} needs one of {choice}");
        if (found.Count < 2) return found.Count == 1 ? found[0].Key : null;

        YamlEntry last = found.MaxBy(entry => entry.At)!;
        Report(last.At, $"{Named()} takes only one of {choice}");
        return null;
    }

    /// <summary>Reports keys that make no sense beside what else is given.</summary>
    public void Refuse(IEnumerable<string> keys, string why)
    {
        foreach (string key in keys)
        {
            if (Entry(key) is { } entry) Report(entry.At, $"{Of(key)}: {why}");
        }
    }

    /// <summary>Reports keys that nobody asked for and that belong elsewhere; they are not listed among the valid ones.</summary>
    /// <param name="whyNot">What to say of a key; null for one that it does not know.</param>
    public void RefuseForeign(Func<string, string?> whyNot)
    {
        foreach (YamlEntry entry in _map.Entries)
        {
            if (_asked.Contains(entry.Key) || whyNot(entry.Key) is not { } why) continue;
            _refused.Add(entry.Key);
            Report(entry.At, $"{Of(entry.Key)}: {why}");
        }
    }

    /// <summary>Reports a fault of the value at a key, or of the mapping itself when the key is left out.</summary>
    public void Fault(string key, string message) => Report(Entry(key)?.Value.At ?? _map.At, $"{Of(key)}: {message}");

    /// <summary>Reports a fault of the mapping as a whole.</summary>
    public void Fault(string message) => Report(_map.At, Path.Length == 0 ? message : $"{Path}: {message}");

    private YamlEntry? Entry(string key)
    {
        if (!_asked.Contains(key)) _asked.Add(key);
        return _map.Entries.FirstOrDefault(entry => entry.Key == key);
    }

    private bool TryRead<T>(YamlNode node, string path, ValueReader<T> reader, out T value)
    {
        value = default!;
        if (node is YamlScalar { IsEmpty: true })
        {
            Report(node.At, $"{path} has no value; give one or remove the key");
            return false;
        }

        if (node is not YamlScalar scalar)
        {
            Report(node.At, $"{path}: expected a single value, got {node.Kind}");
            return false;
        }

        if (reader(scalar.Text, out value, out string fault)) return true;
        Report(node.At, $"{path}: {fault}");
        return false;
    }

    private YamlMap? AsMap(YamlNode node, string path)
    {
        if (node is YamlMap inner) return inner;
        Report(node.At, node is YamlScalar { IsEmpty: true }
            ? $"{path} has no value; give its keys on indented lines below, or remove it"
            : $"{path}: expected a mapping of keys and values, got {node.Kind}");
        return null;
    }

    private void ReportMissing(string key, string what) => Report(_map.At, $"'{key}' is missing in {Named()}; it is {what}");

    private void ReportUnknownKeys()
    {
        foreach (YamlEntry entry in _map.Entries)
        {
            if (_asked.Contains(entry.Key) || _refused.Contains(entry.Key)) continue;
            string hint = NearestName.Hint(entry.Key, _asked);
            Report(entry.At, $"unknown key '{entry.Key}' in {Named()}{(hint.Length > 0 ? hint : ";")} valid keys: {string.Join(", ", _asked)}");
        }
    }

    private void Report(Position at, string message) => _faults.Add(at, message);

    private string Of(string key) => Path.Length == 0 ? key : $"{Path}.{key}";

    private string Named() => Path.Length == 0 ? _faults.What : Path;

    private static string Choice(IReadOnlyList<string> keys) =>
        $"{string.Join(", ", keys.SkipLast(1).Select(key => $"'{key}'"))} or '{keys[^1]}'";
}
