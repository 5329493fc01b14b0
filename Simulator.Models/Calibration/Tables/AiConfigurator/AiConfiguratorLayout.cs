using System.Text.RegularExpressions;
using Simulator.Models.Devices;

namespace Simulator.Models.Calibration.Tables.AiConfigurator;

/// <summary>
/// The system data of AIConfigurator (ai-dynamo/aiconfigurator): files <c>OPERATOR_perf.txt</c>, which are CSV, in folders
/// <c>systems/data/SYSTEM/BACKEND/VERSION</c>, with a folder for each family of operators between system and backend in later releases.
/// </summary>
/// <remarks>
/// The folder may be any of these, from <c>data</c> down to a version. Later releases keep the tables as Parquet (<c>OPERATOR_perf.parquet</c>), and a
/// checkout without Git LFS holds pointers in their place: neither is read, and the message says what to do.
/// </remarks>
internal sealed partial class AiConfiguratorLayout : TableLayout
{
    private const string Parquet = ".parquet";
    private const string Pointer = "version https://git-lfs.github.com/spec/";

    private readonly string _folder;
    private readonly ILookup<(string Op, string Engine), string> _files;

    private AiConfiguratorLayout(string folder, IReadOnlyList<string> files)
    {
        _folder = folder;
        _files = files.ToLookup(file => (File().Match(Path.GetFileName(file)).Groups["op"].Value, Backend(file)));
    }

    /// <summary>The layout of a folder; null when it is another.</summary>
    public static AiConfiguratorLayout? TryOpen(string folder, Device device)
    {
        IReadOnlyList<string> files = TableFiles.Below(folder, File().IsMatch);
        return files.Count == 0 ? null : new(folder, TableFiles.Of(folder, files, device, part => part));
    }

    public override string Name(string op, string engine) => $"{engine}/VERSION/{op}_perf.txt";

    protected override OpTableFile? Look(string op, string engine)
    {
        // Of one version, text before Parquet: it is what the other was converted to.
        string? newest = _files[(op, engine)].Where(file => TableVersion.IsVersion(Version(file)))
            .OrderBy(file => new TableVersion(Version(file))).ThenBy(file => !IsParquet(file)).LastOrDefault();
        if (newest is null)
            return null;
        if (IsParquet(newest))
        {
            throw new OpTableException(
                newest, 0, "Parquet is not read",
                "Convert the tables to CSV beside them: python -c \"import pathlib, pandas; [pandas.read_parquet(p).to_csv(p.with_suffix('.txt'), index=False) "
                + $"for p in pathlib.Path('{_folder}').rglob('*_perf.parquet')]\" (needs pandas and pyarrow)");
        }
        if (IsPointer(newest))
            throw new OpTableException(newest, 1, "this is the Git LFS pointer of a table, not the table", "Fetch the tables in that checkout: git lfs pull");
        return new CsvTableFile(newest, $"{Backend(newest)}/{Version(newest)}/{Path.GetFileName(newest)}");
    }

    private static bool IsParquet(string file) => file.EndsWith(Parquet, StringComparison.Ordinal);

    private static bool IsPointer(string file)
    {
        try
        {
            using StreamReader reader = new(file);
            Span<char> start = stackalloc char[Pointer.Length];
            return reader.ReadBlock(start) == start.Length && start.SequenceEqual(Pointer);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The reader of the table says why it cannot be read.
            return false;
        }
    }

    private static string Version(string file) => Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file))) ?? "";

    private static string Backend(string file) => Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(file)))) ?? "";

    [GeneratedRegex(@"^(?<op>[a-z]\w*?)_perf\.(txt|csv|txt\.gz|csv\.gz|parquet)$")]
    private static partial Regex File();
}
