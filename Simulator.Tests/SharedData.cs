namespace Simulator.Tests;

/// <summary>Measured data and traces that are kept beside the repository, in <c>../shared</c>; tests that need them are skipped without.</summary>
public static class SharedData
{
    /// <summary>The folder with <c>Simulator.sln</c>.</summary>
    public static string RepositoryRoot { get; } = FindRoot(TestContext.CurrentContext.TestDirectory);

    /// <summary>The full path of a file or folder below <c>../shared</c>; ends the test as ignored when it is absent.</summary>
    /// <param name="relative">Path such as <c>data/traces/azure2023_conv.csv.gz</c>.</param>
    public static string Path(string relative)
    {
        string path = System.IO.Path.GetFullPath(System.IO.Path.Combine(RepositoryRoot, "..", "shared", relative));
        if (!File.Exists(path) && !Directory.Exists(path)) Assert.Ignore($"The shared data has no {relative}.");
        return path;
    }

    private static string FindRoot(string start)
    {
        for (DirectoryInfo? folder = new(start); folder != null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Simulator.sln"))) return folder.FullName;
        }
        throw new InvalidOperationException($"No folder above {start} holds Simulator.sln.");
    }
}
