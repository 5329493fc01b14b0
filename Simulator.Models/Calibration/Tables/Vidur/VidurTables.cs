using System.Globalization;

namespace Simulator.Models.Calibration.Tables.Vidur;

/// <summary>Turns the rows of Vidur's profiles into those of operator tables: medians, in milliseconds.</summary>
/// <remarks>
/// The shapes are those of the modules that Vidur times (<c>vidur/profiling/mlp/mlp_impl.py</c>): column-parallel <c>attn_pre_proj</c> and
/// <c>mlp_up_proj</c>, row-parallel <c>attn_post_proj</c> and <c>mlp_down_proj</c> without their all-reduce.
/// </remarks>
internal static class VidurTables
{
    private const int NumberBytes = 2;
    private const int MostSize = 1 << 20;

    public static readonly string[] MatrixHeader = ["gemm_dtype", "m", "n", "k", "latency"];

    public static readonly string[] ElementwiseHeader = ["bytes", "latency"];

    public static readonly string[] AttentionHeader =
    [
        "num_heads", "num_key_value_heads", "head_dim", "batch_size", "isl", "step", "attn_dtype", "kv_cache_dtype", "kernel_source", "latency",
    ];

    public static readonly string[] CollectiveHeader = ["op_name", "kernel_source", "nccl_dtype", "num_gpus", "message_size", "latency"];

    /// <summary>The four products of a layer, each of one device's share.</summary>
    public static IEnumerable<string[]> Matrices(OpTable source)
    {
        var layer = new Layer(source);
        int[] times = [Median(source, "attn_pre_proj"), Median(source, "attn_post_proj"), Median(source, "mlp_up_proj"), Median(source, "mlp_down_proj")];
        while (source.Read())
        {
            LayerShape shape = layer.Shape();
            (long Outputs, long Inputs)[] matrices =
            [
                ((shape.Heads + 2 * shape.KeyHeads) * shape.HeadDim, shape.Hidden), (shape.Hidden, shape.Heads * shape.HeadDim),
                ((shape.Gated ? 2 : 1) * shape.Inner, shape.Hidden), (shape.Hidden, shape.Inner),
            ];
            for (int i = 0; i < matrices.Length; i++)
                yield return ["float16", Text(shape.Tokens), Text(matrices[i].Outputs), Text(matrices[i].Inputs), Time(source, times[i])];
        }
    }

    /// <summary>The norms, the activation and the residual: what they read and write.</summary>
    public static IEnumerable<string[]> Elementwise(OpTable source)
    {
        var layer = new Layer(source);
        int add = Median(source, "add"), act = Median(source, "mlp_act"), first = Median(source, "input_layernorm");
        // Models whose feed-forward runs beside attention (phi-2) have one norm.
        int second = source.FindColumn(MedianName("post_attention_layernorm"));
        while (source.Read())
        {
            LayerShape shape = layer.Shape();
            long hidden = shape.Tokens * shape.Hidden * NumberBytes, inner = shape.Tokens * shape.Inner * NumberBytes;
            yield return [Text(2 * hidden), Time(source, first)];
            if (second >= 0) yield return [Text(2 * hidden), Time(source, second)];
            yield return [Text((shape.Gated ? 3 : 2) * inner), Time(source, act)];
            yield return [Text(3 * hidden), Time(source, add)];
        }
    }

    /// <summary>Attention of prefill chunks over what is cached before them, or of decode rows.</summary>
    public static IEnumerable<string[]> Attention(OpTable source, bool prefill)
    {
        int hidden = source.Column("n_embd"), heads = source.Column("n_q_head"), keyHeads = source.Column("n_kv_head");
        int devices = source.Column("num_tensor_parallel_workers"), rows = source.Column("batch_size");
        int chunk = source.Column("prefill_chunk_size"), cached = source.Column("kv_cache_size");
        int phase = source.Column("is_prefill"), kernel = source.FindColumn("attention_backend");
        int time = Median(source, prefill ? "attn_prefill" : "attn_decode");
        while (source.Read())
        {
            if (Flag(source, phase) != prefill)
                continue;
            int all = source.Count(heads), split = source.Count(devices);
            yield return
            [
                Text(Share(source, heads, all, split)), Text(Math.Max(1, source.Count(keyHeads) / split)), Text(Share(source, hidden, source.Count(hidden), all)),
                Text(source.Count(rows)), Text(prefill ? source.Count(chunk) : 1), Text(source.Whole(cached)), "float16", "float16",
                kernel < 0 ? "" : source.Text(kernel), Time(source, time),
            ];
        }
    }

    /// <summary>All-reduces among devices of one node; Vidur's sizes are bytes.</summary>
    public static IEnumerable<string[]> AllReduces(OpTable source)
    {
        int devices = source.Column("num_workers"), size = source.Column("size"), node = source.Column("devices_per_node");
        int time = Median(source, "all_reduce");
        bool any = false;
        while (source.Read())
        {
            int count = source.Count(devices);
            if (source.Count(node) < count || count == 1)
                continue;
            any = true;
            yield return ["all_reduce", "NCCL", "half", Text(count), Text(source.Count(size, int.MaxValue) / NumberBytes), Time(source, time)];
        }
        if (!any)
            throw new OpTableException(source.Path, 0, "no row is of two or more devices of one node", "Give rows with devices_per_node of num_workers or more, or no all_reduce.csv");
    }

    private static string MedianName(string op) => $"time_stats.{op}.median";

    private static int Median(OpTable source, string op) => source.Column(MedianName(op));

    private static string Time(OpTable source, int column) => source.Milliseconds(column).ToString("R", CultureInfo.InvariantCulture);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    // Products of a few sizes stay far below what a whole number holds.
    private static int Size(OpTable source, int column) => source.Count(column, MostSize);

    private static bool Flag(OpTable source, int column) => source.Text(column) switch
    {
        "True" => true,
        "False" => false,
        _ => throw source.Fault(column, "is neither True nor False", "Give one of the two"),
    };

    private static int Share(OpTable source, int column, int value, int parts) => value % parts == 0
        ? value / parts
        : throw source.Fault(column, $"cannot be split into {parts} equal parts", "Give a multiple of it");

    // One device's share of a layer.
    private readonly record struct LayerShape(long Tokens, long Hidden, long Inner, long Heads, long KeyHeads, long HeadDim, bool Gated);

    private sealed class Layer(OpTable source)
    {
        private readonly int _tokens = source.Column("num_tokens");
        private readonly int _hidden = source.Column("n_embd");
        private readonly int _inner = source.Column("n_expanded_embd");
        private readonly int _heads = source.Column("n_head");
        private readonly int _keyHeads = source.Column("n_kv_head");
        private readonly int _devices = source.Column("num_tensor_parallel_workers");
        private readonly int _gated = source.Column("use_gated_mlp");

        public LayerShape Shape()
        {
            int heads = Size(source, _heads), hidden = Size(source, _hidden), devices = Size(source, _devices);
            return new(
                Size(source, _tokens), hidden, Share(source, _inner, Size(source, _inner), devices), Share(source, _heads, heads, devices),
                Share(source, _keyHeads, Size(source, _keyHeads), devices), Share(source, _hidden, hidden, heads), Flag(source, _gated));
        }
    }
}
