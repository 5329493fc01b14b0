using Simulator.Cli.Faults;

namespace Simulator.Cli.Reading;

/// <summary>Files that a user names as input. A fault names the file as the user did.</summary>
internal static class InputFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="what">What to name instead of a folder: <c>a scenario file</c>.</param>
    /// <param name="read">Reads it; its faults of the file system are told as the file's.</param>
    /// <exception cref="InputException">The file is missing, is a folder or cannot be read.</exception>
    public static T Read<T>(string path, string what, Func<FileStream, T> read)
    {
        if (Directory.Exists(path)) throw new InputException($"{path}: is a folder; name {what}");
        try
        {
            using FileStream file = File.OpenRead(path);
            return read(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{path}: no such file");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new InputException($"{path}: cannot be read: {e.Message}");
        }
    }
}
