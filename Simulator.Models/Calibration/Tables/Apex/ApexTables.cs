using System.Globalization;

namespace Simulator.Models.Calibration.Tables.Apex;

/// <summary>Turns the rows of APEX's profiles into those of operator tables. Their times are in microseconds; rows in 32 bits are left out, for no profile has them.</summary>
/// <remarks>After <c>profile/scripts/{gemm,mha,comm}.py</c>: there n is the tokens of a product, m its outputs and k its inputs.</remarks>
internal static class ApexTables
{
    private const string Time = "time(us)", Clock = "graph_clk_freq";
    private const int ElementsPerKilobyte = 512;
    private const int MostKilobytes = int.MaxValue / ElementsPerKilobyte;
    private const double MostMicroseconds = 1e11;

    public static readonly string[] MatrixHeader = ["gemm_dtype", "m", "n", "k", "latency"];

    public static readonly string[] AttentionHeader =
    [
        "num_heads", "num_key_value_heads", "head_dim", "batch_size", "isl", "step", "attn_dtype", "kv_cache_dtype", "kernel_source", "latency",
    ];

    public static readonly string[] CollectiveHeader = ["op_name", "kernel_source", "nccl_dtype", "num_gpus", "message_size", "latency"];

    /// <summary>Matrix products.</summary>
    public static IEnumerable<string[]> Matrices(OpTable source)
    {
        int type = source.Column("dtype"), outputs = source.Column("m"), inputs = source.Column("k"), rows = source.Column("n"), time = source.Column(Time);
        while (source.Read())
        {
            if (Format(source, type) is { } format)
                yield return [format, Text(source.Count(rows)), Text(source.Count(outputs)), Text(source.Count(inputs)), Milliseconds(source, time)];
        }
    }

    /// <summary>Causal attention of whole prompts. Where one file holds several clocks, the highest counts.</summary>
    public static IEnumerable<string[]> Prefills(OpTable source)
    {
        int type = source.Column("dtype"), heads = source.Column("num_heads"), width = source.Column("head_size");
        int rows = source.Column("batch_size"), tokens = source.Column("seq_len"), time = source.Column(Time), clock = source.FindColumn(Clock);
        int highest = clock < 0 ? 0 : Highest(source.Path);
        while (source.Read())
        {
            if (Format(source, type) is not { } format || (clock >= 0 && source.Whole(clock) != highest))
                continue;
            string all = Text(source.Count(heads));
            yield return
            [
                all, all, Text(source.Count(width)), Text(source.Count(rows)), Text(source.Count(tokens)), "0", format, format, "",
                Milliseconds(source, time),
            ];
        }
    }

    /// <summary>Collectives among the devices of one node, called as their file is. Sizes below a kilobyte are cut to 0 in these tables, and left out.</summary>
    public static IEnumerable<string[]> Collectives(OpTable source)
    {
        string operation = Path.GetFileName(source.Path).Split('.')[0];
        int type = source.Column("dtype"), nodes = source.Column("num_nodes"), devices = source.Column("num_gpus_per_node");
        int size = source.Column("size(kb)"), time = source.Column(Time);
        while (source.Read())
        {
            if (Format(source, type) is null || source.Count(nodes) > 1 || source.Count(devices) == 1 || source.Whole(size, MostKilobytes) == 0)
                continue;
            yield return [operation, "NCCL", "half", Text(source.Count(devices)), Text(source.Whole(size, MostKilobytes) * ElementsPerKilobyte), Milliseconds(source, time)];
        }
    }

    private static int Highest(string path)
    {
        using OpTable source = OpTable.OpenOther(path);
        int clock = source.Column(Clock), highest = 0;
        while (source.Read()) highest = Math.Max(highest, source.Whole(clock));
        return highest;
    }

    // Null for 32 bits.
    private static string? Format(OpTable source, int column) => source.Text(column) switch
    {
        "half" => "float16",
        "float8" => "fp8",
        "float" => null,
        _ => throw source.Fault(column, "is no known format", "Give half, float8 or float"),
    };

    private static string Milliseconds(OpTable source, int column) => source.Number(column) is > 0 and <= MostMicroseconds and double microseconds
        ? (microseconds / 1e3).ToString("R", CultureInfo.InvariantCulture)
        : throw source.Fault(column, "is no time", $"Give microseconds above 0 and up to {MostMicroseconds:N0}, or leave the row out");

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
