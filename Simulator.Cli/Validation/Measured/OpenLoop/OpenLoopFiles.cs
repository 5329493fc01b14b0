using System.Globalization;
using Simulator.Core.Time;
using Simulator.Workloads.Traces;

namespace Simulator.Cli.Validation.Measured.OpenLoop;

/// <summary>The files of open-loop runs: <c>summary.csv</c>, and where they exist <c>requests.csv</c> and <c>peer_predictions.csv</c>, plain or gzip.</summary>
internal static class OpenLoopFiles
{
    public const string SummaryFile = "summary.csv";

    /// <summary>The stage that stands for the whole run.</summary>
    private const string WholeRun = "-1";

    /// <summary>Metrics of the file and the figures that they are reported as.</summary>
    private static readonly IReadOnlyDictionary<string, string> FigureOfMetric = new Dictionary<string, string>
    {
        ["e2e_mean"] = "e2e", ["ttft_mean"] = "ttft", ["ttft_p99"] = "ttftP99", ["itl_mean"] = "itl",
    };

    /// <summary>Figures in the order in which they are reported.</summary>
    public static IReadOnlyList<string> Figures { get; } = [.. FigureOfMetric.Values];

    /// <summary>Reads the runs, each once, in the order of the file: whole runs, without those that were repeated later.</summary>
    /// <exception cref="TraceFormatException">The file cannot be read, or a row is faulty.</exception>
    public static IReadOnlyList<OpenLoopRun> ReadRuns(string file)
    {
        Dictionary<(string Data, string Experiment), (OpenLoopRun Run, Dictionary<string, double> Measured, bool Superseded)> known = [];
        List<(string, string)> order = [];
        using (MeasuredCsv table = new(file))
        {
            while (table.Read())
            {
                string data = table.Text("dataset"), variant = table.Text("variant");
                bool superseded = data.Contains("superseded", StringComparison.Ordinal);
                if ((variant != "full" && !superseded) || table.Text("stage") != WholeRun) continue;
                (string, string) key = (data, table.Text("experiment"));
                if (!known.TryGetValue(key, out var entry))
                {
                    Dictionary<string, double> measured = [];
                    known.Add(key, entry = (Run(table, measured), measured, superseded));
                    order.Add(key);
                }
                string metric = table.Text("metric");
                if (!entry.Measured.TryAdd(metric, table.Number("actual")))
                    throw table.Fault("metric", "is given twice for this experiment", "Remove one of the two rows");
            }
        }
        List<OpenLoopRun> runs = [];
        OpenLoopRun[] repeated = [.. known.Values.Where(entry => entry.Superseded).Select(entry => entry.Run)];
        foreach (OpenLoopRun run in order.Select(key => known[key]).Where(entry => !entry.Superseded).Select(entry => entry.Run))
        {
            if (repeated.Any(run.IsSameAs)) continue;
            int same = runs.FindIndex(run.IsSameAs);
            if (same < 0) runs.Add(run);
            else runs[same] = Merged(runs[same], run);
        }
        return runs;
    }

