using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Simulator.Models.Costs.Profiles;

/// <summary>Reads and writes profiles as JSON: names with units, one list of numbers a line.</summary>
public static class CostProfileFile
{
    private static readonly CostProfileJson Layout = new(new JsonSerializerOptions
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new NumberListConverter(), new NumberListsConverter(), new JsonStringEnumConverter<MatrixFormat>(), new LineConverter<PrefillKernel>(), new LineConverter<DecodeKernel>() },
    });

    /// <summary>A profile as JSON text.</summary>
    /// <param name="profile">The profile.</param>
    public static string Write(CostProfile profile) => JsonSerializer.Serialize(profile, Layout.CostProfile) + "\n";

    /// <summary>Reads the profile of a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file cannot be read, or holds no sound profile; the message says why, and what to do.</exception>
    public static CostProfile Open(string path)
    {
        string json;
        try
        {
            json = File.ReadAllText(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{path}: the file cannot be read. Give a profile that simulator calibrate has written.", fault);
        }
        return Read(json, path);
    }

    /// <summary>Reads a profile.</summary>
    /// <param name="json">Its JSON text.</param>
    /// <param name="name">Name of the file, for messages.</param>
    /// <exception cref="InvalidDataException">The text is no sound profile; the message says where, and what to do.</exception>
    public static CostProfile Read(string json, string name)
    {
        CostProfile? profile;
        try
        {
            profile = JsonSerializer.Deserialize(json, Layout.CostProfile);
        }
        catch (JsonException fault)
        {
            string place = fault.LineNumber is { } line ? $"{name}:{line + 1}" : name;
            throw new InvalidDataException($"{place}: {fault.Message} Write the file anew with: simulator calibrate.", fault);
        }
        if (profile is not null && profile.Validate().ToArray() is { Length: > 0 } faults)
            throw new InvalidDataException($"{name}: {string.Join(" ", faults)} Write the file anew with: simulator calibrate.");
        return profile ?? throw new InvalidDataException($"{name}: the file holds no profile. Write it anew with: simulator calibrate.");
    }

    /// <summary>The host times of an engine as JSON text.</summary>
    /// <param name="host">The times.</param>
    public static string WriteHost(HostProfile host) => JsonSerializer.Serialize(host, Layout.HostProfile) + "\n";

    internal static HostProfile ReadHost(string json, string name) =>
        JsonSerializer.Deserialize(json, Layout.HostProfile) ?? throw new InvalidDataException($"{name}: the file holds no host times.");

    /// <summary>A record on one line, so that a list of them reads as a table.</summary>
    private sealed class LineConverter<T> : JsonConverter<T>
    {
        private static readonly JsonTypeInfo<T> Line = (JsonTypeInfo<T>)new CostProfileJson(new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        }).GetTypeInfo(typeof(T))!;

        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonSerializer.Deserialize(ref reader, Line)!;

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteRawValue($"\n{new string(' ', 2 * writer.CurrentDepth)}{JsonSerializer.Serialize(value, Line)}");
    }

    /// <summary>Lists of numbers on one line, in their shortest form that reads back the same.</summary>
    private sealed class NumberListConverter : JsonConverter<double[]>
    {
        public override double[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ReadList(ref reader);

        public static double[] ReadList(ref Utf8JsonReader reader)
        {
            if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("A list of numbers is needed here.");
            List<double> numbers = [];
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.Number) throw new JsonException("A list holds something else than numbers.");
                numbers.Add(reader.GetDouble());
            }
            return [.. numbers];
        }

        public override void Write(Utf8JsonWriter writer, double[] value, JsonSerializerOptions options) => writer.WriteRawValue(Line(value));

        public static string Line(double[] values) => $"[{string.Join(", ", values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))}]";
    }

    /// <summary>Lists of lists of numbers, one list a line.</summary>
    private sealed class NumberListsConverter : JsonConverter<double[][]>
    {
        public override double[][] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("A list of lists of numbers is needed here.");
            List<double[]> lists = [];
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                lists.Add(NumberListConverter.ReadList(ref reader));
            return [.. lists];
        }

        public override void Write(Utf8JsonWriter writer, double[][] value, JsonSerializerOptions options)
        {
            string margin = "\n" + new string(' ', 2 * writer.CurrentDepth);
            writer.WriteRawValue($"[{string.Join(",", value.Select(list => $"{margin}  {NumberListConverter.Line(list)}"))}{margin}]");
        }
    }
}

[JsonSerializable(typeof(CostProfile))]
[JsonSerializable(typeof(HostProfile))]
internal sealed partial class CostProfileJson : JsonSerializerContext;
