using System.Text.Json;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Running;

namespace Simulator.Cli.Sweeps;

/// <summary>Nodes of a document as canonical JSON: texts as they were written, keys in ordinal order, no blanks.</summary>
internal static class NodeJson
{
    public static void Write(Utf8JsonWriter json, YamlNode node)
    {
        switch (node)
        {
            case YamlScalar { IsEmpty: true }:
                json.WriteNullValue();
                break;
            case YamlScalar scalar:
                json.WriteStringValue(scalar.Text);
                break;
            case YamlList list:
                json.WriteStartArray();
                foreach (YamlNode item in list.Items) Write(json, item);
                json.WriteEndArray();
                break;
            case YamlMap map:
                json.WriteStartObject();
                foreach (YamlEntry entry in map.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal))
                {
                    json.WritePropertyName(entry.Key);
                    Write(json, entry.Value);
                }
                json.WriteEndObject();
                break;
        }
    }

    /// <summary>A value as people read it: a single one as it was written, others as JSON.</summary>
    public static string Text(YamlNode? node) => node switch
    {
        null or YamlScalar { IsEmpty: true } => "",
        YamlScalar scalar => scalar.Text,
        _ => JsonLine.Of(json => Write(json, node)),
    };

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static YamlNode Read(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => new YamlMap(Position.Start, [.. json.EnumerateObject().Select(member => new YamlEntry(Position.Start, member.Name, Read(member.Value)))]),
        JsonValueKind.Array => new YamlList(Position.Start, [.. json.EnumerateArray().Select(Read)]),
        JsonValueKind.Null => new YamlScalar(Position.Start, "", IsEmpty: true),
        _ => new YamlScalar(Position.Start, json.GetString()!, IsEmpty: false),
    };
}
