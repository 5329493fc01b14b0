namespace Simulator.Models.Costs.Tables;

/// <summary>Measured or predicted times of the operators of one layer of one model on one device, as Vidur tabulates them.</summary>
/// <remarks>
/// <para>Mirrors the tables of <c>vidur/execution_time_predictor/sklearn_execution_time_predictor.py</c> (microsoft/vidur 7d47513), all in
/// milliseconds for one layer on one device of the tensor-parallel group. A folder holds one file an operator, <c>OPERATOR.csv</c> or
/// <c>OPERATOR.csv.gz</c>, with a column <c>prediction</c> and the keys:</para>
/// <para><c>num_tokens</c>: attn_pre_proj, attn_post_proj, mlp_up_proj, mlp_down_proj, mlp_act, input_layernorm, post_attention_layernorm,
/// attn_rope, add, attn_kv_cache_save; all_reduce (needed for tensor parallelism) and send_recv (for pipelines).</para>
/// <para><c>batch_size, kv_cache_size</c>: attn_decode. <c>kv_cache_size, prefill_chunk_size_squared</c>: attn_prefill.</para>
/// </remarks>
public sealed class OperatorTables
{
    private static readonly string[] TokenOperators =
    [
        "attn_pre_proj", "attn_post_proj", "mlp_up_proj", "mlp_down_proj", "mlp_act", "input_layernorm", "post_attention_layernorm",
        "attn_rope", "add",
    ];

    private static readonly (string, string) ByTokens = ("num_tokens", "");

    private OperatorTables(string folder)
    {
        Folder = folder;
        PerToken = [.. TokenOperators.Select(name => Read(name, ByTokens))];
        KvCacheSave = Read("attn_kv_cache_save", ByTokens);
        Decode = Read("attn_decode", ("batch_size", "kv_cache_size"));
        Prefill = Read("attn_prefill", ("kv_cache_size", "prefill_chunk_size_squared"));
        AllReduce = TryRead("all_reduce", ByTokens);
        SendReceive = TryRead("send_recv", ByTokens);
    }

    /// <summary>The folder they were read from.</summary>
    public string Folder { get; }

    internal OperatorTable[] PerToken { get; }

    internal OperatorTable KvCacheSave { get; }

    internal OperatorTable Decode { get; }

    internal OperatorTable Prefill { get; }

    internal OperatorTable? AllReduce { get; }

    internal OperatorTable? SendReceive { get; }

    /// <summary>Reads the tables of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="OperatorTableException">The folder or a table is missing or faulty; the message names file, line, fault and remedy.</exception>
    public static OperatorTables Read(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return Directory.Exists(folder)
            ? new OperatorTables(folder)
            : throw new OperatorTableException(folder, 0, "the folder does not exist", "Name the folder that holds the operator tables");
    }

    internal OperatorTableException MissingTable(string name, string need) => new(
        Path.Combine(Folder, name + ".csv"), 0, $"the table does not exist, and {need}", "Add it, plain or as .csv.gz");

    private OperatorTable Read(string name, (string, string) keys) => TryRead(name, keys) ?? throw MissingTable(name, "every iteration needs it");

    private OperatorTable? TryRead(string name, (string, string) keys)
    {
        string path = Path.Combine(Folder, name + ".csv");
        if (!File.Exists(path)) path += ".gz";
        return File.Exists(path) ? OperatorTableReader.Read(path, keys) : null;
    }
}
