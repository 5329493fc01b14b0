using CsvHelper;
using Simulator.Models.Clusters;

namespace Simulator.Models.Results.Recording;

/// <summary>Writes a row for each replica at each sampling instant (<see cref="RunOptions.SampleEvery"/>) to a CSV file.</summary>
/// <remarks>
/// <para>The text is that of <see cref="RequestCsvWriter"/>; numbers with a fraction are the shortest that read back to the same double.</para>
/// <list type="table">
/// <item><term>time_s</term><description>The instant, since the start of the run.</description></item>
/// <item><term>replica</term><description>Replica of the run, from 0.</description></item>
/// <item><term>running, waiting</term><description>Sequences that run, and that wait in the queue.</description></item>
/// <item><term>kv_blocks_used</term><description>KV blocks that sequences hold.</description></item>
/// <item><term>generated_tokens</term><description>Tokens generated since the start of the run.</description></item>
/// <item><term>tokens_per_second</term><description>Rate of those since the replica's last sample; empty in the first.</description></item>
/// <item><term>power_w</term><description>Mean power of the replica's devices since its last sample, to a microwatt; empty in the first.</description></item>
/// </list>
/// </remarks>
public sealed class TimeSeriesCsvWriter : IRunObserver, IDisposable
{
    // Energy is a difference of large sums; further decimals would be their rounding.
    private const int PowerDecimals = 6;

    private readonly CsvWriter _csv;
    private readonly List<ReplicaSample?> _last = [];

    /// <summary>Writes the header.</summary>
    /// <param name="stream">Where to write; it stays open. The last rows are out when the writer is disposed.</param>
    public TimeSeriesCsvWriter(Stream stream) => _csv = RecordText.CreateCsv(
        stream, "time_s", "replica", "running", "waiting", "kv_blocks_used", "generated_tokens", "tokens_per_second", "power_w");

    /// <summary>False.</summary>
    public bool WantsIterations => false;

    /// <inheritdoc/>
    public void OnSample(in ReplicaSample sample)
    {
        while (_last.Count <= sample.Replica) _last.Add(null);
        _csv.WriteSeconds(sample.Time);
        _csv.WriteField(sample.Replica);
        _csv.WriteField(sample.Running);
        _csv.WriteField(sample.Waiting);
        _csv.WriteField(sample.KvBlocksUsed);
        _csv.WriteField(sample.GeneratedTokens);
        (double? rate, double? power) = (null, null);
        if (_last[sample.Replica] is { } last && sample.Time > last.Time)
        {
            double seconds = (sample.Time - last.Time).ToSeconds();
            rate = (sample.GeneratedTokens - last.GeneratedTokens) / seconds;
            power = Math.Round((sample.EnergyJoules - last.EnergyJoules) / seconds, PowerDecimals) + 0.0;
        }
        _csv.WriteField(rate);
        _csv.WriteField(power);
        _csv.EndRecord();
        _last[sample.Replica] = sample;
    }

    /// <summary>Nothing.</summary>
    public void OnRequestEnded(in RequestRecord record)
    {
    }

    /// <summary>Nothing.</summary>
    public void OnIteration(in IterationRecord record)
    {
    }

    /// <summary>Writes what is left to the stream, which stays open.</summary>
    public void Dispose() => _csv.Dispose();
}
