using System.Text.RegularExpressions;
using Simulator.Models.Devices;

namespace Simulator.Models.Calibration.Tables.Vidur;

/// <summary>
/// The profiles of Vidur (microsoft/vidur, MIT): <c>compute/DEVICE/ORGANISATION/MODEL/{mlp,attention}.csv</c> and <c>network/NODE/all_reduce.csv</c>, or
/// these files anywhere below a folder.
/// </summary>
/// <remarks>
/// The tables of all models of the device count together. Of several nodes of the device, <c>DEVICE_dgx</c> counts, whose devices are all linked to
/// each other. Vidur times kernels in 16 bits, without the host's launches, to a microsecond.
/// </remarks>
internal sealed partial class VidurLayout : TableLayout
{
    private const string Products = "mlp", Attention = "attention", AllReduce = "all_reduce";
    private const string LinkedNode = "_dgx";

    private readonly string _folder;
    private readonly ILookup<string, string> _files;

    private VidurLayout(string folder, IReadOnlyList<string> files)
    {
        _folder = folder;
        _files = files.ToLookup(Kind);
    }

    /// <summary>The layout of a folder; null when it is another.</summary>
    public static VidurLayout? TryOpen(string folder, Device device)
    {
        IReadOnlyList<string> files = TableFiles.Below(folder, File().IsMatch);
        if (!files.Any(file => Kind(file) == Products))
            return null;
        // Folders of nodes are called after the device and the way in which they are wired: a100_dgx.
        IReadOnlyList<string> own = TableFiles.Of(folder, files, device, part => part.Split('_')[0]);
        return new(folder, own);
    }

    public override string Name(string op, string engine) => $"{Products}.csv";

    protected override OpTableFile? Look(string op, string engine) => op switch
    {
        "gemm" => Table(_files[Products], VidurTables.MatrixHeader, VidurTables.Matrices),
        "elementwise" => Table(_files[Products], VidurTables.ElementwiseHeader, VidurTables.Elementwise),
        "context_attention" => Table(_files[Attention], VidurTables.AttentionHeader, source => VidurTables.Attention(source, prefill: true)),
        "generation_attention" => Table(_files[Attention], VidurTables.AttentionHeader, source => VidurTables.Attention(source, prefill: false)),
        "nccl" => Table(Node(_files[AllReduce]), VidurTables.CollectiveHeader, VidurTables.AllReduces),
        _ => null,
    };

    private static IEnumerable<string> Node(IEnumerable<string> files) => files
        .GroupBy(file => Path.GetDirectoryName(Path.GetFullPath(file))!)
        .OrderByDescending(node => node.Key.EndsWith(LinkedNode, StringComparison.Ordinal)).ThenBy(node => node.Key, StringComparer.Ordinal)
        .FirstOrDefault() ?? Enumerable.Empty<string>();

    private static string Kind(string file) => File().Match(Path.GetFileName(file)).Groups[1].Value;

    private ConvertedTable? Table(IEnumerable<string> files, string[] header, Func<OpTable, IEnumerable<string[]>> convert)
    {
        string[] paths = [.. files];
        return paths.Length == 0
            ? null
            : new(paths, [.. paths.Select(path => $"{TableFiles.Relative(_folder, path)} in the layout of Vidur (microsoft/vidur)")], header, convert);
    }

    [GeneratedRegex(@"^(mlp|attention|all_reduce)\.csv(\.gz)?$")]
    private static partial Regex File();
}
