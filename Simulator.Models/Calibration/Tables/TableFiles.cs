using System.IO.Enumeration;
using Simulator.Models.Devices;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Models.Calibration.Tables;

/// <summary>The files of a folder and of those below it, for layouts that spread tables over folders.</summary>
internal static class TableFiles
{
    private const int MostDepth = 8;

    /// <summary>The files that a name asks for, in the order of their paths. Folders that are links are not entered.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="isAsked">Whether a file of that name is asked for.</param>
    public static IReadOnlyList<string> Below(string folder, Func<string, bool> isAsked)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = MostDepth, AttributesToSkip = 0, IgnoreInaccessible = true };
        var files = new FileSystemEnumerable<string>(folder, (ref FileSystemEntry entry) => entry.ToSpecifiedFullPath(), options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory && isAsked(entry.FileName.ToString()),
            ShouldRecursePredicate = (ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0,
        };
        return [.. files.Order(StringComparer.Ordinal)];
    }

    /// <summary>The files of a device: those below folders called after it, or all where no folder is called after any.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">Files below it.</param>
    /// <param name="device">The device.</param>
    /// <param name="nameOf">The device's name in that of a folder.</param>
    /// <exception cref="OpTableException">The folders are called after other devices alone.</exception>
    public static IReadOnlyList<string> Of(string folder, IReadOnlyList<string> files, Device device, Func<string, string> nameOf)
    {
        (string File, Device? Device)[] known = [.. files.Select(file => (file, DeviceOf(file)))];
        if (Array.TrueForAll(known, file => file.Device is null))
            return files;
        string[] own = [.. known.Where(file => file.Device?.Id == device.Id).Select(file => file.File)];
        return own.Length > 0 ? own : throw new OpTableException(
            folder, 0,
            $"there are tables of {string.Join(", ", known.Select(file => file.Device?.Id).OfType<string>().Distinct().Order(StringComparer.Ordinal))} and none of {device.Id}",
            "Check the folder and --device");

        Device? DeviceOf(string file)
        {
            foreach (string part in Folders(folder, file))
            {
                if (DeviceCatalogue.TryFind(nameOf(part), out Device? device)) return device;
            }
            return null;
        }
    }

    /// <summary>The path of a file below a folder, with slashes.</summary>
    public static string Relative(string folder, string file) => Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/');

    private static string[] Folders(string folder, string file) => Relative(folder, file).Split('/')[..^1];
}
