namespace Simulator.Workloads.Traces;

/// <summary>The layouts of trace files that can be read. Columns are found by name; compressed files (.gz) by their first bytes.</summary>
public enum TraceFormat
{
    /// <summary>Told from the header line (CSV) or the first object (JSON lines).</summary>
    Auto,

    /// <summary>
    /// BurstGPT (arXiv 2401.17644): Timestamp in seconds, Model, Request tokens, Response tokens, Total tokens, Log Type; release 3
    /// adds Session ID and Elapsed time in seconds. A response of 0 tokens is a recorded failure.
    /// </summary>
    BurstGpt,

    /// <summary>Azure LLM inference traces of 2023 and 2024: TIMESTAMP (a date), ContextTokens, GeneratedTokens.</summary>
    Azure,

    /// <summary>Mooncake JSON lines: timestamp in milliseconds, input_length, output_length, hash_ids of blocks of 512 tokens.</summary>
    Mooncake,

    /// <summary>
    /// Vidur and Splitwise CSV: num_prefill_tokens, num_decode_tokens and, where arrivals are known, arrived_at in seconds; without
    /// it every request arrives at 0.
    /// </summary>
    Vidur,

    /// <summary>APEX JSON lines: StartTimeOffset in nanoseconds, ContextTokens, GeneratedTokens.</summary>
    Apex,

    /// <summary>
    /// Any CSV, through a <see cref="ColumnMap"/>. Without a map this is the simulator's own format, which holds every field of a
    /// request and which <see cref="TraceWriter"/> writes.
    /// </summary>
    Csv,
}
