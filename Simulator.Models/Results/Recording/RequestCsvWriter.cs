using CsvHelper;

namespace Simulator.Models.Results.Recording;

/// <summary>Writes a row for each request that ends, in the order of the ends, to a CSV file.</summary>
/// <remarks>
/// <para>UTF-8, comma, LF, quotes where a text needs them. Times are exact decimal numbers of seconds, at most 9 decimals, without trailing
/// zeros; a cell is empty where there is no value. Requests that are in flight when the run ends have no row.</para>
/// <list type="table">
/// <item><term>id</term><description>Position in the workload, from 0.</description></item>
/// <item><term>arrival_s</term><description>Arrival, since the start of the run.</description></item>
/// <item><term>pool</term><description>Pool that the request was meant for; empty when none serves its model.</description></item>
/// <item><term>replica</term><description>Replica of the run, from 0; empty when it was sent to none.</description></item>
/// <item><term>class, model, session, turn</term><description>As the workload gives them; turn is empty without a session.</description></item>
/// <item><term>prompt_tokens</term><description>Length of the prompt.</description></item>
/// <item><term>output_tokens</term><description>Tokens asked for; 0 for a failure that the trace recorded.</description></item>
/// <item><term>outcome</term><description>completed, rejected, timedOut or failed.</description></item>
/// <item><term>rejection</term><description>queueFull, contextWindow, kvMemory, noPool, emptyPrompt; empty unless rejected.</description></item>
/// <item><term>first_scheduled_s</term><description>Start of the first iteration that worked on it, since the start of the run.</description></item>
/// <item><term>first_token_s</term><description>When its first token was out, since the start of the run.</description></item>
/// <item><term>end_s</term><description>When it ended, since the start of the run.</description></item>
/// <item><term>ttft_s</term><description>Time to first token: first_token_s − arrival_s.</description></item>
/// <item><term>tpot_s</term><description>(end_s − first_token_s)/(generated_tokens − 1), cut to a nanosecond; empty below two tokens.</description></item>
/// <item><term>e2e_s</term><description>end_s − arrival_s, however it ended.</description></item>
/// <item><term>queued_s</term><description>Total time in the waiting queue, waits after preemptions included.</description></item>
/// <item><term>generated_tokens</term><description>Tokens generated.</description></item>
/// <item><term>prefix_hit_tokens</term><description>Prompt tokens found in the prefix cache when first scheduled.</description></item>
/// <item><term>preemptions</term><description>Times it was preempted.</description></item>
/// <item><term>truncated</term><description>true when the context window cut the output short, else false.</description></item>
/// </list>
/// </remarks>
public sealed class RequestCsvWriter : IRunObserver, IDisposable
{
    private readonly CsvWriter _csv;

    /// <summary>Writes the header.</summary>
    /// <param name="stream">Where to write; it stays open. The last rows are out when the writer is disposed.</param>
    public RequestCsvWriter(Stream stream) => _csv = RecordText.CreateCsv(
        stream,
        "id", "arrival_s", "pool", "replica", "class", "model", "session", "turn", "prompt_tokens", "output_tokens", "outcome", "rejection",
        "first_scheduled_s", "first_token_s", "end_s", "ttft_s", "tpot_s", "e2e_s", "queued_s", "generated_tokens", "prefix_hit_tokens",
        "preemptions", "truncated");

    /// <summary>False.</summary>
    public bool WantsIterations => false;

    /// <inheritdoc/>
    public void OnRequestEnded(in RequestRecord record)
    {
        bool isOfSession = record.Request.Session is not null;
        _csv.WriteField(record.Request.Id);
        _csv.WriteSeconds(record.Request.Arrival);
        _csv.WriteField(record.Pool ?? "");
        _csv.WriteField(record.Replica < 0 ? (int?)null : record.Replica);
        _csv.WriteField(record.Request.Class);
        _csv.WriteField(record.Request.Model);
        _csv.WriteField(record.Request.Session ?? "");
        _csv.WriteField(isOfSession ? record.Request.Turn : (int?)null);
        _csv.WriteField(record.Request.PromptTokens);
        _csv.WriteField(record.Request.OutputTokens);
        _csv.WriteField(RecordText.Of(record.Outcome));
        _csv.WriteField(RecordText.Of(record.Rejection));
        _csv.WriteSeconds(record.FirstScheduled);
        _csv.WriteSeconds(record.FirstToken);
        _csv.WriteSeconds(record.End);
        _csv.WriteSeconds(record.Ttft);
        _csv.WriteSeconds(record.Tpot);
        _csv.WriteSeconds(record.E2e);
        _csv.WriteSeconds(record.Queued);
        _csv.WriteField(record.GeneratedTokens);
        _csv.WriteField(record.PrefixHitTokens);
        _csv.WriteField(record.Preemptions);
        _csv.WriteField(record.Truncated ? "true" : "false");
        _csv.EndRecord();
    }

    /// <summary>Nothing.</summary>
    public void OnIteration(in IterationRecord record)
    {
    }

    /// <summary>Nothing.</summary>
    public void OnSample(in ReplicaSample sample)
    {
    }

    /// <summary>Writes what is left to the stream, which stays open.</summary>
    public void Dispose() => _csv.Dispose();
}
