using System.Globalization;

namespace Simulator.Planning.Sweeps;

/// <summary>Where and how long points ran, in a file of its own beside the results: one for each process, a line for each point.</summary>
internal sealed class SweepJournal : IDisposable
{
    private readonly StreamWriter _file;
    private readonly Lock _lock = new();

    public SweepJournal(string results)
    {
        string folder = Path.Combine(results, "journal");
        Directory.CreateDirectory(folder);
        string name = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}-{Environment.ProcessId}.csv");
        // Processes of two containers may be called alike; their lines then share a file.
        var stream = new FileStream(Path.Combine(folder, name), FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        _file = new StreamWriter(stream) { AutoFlush = true, NewLine = "\n" };
        if (stream.Length == 0) _file.WriteLine("point,host,seconds");
    }

    public void Add(SweepPoint point, TimeSpan took)
    {
        lock (_lock) _file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{point.Id},{Environment.MachineName},{took.TotalSeconds:0.000000}"));
    }

    public void Dispose() => _file.Dispose();
}
