using Simulator.Workloads.Traces;

namespace Simulator.Cli.Validation.Measured.ClosedLoop;

/// <summary>How the servers behind some points were started: one row of server_flags.csv, as it is written.</summary>
internal sealed record ServerFlags
{
    public required string System { get; init; }

    public required string Model { get; init; }

    public required string Engine { get; init; }

    public required string Precision { get; init; }

    /// <summary>First day on which servers ran so, as yyyy-mm-dd; empty for points without a day.</summary>
    public required string From { get; init; }

    /// <summary>Last day; empty for points without a day.</summary>
    public required string To { get; init; }

    public required string Image { get; init; }

    public required string TokenBudget { get; init; }

    public required string MaxSequences { get; init; }

    public required string CudaGraphs { get; init; }

    public required string KvCache { get; init; }

    public required string BlockTokens { get; init; }

    public required string MemoryFraction { get; init; }

    public required string ContextWindow { get; init; }

    public required string AsyncScheduling { get; init; }

    public required string AttentionBackend { get; init; }

    public required string StreamInterval { get; init; }

    public required string Others { get; init; }

    public required string Client { get; init; }

    public required string Notes { get; init; }

    /// <summary>How sure the flags are: <c>read</c> from the script in force, <c>inferred</c> from others, or <c>unknown</c>.</summary>
    public required string Certainty { get; init; }

    /// <summary>Whether the flags were read from the script in force.</summary>
    public bool IsRead => Certainty == "read";

    /// <summary>False where nobody knows the flags, and they are taken to be what the tools of the time set.</summary>
    public bool IsKnown => Certainty is "read" or "inferred";

    /// <summary>Reads server_flags.csv.</summary>
    /// <exception cref="TraceFormatException">The file cannot be read, or a row is faulty.</exception>
    public static IReadOnlyList<ServerFlags> ReadAll(string file)
    {
        List<ServerFlags> flags = [];
        using MeasuredCsv csv = new(file);
        while (csv.Read())
        {
            flags.Add(new()
            {
                System = csv.Text("system"),
                Model = csv.Text("model_short"),
                Engine = csv.Text("backend"),
                Precision = csv.Text("precision"),
                From = csv.Text("date_from"),
                To = csv.Text("date_to"),
                Image = csv.Text("engine_image"),
                TokenBudget = csv.Text("max_num_batched_tokens"),
                MaxSequences = csv.Text("max_num_seqs"),
                CudaGraphs = csv.Text("cuda_graph"),
                KvCache = csv.Text("kv_cache_dtype"),
                BlockTokens = csv.Text("block_size"),
                MemoryFraction = csv.Text("memory_fraction"),
                ContextWindow = csv.Text("max_model_len"),
                AsyncScheduling = csv.Text("async_overlap"),
                AttentionBackend = csv.Text("attention_backend"),
                StreamInterval = csv.Text("stream_interval"),
                Others = csv.Text("other_flags"),
                Client = csv.Text("client"),
                Notes = csv.Text("notes"),
                Certainty = csv.Text("certainty"),
            });
        }
        return flags;
    }

    /// <summary>Whether a point's server was started so.</summary>
    public bool Cover(ClosedLoopPoint point) =>
        (System, Model, Engine, Precision) == (point.System, point.Model, point.Engine, point.Precision)
        && string.CompareOrdinal(From, point.Day) <= 0 && string.CompareOrdinal(point.Day, To) <= 0;
}
