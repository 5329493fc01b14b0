namespace Simulator.Cli.Running;

/// <summary>Files that a run writes. A fault names the file as the user did.</summary>
internal static class OutputFile
{
    /// <summary>Makes the folder of a file, and finds out whether the file can be written; one that is there stays as it is.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    public static void Probe(string file) => Do(file, () =>
    {
        if (Path.GetDirectoryName(file) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        bool isNew = !File.Exists(file);
        File.Open(file, FileMode.OpenOrCreate, FileAccess.Write).Dispose();
        if (isNew) File.Delete(file);
    });

    /// <summary>Writes a file anew.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string file, string text) => Do(file, () => File.WriteAllText(file, text));

    /// <summary>Opens a file to write it anew, and makes its folder.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static FileStream Create(string file)
    {
        FileStream? stream = null;
        Do(file, () =>
        {
            if (Path.GetDirectoryName(file) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
            stream = File.Create(file);
        });
        return stream!;
    }

    private static void Do(string file, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{file}: cannot be written: {e.Message.TrimEnd('.')}; name another file", e);
        }
    }
}
