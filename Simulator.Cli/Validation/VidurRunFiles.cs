using System.Globalization;
using System.Text;
using Simulator.Core.Time;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;
using Simulator.Workloads.Traces.Reading;

namespace Simulator.Cli.Validation;

/// <summary>What became of a request in a run of Vidur.</summary>
/// <param name="Request">The request.</param>
/// <param name="Scheduled">When it was first scheduled, seconds.</param>
/// <param name="FirstToken">When its prompt was done, seconds.</param>
/// <param name="Completed">When it was complete, seconds.</param>
/// <param name="Restarts">Times it was preempted.</param>
/// <param name="Replica">The replica that served it; null where that is not recorded.</param>
internal readonly record struct VidurRequest(Request Request, double Scheduled, double FirstToken, double Completed, int Restarts, int? Replica);

/// <summary>An iteration of a run of Vidur.</summary>
/// <param name="Id">Its number.</param>
/// <param name="PrefillTokens">Prompt tokens.</param>
/// <param name="DecodeTokens">Tokens of decodes.</param>
/// <param name="Rows">Requests.</param>
/// <param name="Seconds">From its start to its end, waits for pipeline stages included.</param>
internal readonly record struct VidurIteration(long Id, int PrefillTokens, int DecodeTokens, int Rows, double Seconds);

/// <summary>The files that Vidur's metrics are exported to: CSV, plain or gzip.</summary>
internal static class VidurRunFiles
{
    /// <summary>Requests in the order of arrival.</summary>
    /// <exception cref="TraceFormatException">The file cannot be read, or a row is faulty.</exception>
    public static IReadOnlyList<VidurRequest> ReadRequests(string file)
    {
        TraceSource source = new(file, () => File.OpenRead(file));
        using CsvRows rows = new(source, ',');
        int id = rows.Require("id"), arrival = rows.Require("arrived_at"), prompt = rows.Require("num_prefill_tokens");
        int output = rows.Require("num_decode_tokens"), scheduled = rows.Require("scheduled_at"), first = rows.Require("prefill_completed_at");
        int completed = rows.Require("completed_at"), restarts = rows.Require("num_restarts"), replica = rows.Find("replica_id");
        List<VidurRequest> requests = [];
        HashSet<long> ids = [];
        while (rows.Read())
        {
            Request request = new()
            {
                Id = Whole(source, rows, id),
                Arrival = SimTime.FromSeconds(Seconds(source, rows, arrival)),
                PromptTokens = Whole(source, rows, prompt),
                OutputTokens = Whole(source, rows, output),
            };
            if (!ids.Add(request.Id)) throw source.Fault(rows.Line, $"a second row has the id {request.Id}", "Keep one of the two", "id");
            requests.Add(new VidurRequest(
                request, Seconds(source, rows, scheduled), Seconds(source, rows, first), Seconds(source, rows, completed),
                Whole(source, rows, restarts), replica < 0 ? null : Whole(source, rows, replica)));
        }
        if (requests.Count == 0) throw source.Fault(1, "the file has no requests", "Give a row for each request");
        return [.. requests.OrderBy(request => request.Request.Arrival)];
    }

    /// <summary>Iterations in the order of their numbers.</summary>
    /// <exception cref="TraceFormatException">The file cannot be read, or a row is faulty.</exception>
    public static IReadOnlyList<VidurIteration> ReadIterations(string file)
    {
        TraceSource source = new(file, () => File.OpenRead(file));
        using CsvRows rows = new(source, ',');
        int id = rows.Require("Batch Id"), prefill = rows.Require("batch_num_prefill_tokens"), decode = rows.Require("batch_num_decode_tokens");
        int size = rows.Require("batch_size"), time = rows.Require("batch_execution_time");
        List<VidurIteration> iterations = [];
        while (rows.Read())
        {
            iterations.Add(new VidurIteration(
                Whole(source, rows, id), Whole(source, rows, prefill), Whole(source, rows, decode), Whole(source, rows, size), Seconds(source, rows, time)));
        }
        return [.. iterations.OrderBy(iteration => iteration.Id)];
    }

    private static int Whole(TraceSource source, CsvRows rows, int column)
    {
        string? fault = FieldParser.Tokens(rows[column], out int value);
        return fault is null ? value : throw Fault(source, rows, column, fault, "Give a whole number of at least 0");
    }

    private static double Seconds(TraceSource source, CsvRows rows, int column) =>
        double.TryParse(rows[column], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is >= 0 and < 1e9 ? value
            : throw Fault(source, rows, column, "is no time", "Give seconds from 0 to 10⁹");

    private static TraceFormatException Fault(TraceSource source, CsvRows rows, int column, string fault, string remedy) =>
        source.Fault(rows.Line, $"the value '{Encoding.UTF8.GetString(rows[column])}' {fault}", remedy);
}
