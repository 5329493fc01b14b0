namespace Simulator.Tests.Cli;

/// <summary>A folder of files for one test, gone when it ends.</summary>
internal sealed class TemporaryFiles : IDisposable
{
    private static int _created;

    public TemporaryFiles()
    {
        Folder = Path.Combine(
            TestContext.CurrentContext.WorkDirectory, $"files-{TestContext.CurrentContext.Test.ID}-{Interlocked.Increment(ref _created)}");
        Directory.CreateDirectory(Folder);
    }

    public string Folder { get; }

    /// <summary>Path of a file in the folder, whether or not it exists.</summary>
    public string this[string name] => Path.Combine(Folder, name);

    /// <summary>Writes a file, and the folders above it, and gives its path.</summary>
    public string Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
