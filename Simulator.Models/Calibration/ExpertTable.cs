using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;

namespace Simulator.Models.Calibration;

/// <summary>One row of a table of routed experts.</summary>
/// <param name="Kernel">Name of the kernel.</param>
/// <param name="Format">Number format.</param>
/// <param name="Model">Shape of the model: the rows of one are left out together.</param>
/// <param name="Spread">Whether whole experts are spread over devices.</param>
/// <param name="Slice">One expert on one device.</param>
/// <param name="Load">What the measured device had to do.</param>
/// <param name="Seconds">What it took.</param>
internal readonly record struct ExpertRow(
    string Kernel, string Format, ExpertModel Model, bool Spread, ExpertSlice Slice, ExpertLoad Load, double Seconds);

/// <summary>Shape of the experts of a model, and how they are placed.</summary>
/// <param name="Hidden">Width of the hidden state.</param>
/// <param name="Inner">Inner width of an expert.</param>
/// <param name="Active">Experts of a token.</param>
/// <param name="Experts">Experts of a layer.</param>
internal readonly record struct ExpertModel(int Hidden, int Inner, int Active, int Experts)
{
    /// <summary>The experts of Nemotron 3 have no gate, and so two matrices; tables do not tell them apart.</summary>
    public bool Ungated => this is
        { Hidden: 1024, Inner: 2688, Active: 22, Experts: 512 } or { Hidden: 2048 or 8192, Inner: 5120, Active: 22, Experts: 512 } or
        { Hidden: 2688, Inner: 1856, Active: 6, Experts: 128 };
}

/// <summary>Reads tables of routed experts (operator <c>moe</c>).</summary>
internal static class ExpertTable
{
    // Slices of another width are not what engines make: they cannot load them 16 bytes at a time.
    private const int Alignment = 16;

    private const int MostExperts = 1 << 12;
    private const int MostTokens = 1 << 18;

    /// <summary>The rows of a table, less those of experts without a gate and of slices whose width is no multiple of 16.</summary>
    /// <param name="file">The table.</param>
    /// <param name="device">The device that it was measured on.</param>
    /// <exception cref="OpTableException">The file is no such table.</exception>
    public static List<ExpertRow> Read(OpTableFile file, Device device)
    {
        using var table = OpTable.Open(file);
        int kernel = table.Column("kernel_source"), format = table.Column("moe_dtype"), tokens = table.Column("num_tokens");
        int hidden = table.Column("hidden_size"), inner = table.Column("inter_size"), active = table.Column("topk"), experts = table.Column("num_experts");
        int split = table.Column("moe_tp_size"), spread = table.Column("moe_ep_size"), distribution = table.Column("distribution");
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var loads = new ExpertLoads();
        List<ExpertRow> rows = [];
        while (table.Read())
        {
            ExpertModel model = new(table.Count(hidden), table.Count(inner), table.Count(active, MostExperts), table.Count(experts, MostExperts));
            int tensor = table.Count(split), devices = table.Count(spread, MostExperts), batch = table.Count(tokens, MostTokens);
            if (model.Active > model.Experts)
                throw table.Fault(active, "is more than there are experts", "Give experts of a token, at most all of them");
            if (devices > model.Experts)
                throw table.Fault(spread, "is more than there are experts", "Give devices that whole experts are spread over, at most one for each");
            string routing = Name(names, table.Text(distribution)), number = Name(names, table.Text(format)), name = Name(names, table.Text(kernel));
            if (ExpertLoads.Exponent(routing) is not (>= 0 and not 1))
                throw table.Fault(distribution, "is no routing", "Give balanced, or power_law_ and an exponent above 0 other than 1");
            if (Formats(number) is not { } formats)
                throw table.Fault(format, "is no number format of experts", "Give bfloat16, fp8, fp8_block, int4_wo, nvfp4, w4a16_mxfp4 or w4a8_mxfp4_mxfp8");
            if (model.Ungated || name.Contains("nongated", StringComparison.Ordinal) || model.Inner % (Alignment * tensor) != 0)
                continue;
            double width = model.Inner / tensor;
            var slice = new ExpertSlice(
                model.Hidden, width, 3 * model.Hidden * width * formats.WeightBytes, (double)model.Experts / devices,
                1 / device.MemoryBytesPerSecond, 1 / device.PeakFlopsPerSecond(formats.Activations));
            rows.Add(new(name, number, model, devices > 1, slice, loads.Of(batch, model.Experts, model.Active, devices, routing), table.Seconds));
        }
        return rows;
    }

    private static (double WeightBytes, NumberFormat Activations)? Formats(string format) => format switch
    {
        ExpertProfile.Bf16 => (NumberFormat.Bf16.BytesPerElement(), NumberFormat.Bf16),
        ExpertProfile.Fp8 or ExpertProfile.Fp8Block => (NumberFormat.Fp8.BytesPerElement(), NumberFormat.Fp8),
        ExpertProfile.Int4 => (NumberFormat.Int4.BytesPerElement(), NumberFormat.Bf16),
        ExpertProfile.Nvfp4 => (NumberFormat.Fp4.BytesPerElement(), NumberFormat.Fp4),
        ExpertProfile.Mxfp4 => (NumberFormat.Fp4.BytesPerElement(32), NumberFormat.Bf16),
        ExpertProfile.Mxfp4Mxfp8 => (NumberFormat.Fp4.BytesPerElement(32), NumberFormat.Fp8),
        _ => null,
    };

    private static string Name(Dictionary<string, string> names, string text) =>
        names.TryGetValue(text, out string? known) ? known : names[text] = text;
}
