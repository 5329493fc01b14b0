using FsCheck;
using FsCheck.Fluent;
using Simulator.Cli.Faults;
using Simulator.Cli.Validation.Measured.BenchmarkRuns;
using Simulator.Core.Time;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Cli.Validation.Measured.BenchmarkRuns;

[TestFixture]
public sealed class BenchmarkRunFilesTests
{
    // As vllm bench serve writes them, less the figures that are not read.
    private const string Summary = """
        {"date": "20251123-120000", "endpoint_type": "openai", "backend": "openai", "label": null, "model_id": "m", "tokenizer_id": "m", "num_prompts": 4,
         "request_rate": "inf", "burstiness": 1.0, "max_concurrency": 2, "duration": 3.5, "completed": 4, "failed": 0, "total_input_tokens": 1023,
         "total_output_tokens": 42, "mean_ttft_ms": 25.5, "mean_tpot_ms": 7.25, "p99_itl_ms": 9.0}
        """;

    private const string Detailed = """
        {"num_prompts": 3, "request_rate": 4.0, "burstiness": 0.5, "max_concurrency": null, "completed": 3, "total_input_tokens": 60, "total_output_tokens": 9,
         "mean_ttft_ms": 20, "mean_tpot_ms": 5, "input_lens": [10, 20, 30], "output_lens": [2, 3, 4], "ttfts": [0.1], "itls": [[0.1]], "errors": ["", "", ""]}
        """;

    [Test]
    public void ReadAll_SummaryAndDetails_AreWhatTheClientSent()
    {
        using var files = new TemporaryFiles();
        files.Write("b.json", Detailed);
        files.Write("a.json", Summary);
        files.Write("notes.txt", "no run");
        IReadOnlyList<BenchmarkRun> runs = BenchmarkRunFiles.ReadAll(files.Folder);
        Assert.That(runs.Select(run => run.Name), Is.EqualTo((string[])["a.json", "b.json"]));
        // Lengths that were not saved are equal but for the remainders of their sums.
        Assert.That(runs[0].Requests, Is.EqualTo(((int, int)[])[(255, 10), (256, 11), (256, 10), (256, 11)]));
        Assert.That((runs[0].TtftSeconds, runs[0].TpotSeconds, runs[0].Concurrency, runs[0].Rate), Is.EqualTo((0.0255, 0.00725, (int?)2, (double?)null)));
        Assert.That(runs[1].Requests, Is.EqualTo(((int, int)[])[(10, 2), (20, 3), (30, 4)]));
        Assert.That((runs[1].Concurrency, runs[1].Rate, runs[1].Burstiness, runs[1].Starts), Is.EqualTo(((int?)null, (double?)4, 0.5, (IReadOnlyList<double>?)null)));
    }

    [Test]
    public void Read_AppendedResults_AreRunsOfTheirOwn()
    {
        using var files = new TemporaryFiles();
        string path = files.Write("all.json", $"\uFEFF{Summary}\n{Detailed}\n");
        Assert.That(BenchmarkRunFiles.Read(path).Select(run => run.Name), Is.EqualTo((string[])["all.json", "all.json#2"]));
    }

    [Test]
    public void Workload_RecordedStarts_GoBeforeTheRate()
    {
        using var files = new TemporaryFiles();
        BenchmarkRun run = BenchmarkRunFiles.Read(files.Write("a.json", Detailed.Replace("\"errors\"", "\"start_times\": [100.5, 101.25, 100.75], \"errors\"", StringComparison.Ordinal))).Single();
        Assert.That(Arrivals(run), Is.EqualTo((double[])[0, 0.25, 0.75]));
    }

    [Test]
    public void Workload_OfARate_EndsAtRequestsOverRateAndIsTheSameAgain()
    {
        BenchmarkRun run = new("a", [.. Enumerable.Repeat((10, 2), 500)], 0.1, 0.01) { Rate = 4, Burstiness = 1 };
        double[] arrivals = Arrivals(run);
        Assert.That(arrivals[^1], Is.EqualTo(125).Within(1e-6));
        Assert.That(arrivals, Is.Ordered);
        double[] gaps = [.. arrivals.Zip(arrivals.Skip(1), (a, b) => b - a)];
        double mean = gaps.Average();
        Assert.That(Math.Sqrt(gaps.Average(gap => (gap - mean) * (gap - mean))) / mean, Is.EqualTo(1).Within(0.15), "gaps of a Poisson process");
        Assert.That(Arrivals(run), Is.EqualTo(arrivals));
        Assert.That(Arrivals(run with { Rate = null }), Has.All.Zero);
    }

