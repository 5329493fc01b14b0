using System.Globalization;
using System.Text.Json;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;

namespace Simulator.Cli.Validation.Measured.BenchmarkRuns;

/// <summary>
/// Reads the results that <c>vllm bench serve --save-result</c> writes: one JSON object a run, with lengths and times of the single requests under
/// <c>--save-detailed</c>, and several in a file under <c>--append-result</c>.
/// </summary>
/// <remarks>
/// Without single requests all have the mean lengths. A run of which more than 1 % of the requests failed is a fault: which of them were given up
/// decides what was measured. Nothing that is called like a result is passed over.
/// </remarks>
internal static class BenchmarkRunFiles
{
    private const double MostFailed = 0.01;
    private const int MostRequests = 1_000_000;
    private const double MostTokens = 1e9;
    private const double MostSeconds = 1e7;
    private const string Remedy = "give the results as vllm bench serve --save-result writes them, one folder for one server";

    /// <summary>Reads the runs of a folder, in the order of their names.</summary>
    /// <param name="folder">The folder; its files <c>*.json</c> and <c>*.jsonl</c> are results.</param>
    /// <exception cref="InputException">The folder holds no results, or one that cannot be used.</exception>
    public static IReadOnlyList<BenchmarkRun> ReadAll(string folder)
    {
        if (!Directory.Exists(folder)) throw new InputException($"{folder}: no such folder; {Remedy}");
        BenchmarkRun[] runs =
        [
            .. Directory.EnumerateFiles(folder).Where(file => Path.GetExtension(file) is ".json" or ".jsonl").Order(StringComparer.Ordinal).SelectMany(Read),
        ];
        return runs.Length > 0 ? runs : throw new InputException($"{folder}: holds no result of a benchmark, *.json; {Remedy}");
    }

    /// <summary>Reads the runs of a file.</summary>
    /// <exception cref="InputException">The file cannot be read, or is no result that can be used.</exception>
    public static IReadOnlyList<BenchmarkRun> Read(string path)
    {
        List<BenchmarkRun> runs = [];
        byte[] json = InputFile.Read(path, "the result of a benchmark", file =>
        {
            using MemoryStream copy = new();
            file.CopyTo(copy);
            return copy.ToArray();
        });
        Utf8JsonReader reader = new(json.AsSpan().StartsWith("\uFEFF"u8) ? json.AsSpan(3) : json, new JsonReaderOptions { AllowMultipleValues = true });
        try
        {
            while (reader.Read())
            {
                using JsonDocument document = JsonDocument.ParseValue(ref reader);
                string name = runs.Count == 0 ? Path.GetFileName(path) : $"{Path.GetFileName(path)}#{runs.Count + 1}";
                runs.Add(new Result(runs.Count == 0 ? path : $"{path}, run {runs.Count + 1}", document.RootElement).Read(name));
            }
        }
        catch (JsonException fault)
        {
            throw new InputException($"{path}:{fault.LineNumber + 1}: is no JSON, which has no NaN or Infinity either; {Remedy}");
        }
        return runs.Count > 0 ? runs : throw new InputException($"{path}: is empty; {Remedy}");
    }

    private sealed class Result(string place, JsonElement root)
    {
        public BenchmarkRun Read(string name)
        {
            if (root.ValueKind != JsonValueKind.Object) throw Fault("is no JSON object");
            double ttft = Number("mean_ttft_ms", 0, MostSeconds * 1e3) / 1e3;
            if (ttft <= 0) throw Fault("mean_ttft_ms is not above 0");
            (int Prompt, int Output)[]? single = Single();
            int completed = single?.Count(request => request.Output > 0) ?? Whole("completed");
            int sent = single?.Length ?? (Has("num_prompts") ? Whole("num_prompts") : completed + (Has("failed") ? Whole("failed") : 0));
            if (completed == 0) throw Fault("no request completed; leave it out");
            if (sent - completed > MostFailed * sent)
                throw Fault($"{sent - completed} of {sent} requests failed, and when its client gave them up is not recorded; leave the run out");
            double? rate = Rate();
            int? concurrency = Has("max_concurrency") ? Whole("max_concurrency") : null;
            if (concurrency == 0) throw Fault("max_concurrency is 0; give at least 1, or null for no bound");
            double[]? starts = single is null ? null : Starts(single);
            if (starts is null && rate is not null && concurrency is not null)
                throw Fault("both request_rate and max_concurrency hold requests back, and start_times, when they were sent, are not recorded; give one of the two");
            if (starts is null && Has("ramp_up_strategy"))
                throw Fault("its rate changes over the run, and start_times, when requests were sent, are not recorded; leave it out");
            return new(name, single is null ? Mean(completed) : [.. single.Where(request => request.Output > 0)], ttft, Number("mean_tpot_ms", 0, MostSeconds * 1e3) / 1e3)
            {
                Concurrency = concurrency, Rate = rate, Burstiness = Has("burstiness") ? Number("burstiness", 1e-3, 1e6) : 1, Starts = starts,
            };
        }

