using Simulator.Models.Devices;
using Simulator.Models.Parallelism;

namespace Simulator.Models.Architectures;

/// <summary>Reads the quantisation that a checkpoint declares.</summary>
internal static class HuggingFaceQuantization
{
    private const string Remedy = "Set the number formats by hand, and take the quantization_config out";

    /// <summary>Formats of a checkpoint; 16-bit where it declares nothing.</summary>
    /// <param name="root">The whole configuration.</param>
    /// <param name="text">The part of the language model.</param>
    /// <param name="side">The block of ModelOpt's side file, if there is one.</param>
    /// <param name="experts">True when the model has experts.</param>
    public static Quantization Read(ConfigNode root, ConfigNode text, ConfigNode? side, bool experts)
    {
        ConfigNode? declared = root.Node("quantization_config") ?? text.Node("quantization_config") ?? side
            ?? root.Node("_hf_quant_config");
        if (declared is not { } node)
            return Quantization.Bf16;
        (Quantization formats, bool expertsOnly) = Formats(node);
        formats = formats with { KvCache = KvCache(node) };
        return expertsOnly && experts
            ? formats with { ExpertWeights = formats.Weights, Weights = NumberFormat.Bf16 }
            : formats;
    }

    private static (Quantization Formats, bool ExpertsOnly) Formats(ConfigNode node)
    {
        string method = node.TextOrNull("quant_method") ?? "modelopt";
        bool attentionKept = Exclusions(node).Any(m => m.Contains("attn", StringComparison.Ordinal));
        switch (method)
        {
            case "fp8" or "fbgemm_fp8":
                return (Of(NumberFormat.Fp8, NumberFormat.Fp8) with { BlockScaled = node.Has("weight_block_size") }, attentionKept);
            case "mxfp4":
                return (Of(NumberFormat.Fp4, NumberFormat.Bf16, 32), true);
            case "gptq" or "awq" or "auto-round":
                return (Of(Integer(node.Positive("bits", "w_bit"), node, "bits"), NumberFormat.Bf16, Group(node)), attentionKept);
            case "bitsandbytes":
                return node.BooleanOrNull("load_in_4bit") == true
                    ? (Of(NumberFormat.Int4, NumberFormat.Bf16, 64), false)
                    : (Of(NumberFormat.Int8, NumberFormat.Bf16), false);
            case "compressed-tensors" or "modelopt" when node.FirstNode("config_groups") is { } group:
                return (Grouped(group), attentionKept);
            case "modelopt" or "modelopt_fp4":
                return (Algorithm(node), attentionKept);
            default:
                throw node.Fault("quant_method", $"is '{method}', which is not supported", Remedy);
        }
    }

    private static Quantization Grouped(ConfigNode group)
    {
        ConfigNode weights = group.Node("weights") ?? throw group.Missing("weights");
        NumberFormat format = Number(weights);
        return Of(format, group.Node("input_activations") is { } inputs ? Number(inputs) : NumberFormat.Bf16, Group(weights));
    }

    private static Quantization Algorithm(ConfigNode node) => node.TextOrNull("quant_algo") switch
    {
        "FP8" or "FP8_PER_CHANNEL_PER_TOKEN" => Of(NumberFormat.Fp8, NumberFormat.Fp8),
        "FP8_PB_WO" => Of(NumberFormat.Fp8, NumberFormat.Fp8) with { BlockScaled = true },
        "NVFP4" => Of(NumberFormat.Fp4, NumberFormat.Fp4, Group(node)),
        "W4A16_AWQ" => Of(NumberFormat.Int4, NumberFormat.Bf16, Group(node)),
        "W4A8_AWQ" => Of(NumberFormat.Int4, NumberFormat.Fp8, Group(node)),
        "INT8_SQ" or "W8A8_SQ_PER_CHANNEL" => Of(NumberFormat.Int8, NumberFormat.Int8),
        null => throw node.Missing("quant_algo"),
        var other => throw node.Fault("quant_algo", $"is '{other}', which is not supported", Remedy),
    };

    private static NumberFormat KvCache(ConfigNode node)
    {
        string? name = node.TextOrNull("kv_cache_quant_algo")
            ?? (node.IsText("kv_cache_scheme") ? node.TextOrNull("kv_cache_scheme") : null);
        if (name is not null)
        {
            return name switch
            {
                "FP8" => NumberFormat.Fp8,
                "INT8" => NumberFormat.Int8,
                "NVFP4" => NumberFormat.Fp4,
                _ => throw node.Fault("kv_cache_quant_algo", $"is '{name}', which is not supported", Remedy),
            };
        }

        return node.Node("kv_cache_scheme") is { } scheme ? Number(scheme) : NumberFormat.Bf16;
    }

    private static NumberFormat Number(ConfigNode node)
    {
        int bits = node.Positive("num_bits");
        return node.TextOrNull("type") switch
        {
            "int" => Integer(bits, node, "num_bits"),
            "float" => bits switch
            {
                4 => NumberFormat.Fp4,
                8 => NumberFormat.Fp8,
                16 => NumberFormat.Bf16,
                _ => throw node.Fault("num_bits", $"is {bits} for a float, which is not supported", Remedy),
            },
            null => throw node.Missing("type"),
            var other => throw node.Fault("type", $"is '{other}', neither int nor float", Remedy),
        };
    }

    private static NumberFormat Integer(int bits, ConfigNode node, string key) => bits switch
    {
        4 => NumberFormat.Int4,
        8 => NumberFormat.Int8,
        _ => throw node.Fault(key, $"is {bits} for an integer, which is not supported", Remedy),
    };

    private static string[] Exclusions(ConfigNode node) =>
        node.TextsOrNull("ignore") ?? node.TextsOrNull("exclude_modules") ?? node.TextsOrNull("modules_to_not_convert") ?? [];

    /// <summary>Weights that share a scale; 0 for the usual group, also where a scale serves a whole channel.</summary>
    private static int Group(ConfigNode node) => Math.Max(0, node.IntegerOrNull("group_size") ?? 0);

    private static Quantization Of(NumberFormat weights, NumberFormat activations, int group = 0) =>
        new(weights, activations, NumberFormat.Bf16) { WeightGroup = weights is NumberFormat.Int4 or NumberFormat.Fp4 ? group : 0 };
}
