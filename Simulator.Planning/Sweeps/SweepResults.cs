using System.Text;

namespace Simulator.Planning.Sweeps;

/// <summary>A folder with one file for each point that is done, named by the point's id.</summary>
/// <remarks>
/// A result is <c>{"point":"ID","value":…}</c> on one line. It appears whole or not at all, and it depends on nothing but its point, so any
/// number of processes may write into one folder, the same points as well. One folder may serve several sweeps.
/// </remarks>
public sealed class SweepResults
{
    private const string End = "}\n";

    /// <summary>Takes a folder, and makes it when it is not there.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public SweepResults(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        Folder = folder;
        Directory.CreateDirectory(folder);
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The file of a point's result.</summary>
    public string FileOf(SweepPoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        return Path.Combine(Folder, $"{point.Id}.json");
    }

    /// <summary>Whether a point is done. An empty file, which a machine that lost its power may leave behind, does not count.</summary>
    public bool Has(SweepPoint point) => new FileInfo(FileOf(point)) is { Exists: true, Length: > 0 };

    /// <summary>Stores a result.</summary>
    /// <param name="point">The point.</param>
    /// <param name="value">JSON on one line.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Add(SweepPoint point, string value) =>
        AtomicFile.Write(FileOf(point), file => file.Write(Encoding.UTF8.GetBytes($"{Start(point)}{value}{End}")));

    /// <summary>The result of a point, JSON on one line; null when it is not done.</summary>
    /// <exception cref="SweepException">The file holds something else.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public string? Read(SweepPoint point)
    {
        if (!Has(point)) return null;
        string file = FileOf(point);
        string text = File.ReadAllText(file);
        string start = Start(point);
        if (text.Length <= start.Length + End.Length || !text.StartsWith(start, StringComparison.Ordinal) || !text.EndsWith(End, StringComparison.Ordinal))
            throw new SweepException($"{file}: is not the result of the point that it is named after; delete it and run the sweep again");
        return text[start.Length..^End.Length];
    }

    private static string Start(SweepPoint point) => $"{{\"point\":\"{point.Id}\",\"value\":";
}
