using System.Globalization;
using System.Text.RegularExpressions;
using Simulator.Models.Devices;

namespace Simulator.Models.Calibration.Tables.Apex;

/// <summary>
/// The profiles of APEX (microsoft/apex_plus, MIT): <c>comp/GPU/{gemm,mha}_FREQUENCY.csv</c> and <c>comm/GPU/{all_reduce,all_gather,alltoall}.csv</c>, or
/// these files anywhere below a folder.
/// </summary>
/// <remarks>
/// Frequency 0 is that of a device whose clocks are left alone, and counts; where it was not measured, tables without a frequency, and then the highest
/// do. APEX has no table of decodes over a long cache, which it takes for prompts of one token.
/// </remarks>
internal sealed partial class ApexLayout : TableLayout
{
    private const string Products = "gemm", Attention = "mha";
    private static readonly string[] Collectives = ["all_reduce", "all_gather", "alltoall"];

    private readonly string _folder;
    private readonly ILookup<string, string> _files;

    private ApexLayout(string folder, IReadOnlyList<string> files)
    {
        _folder = folder;
        _files = files.ToLookup(file => Parse(file).Groups["kind"].Value);
    }

    /// <summary>The layout of a folder; null when it is another.</summary>
    public static ApexLayout? TryOpen(string folder, Device device)
    {
        IReadOnlyList<string> files = TableFiles.Below(folder, File().IsMatch);
        // Folders of devices end with a size that the form names already: H100-SXM-80GB.
        return files.Any(file => Parse(file).Groups["kind"].Value == Products)
            ? new(folder, TableFiles.Of(folder, files, device, part => Size().Replace(part, "")))
            : null;
    }

    public override string Name(string op, string engine) => $"{Products}_FREQUENCY.csv";

    protected override OpTableFile? Look(string op, string engine) => op switch
    {
        "gemm" => Table(Unlocked(_files[Products]), ApexTables.MatrixHeader, ApexTables.Matrices),
        "context_attention" => Table(Unlocked(_files[Attention]), ApexTables.AttentionHeader, ApexTables.Prefills),
        "nccl" => Table(Collectives.SelectMany(kind => _files[kind]), ApexTables.CollectiveHeader, ApexTables.Collectives),
        _ => null,
    };

    // Of the frequencies of a folder.
    private static IEnumerable<string> Unlocked(IEnumerable<string> files) =>
        files.GroupBy(Path.GetDirectoryName).Select(folder => folder.MaxBy(Rank)!);

    private static int Rank(string file)
    {
        Group frequency = Parse(file).Groups["frequency"];
        if (!frequency.Success) return int.MaxValue - 1;
        return int.Parse(frequency.Value, CultureInfo.InvariantCulture) is > 0 and int clock ? clock : int.MaxValue;
    }

    private static Match Parse(string file) => File().Match(Path.GetFileName(file));

    private ConvertedTable? Table(IEnumerable<string> files, string[] header, Func<OpTable, IEnumerable<string[]>> convert)
    {
        string[] paths = [.. files];
        return paths.Length == 0
            ? null
            : new(paths, [.. paths.Select(path => $"{TableFiles.Relative(_folder, path)} in the layout of APEX (microsoft/apex_plus)")], header, convert);
    }

    [GeneratedRegex(@"^(?:(?<kind>gemm|mha)(?:_(?<frequency>\d{1,6}))?|(?<kind>all_reduce|all_gather|alltoall))\.csv(\.gz)?$")]
    private static partial Regex File();

    [GeneratedRegex(@"-\d+GB$")]
    private static partial Regex Size();
}
