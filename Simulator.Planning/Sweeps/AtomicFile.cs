using System.Globalization;

namespace Simulator.Planning.Sweeps;

/// <summary>Files that are there whole or not at all, whatever happens to the process that writes them and however many write the same.</summary>
internal static class AtomicFile
{
    /// <summary>Who is writing: no two processes that run at once, on one machine or several, have the same.</summary>
    public static string Writer { get; } = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}-{Environment.ProcessId}");

    private static long _written;

    /// <summary>Writes a file beside its place, then moves it there; one that is there is replaced.</summary>
    /// <param name="path">The place.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = string.Create(CultureInfo.InvariantCulture, $"{path}.{Writer}-{Interlocked.Increment(ref _written)}.tmp");
        try
        {
            using (FileStream stream = File.Create(temporary)) write(stream);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