    /// <summary>Reads the requests of each experiment in the order of their arrivals; those that failed are left out.</summary>
    /// <exception cref="TraceFormatException">The file cannot be read, or a row is faulty.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<OpenLoopRequest>> ReadRequests(string file)
    {
        Dictionary<string, List<OpenLoopRequest>> requests = [];
        using MeasuredCsv table = new(file);
        while (table.Read())
        {
            string experiment = table.Text("experiment");
            if (!requests.TryGetValue(experiment, out List<OpenLoopRequest>? list)) requests.Add(experiment, list = []);
            if (table.Whole("error") != 0) continue;
            list.Add(new(
                table.Whole("index"), SimTime.FromNanoseconds((long)(table.Number("arrival_us") * 1e3)), table.Whole("input_tokens"), table.Whole("output_tokens")));
        }
        return requests.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<OpenLoopRequest>)[.. pair.Value.OrderBy(request => request.Arrival)]);
    }

    /// <summary>Reads what others predicted for the whole run, by experiment and figure, in seconds.</summary>
    /// <exception cref="TraceFormatException">The file cannot be read, or a row is faulty.</exception>
    public static ILookup<(string Experiment, string Figure), (string Name, double Predicted)> ReadPeers(string file)
    {
        List<((string, string), (string, double))> predictions = [];
        using MeasuredCsv table = new(file);
        while (table.Read())
        {
            if (table.Text("stage") != WholeRun || table.Text("note").Length > 0 || !FigureOfMetric.TryGetValue(table.Text("metric"), out string? figure)) continue;
            string simulator = table.Text("simulator");
            if (IsFinal(simulator, table.Text("run")) && table.NumberOrNull("predicted") is { } predicted)
                predictions.Add(((table.Text("experiment"), figure), (simulator, predicted / 1e3)));
        }
        return predictions.Distinct().ToLookup(entry => entry.Item1, entry => entry.Item2);
    }

    /// <summary>What was measured of a run, in seconds, in the order of <see cref="Figures"/>.</summary>
    public static IEnumerable<MeasuredFigure> MeasuredOf(OpenLoopRun run) => FigureOfMetric
        .Where(metric => run.Measured.GetValueOrDefault(metric.Key) > 0)
        .Select(metric => new MeasuredFigure(metric.Value, run.Measured[metric.Key] / 1e3));

    /// <summary>
    /// Whether a label is that of a simulator's final predictions. The history of the file has many: the last complete evaluation is
    /// <c>iter36</c>, the development adapter of BLIS was published as <c>iter29</c>, and the runs that BLIS was fitted on are <c>trainval</c>.
    /// </summary>
    private static bool IsFinal(string simulator, string label) => label == "trainval" || label == (simulator == "blis-evolved" ? "iter29" : "iter36");

    private static OpenLoopRun Run(MeasuredCsv table, Dictionary<string, double> measured) => new()
    {
        Experiments = [table.Text("experiment")],
        Model = table.Text("model"),
        Hardware = table.Text("hardware"),
        TensorParallel = table.Whole("tp"),
        DataParallel = table.WholeOrNull("dp") ?? 1,
        Precision = table.Text("precision"),
        MaxBatchedTokens = table.Whole("max_num_batched_tokens"),
        MaxSequences = table.Whole("max_num_seqs"),
        MemoryUtilization = table.NumberOrNull("gpu_mem_util"),
        KvBlocks = table.WholeOrNull("total_kv_blocks"),
        Workload = table.Text("workload"),
        Stages = Stages(table),
        SystemPromptTokens = table.Whole("system_prompt_len"),
        QuestionTokens = table.Whole("question_len"),
        OutputTokens = table.Whole("output_len"),
        Requests = table.Whole("n_requests"),
        Measured = measured,
    };

    private static OpenLoopRun Merged(OpenLoopRun first, OpenLoopRun second) => first with
    {
        Experiments = [.. first.Experiments, .. second.Experiments.Except(first.Experiments)],
        MemoryUtilization = first.MemoryUtilization ?? second.MemoryUtilization,
        KvBlocks = first.KvBlocks ?? second.KvBlocks,
        Measured = first.Measured.Concat(second.Measured.Where(metric => !first.Measured.ContainsKey(metric.Key))).ToDictionary(),
    };

    // 8:600;20:600 is 8 requests a second for 600 s, then 20.
    private static List<OpenLoopStage> Stages(MeasuredCsv table)
    {
        const string Column = "stages_rate_qps_x_dur_s";
        List<OpenLoopStage> stages = [];
        foreach (string stage in table.Text(Column).Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = stage.Split(':');
            if (parts.Length != 2 || !Positive(parts[0], out double rate) || !Positive(parts[1], out double seconds))
                throw table.Fault(Column, "is no list of stages", "Give rate:seconds for each stage, as in 8:600;20:600");
            stages.Add(new(rate, seconds));
        }
        return stages;

        static bool Positive(string text, out double value) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && value > 0 && value < 1e9;
    }
}

/// <summary>One request of a recorded run.</summary>
/// <param name="Index">Its place in the order of sending.</param>
/// <param name="Arrival">When it was sent.</param>
/// <param name="InputTokens">Prompt, tokens.</param>
/// <param name="OutputTokens">Tokens that came back.</param>
internal readonly record struct OpenLoopRequest(int Index, SimTime Arrival, int InputTokens, int OutputTokens);
