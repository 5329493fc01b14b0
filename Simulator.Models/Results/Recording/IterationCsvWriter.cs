using CsvHelper;

namespace Simulator.Models.Results.Recording;

/// <summary>Writes a row for each iteration to a CSV file.</summary>
/// <remarks>
/// <para>The text is that of <see cref="RequestCsvWriter"/>. Rows of a batch slot come in the order of time; those of several slots or
/// replicas interleave by stretches.</para>
/// <list type="table">
/// <item><term>replica</term><description>Replica of the run, from 0.</description></item>
/// <item><term>slot</term><description>Batch slot of the replica, from 0.</description></item>
/// <item><term>start_s, end_s</term><description>When it started and when its tokens were out, since the start of the run.</description></item>
/// <item><term>duration_s</term><description>end_s − start_s.</description></item>
/// <item><term>decode_rows</term><description>Sequences that generated a token from their KV cache.</description></item>
/// <item><term>prefill_rows</term><description>Prompts, or parts of them, that were processed.</description></item>
/// <item><term>prefill_tokens</term><description>Tokens of those.</description></item>
/// <item><term>kv_blocks_used</term><description>KV blocks of the replica that sequences held while it ran.</description></item>
/// </list>
/// </remarks>
public sealed class IterationCsvWriter : IRunObserver, IDisposable
{
    private readonly CsvWriter _csv;

    /// <summary>Writes the header.</summary>
    /// <param name="stream">Where to write; it stays open. The last rows are out when the writer is disposed.</param>
    public IterationCsvWriter(Stream stream) => _csv = RecordText.CreateCsv(
        stream, "replica", "slot", "start_s", "end_s", "duration_s", "decode_rows", "prefill_rows", "prefill_tokens", "kv_blocks_used");

    /// <summary>True.</summary>
    public bool WantsIterations => true;

    /// <inheritdoc/>
    public void OnIteration(in IterationRecord record)
    {
        _csv.WriteField(record.Replica);
        _csv.WriteField(record.Slot);
        _csv.WriteSeconds(record.Start);
        _csv.WriteSeconds(record.End);
        _csv.WriteSeconds(record.End - record.Start);
        _csv.WriteField(record.DecodeRows);
        _csv.WriteField(record.PrefillRows);
        _csv.WriteField(record.PrefillTokens);
        _csv.WriteField(record.KvBlocksUsed);
        _csv.EndRecord();
    }

    /// <summary>Nothing.</summary>
    public void OnRequestEnded(in RequestRecord record)
    {
    }

    /// <summary>Nothing.</summary>
    public void OnSample(in ReplicaSample sample)
    {
    }

    /// <summary>Writes what is left to the stream, which stays open.</summary>
    public void Dispose() => _csv.Dispose();
}
