using System.Text.Json;

namespace Simulator.Models.Architectures;

/// <summary>Reads the <c>config.json</c> of Hugging Face checkpoints.</summary>
/// <remarks>
/// Decoder-only transformers: multi-head, grouped-query, latent and linear attention (the layer_types and keys of Qwen3.5);
/// sliding windows and chunks; gated and plain feed-forwards; mixtures of experts as Mixtral, Qwen, DeepSeek, Llama 4, gpt-oss and
/// MiniMax write them; the language model of multimodal wrappers (<c>text_config</c>); GPT-2 style names. Sparse attention with
/// an indexer (DeepSeek-V3.2, GLM-5) is read as latent attention, and the source of the result says so.
/// </remarks>
public static class HuggingFaceConfig
{
    private const int MostLayers = 10_000;

    /// <summary>Model types whose feed-forward is a plain pair of matrices.</summary>
    private static readonly string[] PlainFeedForward =
        ["bloom", "codegen", "falcon", "gpt2", "gpt_bigcode", "gpt_neo", "gpt_neox", "gptj", "mpt", "nemotron", "opt", "phi", "starcoder2"];

    /// <summary>Model types that tie the output head to the embedding unless their file says otherwise.</summary>
    private static readonly string[] TiedByDefault =
        ["bloom", "falcon", "gemma", "gemma2", "gemma3", "gemma3_text", "gpt2", "gpt_bigcode", "mpt", "opt"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">
    /// The <c>config.json</c>. The model is named after its folder, or after the file when that is called something else. A
    /// <c>hf_quant_config.json</c> beside it (NVIDIA ModelOpt) is read too.
    /// </param>
    /// <exception cref="ModelConfigException">
    /// The file cannot be read, is not JSON, lacks a key, or describes something unsupported.
    /// </exception>
    public static HuggingFaceModel Read(string path)
    {
        string json = Load(path);
        string sidePath = Path.Combine(FolderOf(path), "hf_quant_config.json");
        string? side = File.Exists(sidePath) ? Load(sidePath) : null;
        return Parse(json, path, NameOf(path), side);
    }

    /// <summary>
    /// The name that <see cref="Read"/> gives a model: that of the file, or of its folder when the file is called <c>config.json</c>; without
    /// the owner that the Hugging Face cache puts before <c>--</c>.
    /// </summary>
    /// <param name="path">Path of the configuration; it need not exist.</param>
    public static string NameOf(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        if (name.Equals("config", StringComparison.OrdinalIgnoreCase) && Path.GetFileName(FolderOf(path)) is { Length: > 0 } parent)
            name = parent;
        return name[(name.LastIndexOf("--", StringComparison.Ordinal) is var cut and >= 0 ? cut + 2 : 0)..];
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? "";

    /// <summary>Reads a configuration that is already in memory.</summary>
    /// <param name="json">The text of the <c>config.json</c>.</param>
    /// <param name="name">Name of the model, used in messages too.</param>
    /// <exception cref="ModelConfigException">The text is not JSON, lacks a key, or describes something unsupported.</exception>
    public static HuggingFaceModel Parse(string json, string name) => Parse(json, name, name, null);

    private static HuggingFaceModel Parse(string json, string file, string name, string? side)
    {
        using JsonDocument document = Document(json, file);
        using JsonDocument? sideDocument = side is null ? null : Document(side, "hf_quant_config.json");
        var root = new ConfigNode(file, document.RootElement);
        ConfigNode text = root.Node("text_config") ?? root;
        ConfigNode? sideNode = sideDocument is null
            ? null
            : new ConfigNode("hf_quant_config.json", sideDocument.RootElement).Node("quantization");
        ModelArchitecture architecture;
        try
        {
            architecture = Architecture(root, text, name);
            _ = architecture.ParameterCount;
        }
        catch (OverflowException e)
        {
            throw new ModelConfigException(file, "", "describes a model with more than 2⁶³ weights", "Correct its sizes", cause: e);
        }

        bool experts = architecture.Layers.Any(l => l.FeedForward is MixtureOfExperts);
        return new(architecture, HuggingFaceQuantization.Read(root, text, sideNode, experts));
    }

    private static ModelArchitecture Architecture(ConfigNode root, ConfigNode text, string name)
    {
        string type = text.TextOrNull("model_type") ?? root.TextOrNull("model_type") ?? "";
        if (root.BooleanOrNull("is_encoder_decoder") == true)
            throw root.Fault("is_encoder_decoder", "is true: the model has an encoder", "Choose a decoder-only model");
        int layers = text.Positive("num_hidden_layers", "n_layer", "num_layers", "n_layers");
        if (layers > MostLayers)
            throw text.Fault("num_hidden_layers", $"is {layers}, above {MostLayers}", "Correct the value");
        int hidden = text.Positive("hidden_size", "n_embd", "d_model");
        int context = text.Positive("max_position_embeddings", "n_positions", "n_ctx", "seq_length", "max_seq_len");
        Func<int, AttentionSpec> attention = Attention(text, type, layers, hidden, context);
        Func<int, FeedForwardSpec> feedForward = FeedForward(text, type, layers, hidden);
        return new()
        {
            Id = name.ToLowerInvariant(),
            Name = name,
            HiddenSize = hidden,
            VocabularySize = text.Positive("vocab_size"),
            ContextWindow = context,
            TiedEmbeddings = text.BooleanOrNull("tie_word_embeddings") ?? root.BooleanOrNull("tie_word_embeddings")
                ?? TiedByDefault.Contains(type),
            Layers = [.. Enumerable.Range(0, layers).Select(i => new LayerSpec(attention(i), feedForward(i)))],
            Source = $"config.json of {name}" +
                (text.Has("index_topk") ? "; its sparse attention is taken for latent attention, without the indexer" : ""),
        };
    }

    /// <summary>Attention of each layer, by index from 0.</summary>
    private static Func<int, AttentionSpec> Attention(ConfigNode text, string type, int layers, int hidden, int context)
    {
        if (text.IntegersOrNull("attn_type_list") is { } kinds && kinds.Any(k => k != 1))
        {
            throw text.Fault(
                "attn_type_list", "names lightning attention (0), which is not supported", "Choose a model whose layers are all 1");
        }

        int heads = text.Positive("num_attention_heads", "n_head", "n_heads");
        if (text.PositiveOrNull("kv_lora_rank") is { } kvRank)
        {
            var latent = new LatentAttention(
                heads, text.PositiveOrNull("q_lora_rank") ?? 0, kvRank, text.Positive("qk_nope_head_dim"),
                text.Positive("qk_rope_head_dim"), text.Positive("v_head_dim"));
            return _ => latent;
        }

        int kvHeads = text.PositiveOrNull("num_key_value_heads", "num_kv_heads", "n_head_kv")
            ?? (text.BooleanOrNull("multi_query") == true ? 1 : heads);
        if (heads % kvHeads != 0)
        {
            throw text.Fault(
                "num_key_value_heads", $"is {kvHeads}, which does not divide the {heads} attention heads", "Correct one of the two");
        }

        int? headDim = text.PositiveOrNull("head_dim", "kv_channels");
        if (headDim is null && hidden % heads != 0)
            throw text.Fault("head_dim", $"is missing, and {heads} heads do not divide the hidden size {hidden}", "Add it");
        bool gate = text.BooleanOrNull("attn_output_gate") ?? false;
        var full = new GroupedQueryAttention(heads, kvHeads, headDim ?? hidden / heads, OutputGate: gate);
        Func<int, string> kind = LayerKinds(text, type, layers);
        return i => kind(i) switch
        {
            "full_attention" or "global" => full,
            "sliding_attention" or "local" => Windowed(text.Positive("sliding_window")),
            "chunked_attention" => Windowed(text.Positive("attention_chunk_size")),
            "linear_attention" => new LinearAttention(
                text.Positive("linear_num_key_heads"), text.Positive("linear_num_value_heads"), text.Positive("linear_key_head_dim"),
                text.Positive("linear_value_head_dim"), text.Positive("linear_conv_kernel_dim")),
            var other => throw text.Fault("layer_types", $"names '{other}', which is not supported",
                "Supported are full_attention, sliding_attention, chunked_attention and linear_attention"),
        };

        // A window as long as the context never cuts anything off.
        GroupedQueryAttention Windowed(int window) => window >= context ? full : full with { Window = window };
    }

    /// <summary>Kind of attention of each layer, in the words of <c>layer_types</c>.</summary>
    private static Func<int, string> LayerKinds(ConfigNode text, string type, int layers)
    {
        if (text.TextsOrNull("layer_types") is { } types)
        {
            if (types.Length != layers)
                throw text.Fault("layer_types", $"has {types.Length} entries for {layers} layers", "Give one entry for each layer");
            return i => types[i];
        }

        if (text.Has("linear_num_value_heads") && text.PositiveOrNull("full_attention_interval") is { } interval)
            return i => (i + 1) % interval == 0 ? "full_attention" : "linear_attention";
        if (text.Has("attention_chunk_size"))
        {
            // Llama 4: a layer with rotary positions (1) attends within chunks; by default every fourth has none.
            int[] rotary = text.IntegersOrNull("no_rope_layers") is { Length: > 0 } list ? list : [1, 1, 1, 0];
            return i => rotary[i % rotary.Length] == 0 ? "full_attention" : "chunked_attention";
        }

        if (!text.Has("sliding_window") || text.BooleanOrNull("use_sliding_window") == false)
            return _ => "full_attention";
        if (text.BooleanOrNull("use_sliding_window") == true && text.NonNegativeOrNull("max_window_layers") is { } first)
            return i => i < first ? "full_attention" : "sliding_attention";
        int? pattern = text.PositiveOrNull("sliding_window_pattern") ?? (type == "gemma2" ? 2 : null);
        return i => pattern is { } n && (i + 1) % n == 0 ? "full_attention" : "sliding_attention";
    }

    /// <summary>Feed-forward of each layer, by index from 0.</summary>
    private static Func<int, FeedForwardSpec> FeedForward(ConfigNode text, string type, int layers, int hidden)
    {
        bool gated = text.BooleanOrNull("use_gated_mlp") ?? !PlainFeedForward.Contains(type);
        int? experts = text.NonNegativeOrNull("num_local_experts", "num_experts", "n_routed_experts");
        if (experts is null or 0)
        {
            FeedForwardSpec only = Dense(text, type, hidden, gated);
            return _ => only;
        }

        bool llama4 = type.StartsWith("llama4", StringComparison.Ordinal);
        int width = text.PositiveOrNull("moe_intermediate_size") ?? text.Positive("intermediate_size");
        int shared = llama4 ? width
            : text.NonNegativeOrNull("shared_expert_intermediate_size", "shared_intermediate_size")
                ?? width * (text.NonNegativeOrNull("n_shared_experts") ?? 0);
        int active = text.Positive("num_experts_per_tok", "experts_per_token", "moe_topk");
        if (active > experts)
            throw text.Fault("num_experts_per_tok", $"is {active}, more than the {experts} experts", "Correct one of the two");
        var mixture = new MixtureOfExperts(experts.Value, active, width, shared);
        Func<int, bool> sparse = SparseLayers(text, layers);
        return i => sparse(i) ? mixture
            : llama4 ? new DenseFeedForward(text.Positive("intermediate_size_mlp"))
            : Dense(text, type, hidden, gated);
    }

    private static DenseFeedForward Dense(ConfigNode text, string type, int hidden, bool gated)
    {
        int? width = text.PositiveOrNull("intermediate_size", "n_inner", "ffn_dim", "ffn_hidden_size");
        if (width is null && gated)
            throw text.Missing("intermediate_size", "n_inner", "ffn_dim");
        // The first Qwen's own files count both halves of the gated product.
        bool halves = type == "qwen" && text.Has("kv_channels");
        return new((width ?? 4 * hidden) / (halves ? 2 : 1), gated);
    }

    /// <summary>Which layers hold the experts, by index from 0.</summary>
    private static Func<int, bool> SparseLayers(ConfigNode text, int layers)
    {
        int firstDense = text.NonNegativeOrNull("first_k_dense_replace") ?? 0;
        int[] onlyDense = text.IntegersOrNull("mlp_only_layers") ?? [];
        int step = text.PositiveOrNull("decoder_sparse_step", "interleave_moe_layer_step") ?? 1;
        int[]? marks = text.IsList("moe_layer_freq") ? text.IntegersOrNull("moe_layer_freq") : null;
        if (marks is not null && marks.Length != layers)
            throw text.Fault("moe_layer_freq", $"has {marks.Length} entries for {layers} layers", "Give one entry for each layer");
        int frequency = marks is null ? text.PositiveOrNull("moe_layer_freq") ?? 1 : 1;
        return i => i >= firstDense && (i + 1) % step == 0 && i % frequency == 0 && marks?[i] != 0 && !onlyDense.Contains(i);
    }

    private static string Load(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ModelConfigException(
                path, "", $"cannot be read: {e.Message.TrimEnd('.')}", "Check the path and the rights", cause: e);
        }
    }

    private static JsonDocument Document(string json, string file)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            throw new ModelConfigException(
                file, "", $"is not JSON: {e.Message.Split(" LineNumber:")[0].TrimEnd('.')}", "Fetch the file again, or correct that line",
                e.LineNumber + 1, e);
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
            return document;
        document.Dispose();
        throw new ModelConfigException(file, "", "is not an object", "Take the config.json of a model");
    }
}
