using System.Text.RegularExpressions;
using Simulator.Models.Devices;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Models.Calibration;

/// <summary>The measured tables of one device and engine in a folder: files <c>operator_engine_version.csv.gz</c>, the newest of each operator.</summary>
/// <remarks>The folder is that of the device, or holds one for each, called by its id or an alias (<c>h100_sxm</c>).</remarks>
public sealed partial class OpTableFolder
{
    private readonly string _folder;

    /// <summary>A folder.</summary>
    /// <param name="folder">Its path.</param>
    /// <param name="device">The device.</param>
    /// <exception cref="OpTableException">The folder does not exist.</exception>
    public OpTableFolder(string folder, Device device)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(device);
        if (!Directory.Exists(folder))
            throw new OpTableException(folder, 0, "the folder does not exist", "Give a folder of operator tables");
        _folder = Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)
            .FirstOrDefault(path => DeviceCatalogue.TryFind(Path.GetFileName(path), out Device? found) && found.Id == device.Id) ?? folder;
    }

    /// <summary>The file of an operator; null when there is none.</summary>
    /// <param name="op">The operator, such as <c>gemm</c> or <c>custom_allreduce</c>.</param>
    /// <param name="engine">The engine that it was measured in, such as <c>vllm</c>; <c>nccl</c> for the library alone.</param>
    public string? Find(string op, string engine)
    {
        string? newest = null;
        foreach (string path in Directory.EnumerateFiles(_folder, $"{op}_{engine}_*.csv*").Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(path);
            if (Version().Match(name[(op.Length + engine.Length + 2)..]) is { Success: true } && (newest is null || Newer(path, newest)))
                newest = path;
        }
        return newest;
    }

    private static bool Newer(string path, string than)
    {
        long[] own = Numbers(path), other = Numbers(than);
        for (int i = 0; i < Math.Min(own.Length, other.Length); i++)
        {
            if (own[i] != other[i]) return own[i] > other[i];
        }
        return own.Length > other.Length;
    }

    private static long[] Numbers(string path) => [.. Digits().Matches(Path.GetFileName(path)).Select(match => long.Parse(match.Value, System.Globalization.CultureInfo.InvariantCulture))];

    [GeneratedRegex(@"^\d[\w.]*\.csv(\.gz)?$")]
    private static partial Regex Version();

    [GeneratedRegex(@"\d{1,9}")]
    private static partial Regex Digits();
}
