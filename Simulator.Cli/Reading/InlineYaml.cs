using Simulator.Cli.Faults;

namespace Simulator.Cli.Reading;

/// <summary>Mappings of a scenario on the command line: the same keys and messages, and the outer braces may be left out.</summary>
/// <example><c>--arrivals "gamma: { rate: 5/s, cv: 2 }"</c></example>
internal static class InlineYaml
{
    /// <summary>A mapping.</summary>
    /// <param name="what">What a message calls it.</param>
    /// <param name="read">Reads its keys.</param>
    public static ValueReader<T> Map<T>(string what, Func<Cursor, T> read) => (string text, out T value, out string fault) =>
    {
        var faults = new FaultList("");
        string body = text.Trim();
        YamlMap? map = YamlReader.Read(body.StartsWith('{') ? body : $"{{ {body} }}", faults);
        value = map is null ? default! : Cursor.Read(map, what, faults, read);
        fault = string.Join("; ", faults.Messages);
        return map is not null && faults.Count == 0;
    };

    /// <summary>A mapping, or for short a single value.</summary>
    /// <param name="what">What a message calls it.</param>
    /// <param name="read">Reads the keys of a mapping.</param>
    /// <param name="reader">Reads a single value.</param>
    public static ValueReader<T> MapOrValue<T>(string what, Func<Cursor, T> read, ValueReader<T> reader) =>
        (string text, out T value, out string fault) =>
            text.Contains(':', StringComparison.Ordinal) ? Map(what, read)(text, out value, out fault) : reader(text, out value, out fault);
}