        private InputException Fault(string fault) => new($"{place}: {fault}{(fault.Contains("; ", StringComparison.Ordinal) ? "" : $"; {Remedy}")}");

        private bool Has(string key) => root.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

        private JsonElement Value(string key) => root.TryGetProperty(key, out JsonElement value) ? value : throw Fault($"there is no {key}");

        private double Number(string key, double least, double most) => Number(key, Value(key), least, most);

        private double Number(string key, JsonElement value, double least, double most) =>
            value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number >= least && number <= most
                ? number
                : throw Fault(string.Create(CultureInfo.InvariantCulture, $"{key} is no number from {least:R} to {most:R}"));

        private int Whole(string key) => Whole(key, Value(key), MostRequests);

        private int Whole(string key, JsonElement value, int most) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= 0 && number <= most
            ? number
            : throw Fault($"{key} is no whole number from 0 to {most}");

        // Null where requests come all at once: "inf".
        private double? Rate()
        {
            JsonElement value = Value("request_rate");
            return value.ValueKind == JsonValueKind.String && value.GetString() == "inf" ? null : Number("request_rate", value, 1e-6, 1e6);
        }

        private JsonElement[]? List(string key) => !Has(key) ? null : Value(key) is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray()]
            : throw Fault($"{key} is no list");

        // The lengths of single requests, those of failed ones with no output; null where they were not saved.
        private (int Prompt, int Output)[]? Single()
        {
            if (List("input_lens") is not { } prompts || List("output_lens") is not { } outputs)
                return null;
            if (prompts.Length != outputs.Length) throw Fault($"input_lens has {prompts.Length} items and output_lens {outputs.Length}");
            (int Prompt, int Output)[] requests =
            [
                .. prompts.Zip(outputs, (prompt, output) => (Whole("input_lens", prompt, (int)MostTokens), Whole("output_lens", output, (int)MostTokens))),
            ];
            if (Array.Exists(requests, request => request is { Prompt: 0, Output: > 0 })) throw Fault("input_lens has a completed request without a prompt");
            return requests;
        }

        // Since the first one that was sent, of completed requests; null where they were not recorded.
        private double[]? Starts((int Prompt, int Output)[] requests)
        {
            if (List("start_times") is not { } list) return null;
            if (list.Length != requests.Length) throw Fault($"start_times has {list.Length} items and input_lens {requests.Length}");
            double[] starts = [.. list.Select(start => Number("start_times", start, 0, 1e12)).Where((_, i) => requests[i].Output > 0)];
            double first = starts.Min();
            return starts.Max() - first <= MostSeconds
                ? [.. starts.Select(start => start - first)]
                : throw Fault("start_times are not those of one run");
        }

        // Whole lengths that differ by one token at most and whose sums are the run's.
        private (int, int)[] Mean(int completed)
        {
            double prompts = Number("total_input_tokens", completed, MostTokens), outputs = Number("total_output_tokens", completed, MostTokens);
            return [.. Enumerable.Range(0, completed).Select(i => (Share(prompts, i), Share(outputs, i)))];

            int Share(double total, int i) => (int)(Math.Floor(total * (i + 1) / completed) - Math.Floor(total * i / completed));
        }
    }
}
