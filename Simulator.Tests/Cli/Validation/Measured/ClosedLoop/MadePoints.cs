using System.Globalization;

namespace Simulator.Tests.Cli.Validation.Measured.ClosedLoop;

/// <summary>A folder laid out like the measured data, with a small model and a few points.</summary>
internal sealed class MadePoints
{
    public const string Client = "InferenceX benchmark_serving: closed loop; num-prompts 10*C; lengths uniform integer in [0.8L, L]";

    private static readonly string[] FlagColumns =
    [
        "system", "model_short", "backend", "precision", "date_from", "date_to", "engine_image", "max_num_batched_tokens", "max_num_seqs", "cuda_graph",
        "kv_cache_dtype", "block_size", "memory_fraction", "max_model_len", "async_overlap", "attention_backend", "stream_interval", "other_flags", "client",
        "certainty", "notes",
    ];

    private readonly string _folder;
    private readonly List<string> _points = [];
    private readonly List<string> _flags = [];

    public MadePoints(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(Path.Combine(folder, "closed_loop"));
        Directory.CreateDirectory(Path.Combine(folder, "model_configs"));
        File.WriteAllText(
            Path.Combine(folder, "model_configs", "meta-llama--Meta-Llama-3.1-8B.json"),
            """
            {"model_type": "llama", "hidden_size": 2048, "intermediate_size": 8192, "max_position_embeddings": 16384, "num_attention_heads": 16,
             "num_key_value_heads": 8, "num_hidden_layers": 4, "tie_word_embeddings": false, "vocab_size": 32000}
            """);
    }

    /// <summary>Adds a row of flags; those not given have values that suit the engine.</summary>
    public MadePoints AddFlags(string engine, params (string Column, string Value)[] values)
    {
        Dictionary<string, string> row = FlagColumns.ToDictionary(column => column, _ => "");
        (string, string)[] defaults =
        [
            ("system", "h100_sxm"), ("model_short", "Llama-8B"), ("backend", engine), ("max_num_batched_tokens", "2048"), ("max_num_seqs", "C"),
            ("cuda_graph", engine == "vllm" ? "default mode, max size 64" : "max bs C"), ("kv_cache_dtype", "auto (bf16)"), ("block_size", "32"),
            ("memory_fraction", "0.5"), ("max_model_len", "isl+osl+200"), ("async_overlap", "unset: on by default"), ("attention_backend", "auto"),
            ("stream_interval", "1"), ("client", Client), ("certainty", "read"),
        ];
        foreach ((string column, string value) in defaults.Concat(values)) row[column] = value;
        _flags.Add(string.Join(',', FlagColumns.Select(column => $"\"{row[column]}\"")));
        return this;
    }

    public MadePoints AddPoint(
        string id, string engine, int users, double ttftMs, double tpotMs, string system = "h100_sxm", string model = "Llama-8B", string day = "", int tensor = 1,
        int prompt = 1024, int output = 128, string aiconfigurator = ",", int data = 1)
    {
        _points.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"{id},{system},{model},{engine},,{prompt},{output},{users}.0,{tensor},{data},1,{day},{ttftMs},{tpotMs},{aiconfigurator}"));
        return this;
    }

    public void Write()
    {
        File.WriteAllLines(
            Path.Combine(_folder, "closed_loop", "points.csv"),
            _points.Prepend("id,system,model_short,backend,precision,isl,osl,concurrency,tp,attention_dp,moe_ep,measured,measured_ttft_ms,measured_tpot_ms,"
                + "aiconfigurator_ttft_ms,aiconfigurator_tpot_ms"));
        File.WriteAllLines(Path.Combine(_folder, "closed_loop", "server_flags.csv"), _flags.Prepend(string.Join(',', FlagColumns)));
    }
}