    [TestCase("\"mean_ttft_ms\": 25.5", "\"mean_ttft_ms\": 0", "mean_ttft_ms is not above 0; give the results as vllm bench serve --save-result writes them")]
    [TestCase("\"mean_ttft_ms\": 25.5", "\"mean_ttft\": 25.5", "there is no mean_ttft_ms; give the results")]
    [TestCase("\"mean_tpot_ms\": 7.25", "\"mean_tpot_ms\": \"7\"", "mean_tpot_ms is no number from 0 to 10000000000; give the results")]
    [TestCase("\"completed\": 4", "\"completed\": 3", "1 of 4 requests failed, and when its client gave them up is not recorded; leave the run out")]
    [TestCase("\"completed\": 4", "\"completed\": 0", "no request completed; leave it out")]
    [TestCase("\"max_concurrency\": 2", "\"max_concurrency\": 0", "max_concurrency is 0; give at least 1, or null for no bound")]
    [TestCase("\"request_rate\": \"inf\"", "\"request_rate\": 5", "both request_rate and max_concurrency hold requests back, and start_times")]
    [TestCase("\"request_rate\": \"inf\"", "\"request_rate\": \"fast\"", "request_rate is no number from 1E-06 to 1000000")]
    [TestCase("\"request_rate\": \"inf\"", "\"ramp_up_strategy\": \"linear\", \"request_rate\": \"inf\"", "its rate changes over the run")]
    [TestCase("\"total_input_tokens\": 1023", "\"total_input_tokens\": 3", "total_input_tokens is no number from 4 to 1000000000")]
    [TestCase("\"duration\"", "\"input_lens\": [1, 2], \"output_lens\": [1], \"duration\"", "input_lens has 2 items and output_lens 1")]
    [TestCase("\"duration\"", "\"input_lens\": [0], \"output_lens\": [1], \"duration\"", "input_lens has a completed request without a prompt")]
    [TestCase("\"duration\"", "\"input_lens\": 5, \"output_lens\": [1], \"duration\"", "input_lens is no list")]
    [TestCase("3.5", "NaN", "a.json:2: is no JSON, which has no NaN or Infinity either")]
    public void Read_FaultyResult_SaysWhatToDo(string text, string with, string message)
    {
        using var files = new TemporaryFiles();
        string path = files.Write("a.json", Summary.Replace(text, with, StringComparison.Ordinal));
        Assert.That(Assert.Throws<InputException>(() => BenchmarkRunFiles.Read(path))!.Message, Does.StartWith(files.Folder).And.Contains(message));
    }

    [Test]
    public void ReadAll_NoResults_SaysWhatToDo()
    {
        using var files = new TemporaryFiles();
        Assert.That(Assert.Throws<InputException>(() => BenchmarkRunFiles.ReadAll(files.Folder))!.Message, Does.Contain("holds no result of a benchmark, *.json"));
        Assert.That(Assert.Throws<InputException>(() => BenchmarkRunFiles.ReadAll(files["absent"]))!.Message, Does.Contain("no such folder"));
    }

    [SeededProperty(MaxTest = 300)]
    public Property Read_AnyTextChanged_ReadsOrSaysWhatIsWrong() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue - 1).Three().ToArbitrary(), ((int Text, int At, int With) drawn) =>
        {
            string[] pieces = ["", "0", "-5", "null", "[", "]", "\"", "1e99", "{}", ",", "\0", "99999999999999999999", "[1]", ":"];
            string text = drawn.Text % 2 == 0 ? Summary : Detailed;
            int from = drawn.At % text.Length, to = Math.Min(text.Length, from + drawn.At / text.Length % 6);
            using var files = new TemporaryFiles();
            string path = files.Write("a.json", text[..from] + pieces[drawn.With % pieces.Length] + text[to..]);
            try
            {
                foreach (BenchmarkRun run in BenchmarkRunFiles.Read(path)) _ = Arrivals(run);
                return true;
            }
            catch (InputException fault)
            {
                return fault.Message.StartsWith(path, StringComparison.Ordinal);
            }
        });

    private static double[] Arrivals(BenchmarkRun run)
    {
        IWorkload workload = run.Workload();
        using IDisposable? disposable = workload as IDisposable;
        List<double> arrivals = [];
        while (workload.TryPeek(out _)) arrivals.Add((workload.Take().Arrival - SimTime.Zero).ToSeconds());
        return [.. arrivals];
    }
}
