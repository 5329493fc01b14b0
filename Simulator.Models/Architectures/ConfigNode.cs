using System.Text.Json;

namespace Simulator.Models.Architectures;

/// <summary>An object of a model configuration, read by key with typed faults. A key that is null counts as absent.</summary>
internal readonly struct ConfigNode(string file, JsonElement element, string path = "")
{
    /// <summary>A fault at a key of this object.</summary>
    public ModelConfigException Fault(string key, string fault, string remedy) => new(file, path + key, fault, remedy);

    public bool Has(string key) => Value(key) is not null;

    /// <summary>The object at a key, if there is one.</summary>
    public ConfigNode? Node(string key) => Value(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new ConfigNode(file, value, $"{path}{key}."),
        { } value => throw Fault(key, $"is {Kind(value)}, not an object", "Correct it, or take the file of the published model"),
    };

    /// <summary>The first object of an object of objects at a key, such as the groups of compressed-tensors.</summary>
    public ConfigNode? FirstNode(string key)
    {
        if (Node(key) is not { } parent)
            return null;
        foreach (JsonProperty property in parent.Element.EnumerateObject())
            return parent.Node(property.Name);
        return null;
    }

    /// <summary>A number at the first of some keys that is there; it must be positive.</summary>
    public int Positive(params ReadOnlySpan<string> keys) => PositiveOrNull(keys) ?? throw Missing(keys);

    public int? PositiveOrNull(params ReadOnlySpan<string> keys) => Integer(keys, least: 1);

    public int? NonNegativeOrNull(params ReadOnlySpan<string> keys) => Integer(keys, least: 0);

    public int? IntegerOrNull(string key) => Integer([key], least: int.MinValue);

    public bool? BooleanOrNull(string key) => Value(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Fault(key, $"is {Kind(value)}, not true or false", "Correct the value"),
    };

    public string? TextOrNull(string key) => Value(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        { } value => throw Fault(key, $"is {Kind(value)}, not a string", "Correct the value"),
    };

    public bool IsText(string key) => Value(key) is { ValueKind: JsonValueKind.String };

    public bool IsList(string key) => Value(key) is { ValueKind: JsonValueKind.Array };

    /// <summary>A list of strings, if it is there.</summary>
    public string[]? TextsOrNull(string key) => List(key, "strings", e => e.ValueKind == JsonValueKind.String ? e.GetString() : null);

    /// <summary>A list of integers, if it is there.</summary>
    public int[]? IntegersOrNull(string key)
    {
        int?[]? list = List(key, "integers", e => e.ValueKind == JsonValueKind.Number && e.TryGetInt32(out int n) ? (int?)n : null);
        return list is null ? null : [.. list.Select(n => n!.Value)];
    }

    public ModelConfigException Missing(params ReadOnlySpan<string> keys) => Fault(
        keys[0], "is missing" + (keys.Length > 1 ? $" (nor is there {string.Join(", ", keys[1..].ToArray())})" : ""),
        "Take the config.json of the model itself; a LoRA adapter or a tokenizer has none of its sizes");

    private JsonElement Element => element;

    private JsonElement? Value(string key) =>
        element.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private int? Integer(ReadOnlySpan<string> keys, int least)
    {
        foreach (string key in keys)
        {
            if (Value(key) is not { } value)
                continue;
            if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out int number))
                throw Fault(key, $"is {Kind(value)}, not a whole number", "Correct the value");
            return number >= least ? number : throw Fault(key, $"is {number}, below {least}", "Correct the value");
        }

        return null;
    }

    private T[]? List<T>(string key, string what, Func<JsonElement, T?> read)
    {
        if (Value(key) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Array)
            throw Fault(key, $"is {Kind(value)}, not a list of {what}", "Correct the value");
        var items = new List<T>();
        foreach (JsonElement item in value.EnumerateArray())
            items.Add(read(item) ?? throw Fault(key, $"holds {Kind(item)}, where only {what} belong", "Correct the list"));
        return [.. items];
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.Null => "null",
        _ => value.GetRawText() is { Length: <= 40 } text ? text : value.GetRawText()[..40] + "…",
    };
}
