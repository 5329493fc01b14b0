namespace Simulator.Planning.Sweeps;

/// <summary>Files that are there whole or not at all, whatever happens to the process that writes them and however many write the same.</summary>
internal static class AtomicFile
{
    /// <summary>Writes a file beside its place, then moves it there; one that is there is replaced.</summary>
    /// <param name="path">The place.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = Temporary(path);
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

    /// <summary>A place beside a file that no other process has, on this machine or another.</summary>
    public static string Temporary(string path) => $"{path}.{Path.GetRandomFileName()}.tmp";
}
