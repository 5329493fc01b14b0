using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Simulator.Planning.Sweeps;

/// <summary>The points of a sweep as a file that is written once and never changed: a header line, then a line for each point.</summary>
/// <remarks>
/// The header is <c>{"about":…,"id":…,"kind":"sweep-manifest","points":…,"schemaVersion":1}</c>. The id is the SHA-256 of all that comes
/// after it and of <c>about</c>, so that a manifest that is cut or edited is refused. Points are read one by one: memory does not grow with them.
/// </remarks>
public sealed class SweepManifest
{
    /// <summary>Version of the layout.</summary>
    public const int CurrentSchemaVersion = 1;

    private const string Kind = "sweep-manifest";
    private const int LongestHeader = 1 << 20;
    private const int BufferSize = 1 << 16;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private SweepManifest(string file, string about, string id, long points) => (File, About, Id, Count) = (file, about, id, points);

    /// <summary>The file, as it was named.</summary>
    public string File { get; }

    /// <summary>What the maker of the manifest says of all points, as JSON on one line.</summary>
    public string About { get; }

    /// <summary>SHA-256 of <see cref="About"/> and of all points, 64 hexadecimal digits.</summary>
    public string Id { get; }

    /// <summary>Number of points.</summary>
    public long Count { get; }

    /// <summary>Writes a manifest. One that is there with the same points is left as it is.</summary>
    /// <param name="file">Where; its folder must be there.</param>
    /// <param name="about">What to say of all points: JSON on one line.</param>
    /// <param name="points">The points' lines, none of them twice; enumerated once.</param>
    /// <exception cref="SweepException">There is another manifest, or something else, in its place.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static SweepManifest Write(string file, string about, IEnumerable<string> points)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(about);
        ArgumentNullException.ThrowIfNull(points);
        using IncrementalHash hash = Hash(about);
        using FileStream body = new(AtomicFile.Temporary(file), FileMode.Create, FileAccess.ReadWrite, FileShare.None, BufferSize, FileOptions.DeleteOnClose);
        long count = 0;
        foreach (string point in points)
        {
            byte[] line = Utf8.GetBytes($"{point}\n");
            hash.AppendData(line);
            body.Write(line);
            count++;
        }
        SweepManifest manifest = new(file, about, Convert.ToHexStringLower(hash.GetHashAndReset()), count);
        if (Path.Exists(file))
        {
            if (!IsManifest(file, manifest.Id)) throw new SweepException($"{file}: is there already and holds something else; a manifest is not changed, so name another file");
            return manifest;
        }
        AtomicFile.Write(file, whole =>
        {
            whole.Write(Utf8.GetBytes($"{manifest.Header}\n"));
            body.Position = 0;
            body.CopyTo(whole);
        });
        return manifest;
    }

    /// <summary>Opens a manifest and looks whether it is whole.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="SweepException">It is none, or not as it was written.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SweepManifest Open(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        using StreamReader reader = OpenText(file);
        SweepManifest manifest = ReadHeader(file, reader);
        using IncrementalHash hash = Hash(manifest.About);
        long count = 0;
        try
        {
            for (; reader.ReadLine() is { } line; count++) hash.AppendData(Utf8.GetBytes($"{line}\n"));
        }
        catch (DecoderFallbackException)
        {
            throw Damaged(file);
        }
        if (count != manifest.Count || Convert.ToHexStringLower(hash.GetHashAndReset()) != manifest.Id) throw Damaged(file);
        return manifest;
    }

    /// <summary>The points, read one by one.</summary>
    /// <exception cref="IOException">The file cannot be read any more.</exception>
    public IEnumerable<SweepPoint> Points()
    {
        using StreamReader reader = OpenText(File);
        _ = reader.ReadLine();
        for (long number = 0; reader.ReadLine() is { } line; number++) yield return new(number, line);
    }

    private string Header => string.Create(
        CultureInfo.InvariantCulture, $"{{\"about\":{About},\"id\":\"{Id}\",\"kind\":\"{Kind}\",\"points\":{Count},\"schemaVersion\":{CurrentSchemaVersion}}}");

    private static IncrementalHash Hash(string about)
    {
        IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Utf8.GetBytes($"{about}\n"));
        return hash;
    }

    private static StreamReader OpenText(string file) => new(file, Utf8, detectEncodingFromByteOrderMarks: false, BufferSize);

    private static bool IsManifest(string file, string id)
    {
        try
        {
            return Open(file).Id == id;
        }
        catch (SweepException)
        {
            return false;
        }
    }

    private static SweepManifest ReadHeader(string file, StreamReader reader)
    {
        string line = ReadShortLine(file, reader);
        SweepManifest manifest;
        int version;
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement header = document.RootElement;
            if (header.GetProperty("kind").GetString() != Kind) throw NoManifest(file);
            version = header.GetProperty("schemaVersion").GetInt32();
            manifest = new(file, header.GetProperty("about").GetRawText(), header.GetProperty("id").GetString() ?? "", header.GetProperty("points").GetInt64());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw NoManifest(file);
        }
        if (version != CurrentSchemaVersion) throw new SweepException($"{file}: has schema version {version}, and this simulator reads version {CurrentSchemaVersion}; plan the sweep again");
        return manifest;
    }

    // So that a large file of something else is not taken into memory.
    private static string ReadShortLine(string file, StreamReader reader)
    {
        var line = new StringBuilder();
        try
        {
            for (int next = reader.Read(); next is not (-1 or '\n'); next = reader.Read())
            {
                if (line.Length == LongestHeader) throw NoManifest(file);
                line.Append((char)next);
            }
        }
        catch (DecoderFallbackException)
        {
            throw NoManifest(file);
        }
        return line.ToString();
    }

    private static SweepException NoManifest(string file) => new($"{file}: is no manifest of a sweep; name a file that 'sweep plan' wrote");

    private static SweepException Damaged(string file) => new($"{file}: is not as it was written: it was cut or edited; plan the sweep again");
}
