using Simulator.Models.Architectures;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;

namespace Simulator.Models.Calibration;

/// <summary>Reads measured attention: tables <c>context_attention</c>, <c>generation_attention</c>, <c>context_mla</c>, <c>generation_mla</c> and <c>gdn</c>.</summary>
internal static class AttentionTables
{
    /// <summary>Shortest prompt that counts as a prefill: shorter ones run as decodes do.</summary>
    private const int ShortestPrefill = 16;

    /// <summary>A window up to this long is soon full: measured decodes that do not fill it are left out.</summary>
    private const int ShortWindow = 512;

    /// <summary>Largest size of a linear attention: its state is a product of them.</summary>
    private const int MostSize = 1 << 13;

    // The latent attention of DeepSeek-V3, of which the tables give the heads of one device.
    private static LatentAttention Latent(int heads) => new(heads, QueryRank: 1536, KvRank: 512, NopeHeadDim: 128, RopeHeadDim: 64, ValueHeadDim: 128);

    /// <summary>Prefill of grouped-query attention.</summary>
    /// <remarks>With a cache in 8 bits, rows whose arithmetic is in 8 bits too are taken where there are as many: engines use it then.</remarks>
    public static List<AttentionSample> Prefill(OpTableFile path)
    {
        List<AttentionSample> wide = [], narrow = [];
        using OpTable table = OpTable.Open(path);
        var columns = new GroupedColumns(table);
        int tokens = table.Column("isl"), arithmetic = table.Column("attn_dtype");
        while (table.Read())
        {
            if (table.Whole(tokens) < ShortestPrefill)
                continue;
            AttentionSample sample = columns.Sample(table.Whole(tokens), columns.Context);
            (table.Text(arithmetic) == "fp8" ? narrow : wide).Add(sample);
        }
        int mixed = wide.Count(sample => sample.Shape.Cache == NumberFormat.Fp8);
        return narrow.Count < mixed ? wide : [.. wide.Where(sample => sample.Shape.Cache != NumberFormat.Fp8), .. narrow];
    }

    /// <summary>Decode of grouped-query attention.</summary>
    public static List<AttentionSample> Decode(OpTableFile path)
    {
        List<AttentionSample> samples = [];
        using OpTable table = OpTable.Open(path);
        var columns = new GroupedColumns(table);
        while (table.Read())
        {
            AttentionSample sample = columns.Sample(1, columns.Context);
            if (sample.Window == 0 || sample.Window > ShortWindow || sample.Context >= sample.Window)
                samples.Add(sample);
        }
        return samples;
    }

    /// <summary>Latent attention: prefill on expanded heads, or decode on the latent.</summary>
    public static List<AttentionSample> LatentRows(OpTableFile path)
    {
        List<AttentionSample> samples = [];
        using OpTable table = OpTable.Open(path);
        int heads = table.Column("num_heads"), rows = table.Column("batch_size"), tokens = table.Column("isl"), context = table.Column("step");
        int cache = table.Column("kv_cache_dtype"), op = table.Column("op_name"), kernel = table.Column("kernel_source");
        while (table.Read())
        {
            bool decode = table.Text(op) == "mla_generation";
            if (!decode && table.Whole(tokens) < ShortestPrefill)
                continue;
            AttentionShape shape = AttentionShape.Of(Latent(table.Count(heads)), 1, Format(table, cache));
            samples.Add(new(shape, table.Count(rows), decode ? 1 : table.Whole(tokens), table.Whole(context), table.Text(kernel), table.Seconds));
        }
        return samples;
    }

    /// <summary>Linear attention: the chunks of a prefill, or the recurrent step of a decode; the convolution before them is an element-wise kernel.</summary>
    public static (List<AttentionSample> Prefill, List<AttentionSample> Decode) Linear(OpTableFile path)
    {
        List<AttentionSample> prefill = [], decode = [];
        using OpTable table = OpTable.Open(path);
        int phase = table.Column("phase"), kernel = table.Column("kernel_source"), rows = table.Column("batch_size"), tokens = table.Column("seq_len");
        int keyHeads = table.Column("num_k_heads"), keyWidth = table.Column("head_k_dim"), valueHeads = table.Column("num_v_heads");
        int valueWidth = table.Column("head_v_dim"), convolution = table.Column("d_conv");
        while (table.Read())
        {
            string name = table.Text(kernel);
            bool step = table.Text(phase) == "generation";
            if (!name.Contains("gated_delta_rule", StringComparison.Ordinal) || (!step && table.Whole(tokens) < ShortestPrefill))
                continue;
            var attention = new LinearAttention(
                table.Count(keyHeads, MostSize), table.Count(valueHeads, MostSize), table.Count(keyWidth, MostSize), table.Count(valueWidth, MostSize), table.Count(convolution, MostSize));
            AttentionShape shape = AttentionShape.Of(attention, 1, NumberFormat.Bf16);
            (step ? decode : prefill).Add(new(shape, table.Count(rows), step ? 1 : table.Whole(tokens), 0, name, table.Seconds));
        }
        return (prefill, decode);
    }

    private static NumberFormat Format(OpTable table, int column) => table.Text(column) switch
    {
        "bfloat16" or "float16" => NumberFormat.Bf16,
        "fp8" => NumberFormat.Fp8,
        _ => throw table.Fault(column, "is no known format", "Give bfloat16, float16 or fp8"),
    };

    private sealed class GroupedColumns(OpTable table)
    {
        private readonly int _heads = table.Column("num_heads");
        private readonly int _keyHeads = table.Column("num_key_value_heads");
        private readonly int _width = table.Column("head_dim");
        private readonly int _window = table.FindColumn("window_size");
        private readonly int _rows = table.Column("batch_size");
        private readonly int _context = table.Column("step");
        private readonly int _cache = table.Column("kv_cache_dtype");
        private readonly int _kernel = table.Column("kernel_source");

        public int Context => table.Whole(_context);

        public AttentionSample Sample(int tokens, int context)
        {
            int window = _window < 0 ? 0 : table.Whole(_window);
            var attention = new GroupedQueryAttention(table.Count(_heads), table.Count(_keyHeads), table.Count(_width), window == 0 ? null : window);
            AttentionShape shape = AttentionShape.Of(attention, 1, Format(table, _cache));
            return new(shape, table.Count(_rows), tokens, context, table.Text(_kernel), table.Seconds);
        }
    }
}
