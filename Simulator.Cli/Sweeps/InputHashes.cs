using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;

namespace Simulator.Cli.Sweeps;

/// <summary>SHA-256 of the files that scenarios name, each file read once. Several threads may ask at once.</summary>
internal sealed class InputHashes
{
    private readonly ConcurrentDictionary<string, Lazy<string>> _known = new(StringComparer.Ordinal);

    /// <summary>The hash of a file; of a folder, that of the names and hashes of all files in it.</summary>
    /// <exception cref="InputException">It is missing or cannot be read.</exception>
    public string Of(string path) => _known.GetOrAdd(Path.GetFullPath(path), _ => new(() => Hash(path))).Value;

    /// <summary>The same, read anew.</summary>
    /// <exception cref="InputException">It is missing or cannot be read.</exception>
    public static string Hash(string path)
    {
        if (!Directory.Exists(path)) return InputFile.Read(path, "a file", file => Convert.ToHexStringLower(SHA256.HashData(file)));
        IEnumerable<string> files = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(path, file).Replace(Path.DirectorySeparatorChar, '/')).Order(StringComparer.Ordinal);
        string list = string.Concat(files.Select(file => $"{Hash(Path.Combine(path, file))} {file}\n"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(list)));
    }
}
