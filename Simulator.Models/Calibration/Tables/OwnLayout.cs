using System.Text.RegularExpressions;
using Simulator.Models.Devices;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Models.Calibration.Tables;

/// <summary>Files <c>OPERATOR_ENGINE_VERSION.csv.gz</c> in one folder for each device, called by its id or an alias (<c>h100_sxm</c>), or of one device alone.</summary>
internal sealed partial class OwnLayout : TableLayout
{
    private readonly string _folder;

    public OwnLayout(string folder, Device device) =>
        _folder = Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)
            .FirstOrDefault(path => DeviceCatalogue.TryFind(Path.GetFileName(path), out Device? found) && found.Id == device.Id) ?? folder;

    /// <summary>Whether the folder of the device holds a file that is called so.</summary>
    public bool IsUsed => Directory.EnumerateFiles(_folder).Any(path => AnyTable().IsMatch(Path.GetFileName(path)));

    public override string Name(string op, string engine) => $"{op}_{engine}_VERSION.csv.gz";

    protected override OpTableFile? Look(string op, string engine)
    {
        string? newest = Directory.EnumerateFiles(_folder, $"{op}_{engine}_*.csv*").Order(StringComparer.Ordinal)
            .Where(path => VersionOf(path).Success).MaxBy(path => new TableVersion(VersionOf(path).Groups[1].Value));
        return newest is null ? null : new CsvTableFile(newest, Path.GetFileName(newest));

        Match VersionOf(string path) => Version().Match(Path.GetFileName(path)[(op.Length + engine.Length + 2)..]);
    }

    [GeneratedRegex(@"^(\d[\w.]*?)\.csv(\.gz)?$")]
    private static partial Regex Version();

    [GeneratedRegex(@"^[a-z]\w*_[a-z]+_\d[\w.]*\.csv(\.gz)?$")]
    private static partial Regex AnyTable();
}
