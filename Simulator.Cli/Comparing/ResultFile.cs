using System.Globalization;
using System.Text.Json;
using Simulator.Cli.Faults;

namespace Simulator.Cli.Comparing;

/// <summary>A results document as a flat list of values, each under its path such as <c>ttft.p99</c>.</summary>
internal sealed class ResultFile
{
    private const int MaximumDepth = 32;

    private ResultFile(string file, int schemaVersion, IReadOnlyList<(string Path, ResultValue Value)> values)
    {
        File = file;
        SchemaVersion = schemaVersion;
        Values = values;
    }

    /// <summary>The file, as the user named it.</summary>
    public string File { get; }

    public int SchemaVersion { get; }

    /// <summary>The values in the order of the document.</summary>
    public IReadOnlyList<(string Path, ResultValue Value)> Values { get; }

    /// <summary>Reads what <c>simulator replay --json</c> wrote.</summary>
    /// <exception cref="InputException">The file cannot be read, is not JSON or holds no results.</exception>
    public static ResultFile Read(string file)
    {
        byte[] bytes = ReadBytes(file);
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaximumDepth });
            JsonElement top = document.RootElement;
            int schemaVersion = 0;
            bool isResult = top.ValueKind == JsonValueKind.Object
                && top.TryGetProperty("requests", out _)
                && top.TryGetProperty("schemaVersion", out JsonElement version)
                && version.ValueKind == JsonValueKind.Number
                && version.TryGetInt32(out schemaVersion);
            if (!isResult)
            {
                throw new InputException($"{file}: holds no results; name a file that 'simulator replay --json' wrote");
            }

            var values = new List<(string, ResultValue)>();
            Flatten(top, "", values);
            return new ResultFile(file, schemaVersion, values);
        }
        catch (JsonException e)
        {
            var at = new Position((e.LineNumber ?? 0) + 1, (e.BytePositionInLine ?? 0) + 1);
            string reason = e.Message.Split(" LineNumber:", 2)[0].TrimEnd('.');
            throw new InputException($"{file}:{at}: not valid JSON: {reason}; write the results again");
        }
    }

    private static void Flatten(JsonElement element, string path, List<(string, ResultValue)> values)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                    Flatten(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}", values);
                break;
            case JsonValueKind.Array:
                int index = 0;
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Flatten(item, $"{path}[{LabelOf(item) ?? index.ToString(CultureInfo.InvariantCulture)}]", values);
                    index++;
                }

                break;
            case JsonValueKind.Number:
                values.Add((path, new ResultValue(element.GetRawText(), element.GetDouble())));
                break;
            case JsonValueKind.Null:
                values.Add((path, ResultValue.Undefined));
                break;
            default:
                values.Add((path, new ResultValue(element.ToString(), null)));
                break;
        }
    }

    /// <summary>What tells the part of one class from the others, wherever it stands in the list; null for other items.</summary>
    private static string? LabelOf(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object
        && item.TryGetProperty("pool", out JsonElement pool)
        && item.TryGetProperty("class", out JsonElement name)
            ? $"{pool}/{name}".TrimEnd('/')
            : null;

    private static byte[] ReadBytes(string file)
    {
        try
        {
            return System.IO.File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{file}: no such file");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new InputException($"{file}: cannot be read: {e.Message}");
        }
    }
}

/// <summary>One value of a results document.</summary>
/// <param name="Text">As the document has it; empty when it is null or missing.</param>
/// <param name="Number">Its number, when it is one.</param>
internal readonly record struct ResultValue(string Text, double? Number)
{
    /// <summary>A null of the document.</summary>
    public static ResultValue Undefined => new("", null);
}
