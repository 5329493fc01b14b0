using System.Globalization;
using System.Text.Json;
using Simulator.Cli.Terminal;
using Simulator.Cli.Validation.Measured;
using Simulator.Cli.Validation.Measured.ClosedLoop;
using Simulator.Core.Time;
using Simulator.Models.Architectures;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;
using Simulator.Tests.Cli.Verbs;
using Simulator.Workloads.Clients;
using Simulator.Workloads.Requests;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Cli.Validation.Measured.ClosedLoop;

public sealed class ClosedLoopSetTests
{
    private const double Tolerance = 1e-12;

    [Test]
    public void Run_VllmPoint_IsTheServerOfItsFlagsUnderItsUsers()
    {
        using TemporaryFiles files = new();
        new MadePoints(files.Folder).AddFlags("vllm").AddPoint("p", "vllm", 8, 100, 10, aiconfigurator: "120,9").Write();
        MeasuredRow row = ClosedLoopSet.Run(files.Folder).Rows.Single();

        HuggingFaceModel model = HuggingFaceConfig.Read(Path.Combine(files.Folder, "model_configs", "meta-llama--Meta-Llama-3.1-8B.json"));
        CostProfile profile = CostProfiles.Of(DeviceCatalogue.Find("h100-sxm"), EngineKernels.Vllm);
        RooflineOptions roofline = RooflineOptions.Of(profile);
        PoolSpec pool = new("", model.Architecture, DeviceCatalogue.Find("h100-sxm"))
        {
            Engine = ServingEngines.VllmV1(new VllmV1Options { TokenBudget = 2048, MaxSequences = 8, AsyncScheduling = true }) with
            {
                BlockTokens = 32, PrefixCaching = false, ContextWindow = 1024 + 128 + 200,
                RequestOverhead = SimDuration.FromSeconds(profile.Host!.RequestSeconds),
            },
            Memory = new MemoryOptions { UtilizationFraction = 0.5 },
            Roofline = roofline with { Graphs = roofline.Graphs with { CaptureSizes = [1, 2, 4, 8, 16, 24, 32, 40, 48, 56, 64] } },
        };
        NumpyRandom random = new(0);
        int[] prompts = [.. Enumerable.Range(0, 80).Select(_ => random.Next(819, 1024))], outputs = [.. Enumerable.Range(0, 80).Select(_ => random.Next(102, 128))];
        Request[] requests = [.. prompts.Select((prompt, i) => new Request
        {
            Id = i, Arrival = default, PromptTokens = prompt, OutputTokens = outputs[i], MaxOutputTokens = outputs[i],
        })];
        using ClosedLoopWorkload users = new(requests, 8);
        RunResult run = ServingSimulation.Run(new ClusterSpec { Pools = [pool] }, users);
        double ttft = run.Ttft.Mean!.Value, tpot = run.Tpot.Mean!.Value, mean = outputs.Average();

        Assert.That((row.Id, row.Cell, row.NotRun), Is.EqualTo(("p", new MeasuredCell("h100_sxm", "Llama-8B", "vllm"), (string?)null)));
        Assert.That(row.Groups, Is.EqualTo(["flagsKnown"]));
        Assert.That(row.Figures.Select(figure => figure.Name), Is.EqualTo(["ttft", "tpot", "throughput"]));
        Assert.That(row.Figures.Select(figure => figure.Predicted!.Value), Is.EqualTo([ttft, tpot, 8 * mean / (ttft + (mean - 1) * tpot)]).Within(Tolerance));
        Assert.That(row.Figures.Select(figure => figure.Measured), Is.EqualTo([0.1, 0.01, 8 * mean / (0.1 + (mean - 1) * 0.01)]).Within(Tolerance));
        Assert.That(
            row.Figures.Select(figure => figure.Peers.Single().Predicted), Is.EqualTo([0.12, 0.009, 8 * mean / (0.12 + (mean - 1) * 0.009)]).Within(Tolerance));
    }

    [Test]
    public void Run_PointsThatCannotBeRun_AreCountedWithTheirReasons()
    {
        using TemporaryFiles files = new();
        new MadePoints(files.Folder)
            .AddFlags("vllm", ("date_from", "2026-01-02"), ("date_to", "2026-01-04"))
            .AddFlags("vllm", ("date_from", "2026-01-05"), ("date_to", "2026-01-05"), ("notes", "UNUSABLE: the real C is lost; drop the points with conc 2"))
            .AddFlags("vllm", ("system", "z1"))
            .AddFlags("vllm", ("model_short", "Qwen3-32B"))
            .AddFlags("mlc")
            .AddFlags("trtllm", ("max_num_batched_tokens", "unknown"))
            .AddFlags("sglang", ("client", "not known"))
            .AddFlags("sglang", ("system", "l40s"), ("memory_fraction", "0.001"))
            .AddPoint("before", "vllm", 1, 10, 1, day: "2026-01-01")
            .AddPoint("first", "vllm", 1, 10, 1, day: "2026-01-02")
            .AddPoint("last", "vllm", 1, 10, 1, day: "2026-01-04")
            .AddPoint("unusable", "vllm", 2, 10, 1, day: "2026-01-05")
            .AddPoint("usable", "vllm", 1, 10, 1, day: "2026-01-05")
            .AddPoint("users", "vllm", 0, 10, 1, day: "2026-01-04")
            .AddPoint("device", "vllm", 1, 10, 1, system: "z1")
            .AddPoint("model", "vllm", 1, 10, 1, model: "Qwen3-32B")
            .AddPoint("engine", "mlc", 1, 10, 1)
            .AddPoint("budget", "trtllm", 1, 10, 1)
            .AddPoint("client", "sglang", 1, 10, 1)
            .AddPoint("memory", "sglang", 1, 10, 1, system: "l40s")
            .Write();
        Printed printed = Printed.By("validate", files.Folder, "--json", files["v.json"]);
        Assert.That((printed.ExitCode, printed.Error), Is.EqualTo((ExitCode.Success, "")));
        JsonElement set = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(files["v.json"])).GetProperty("sets").GetProperty("closed_loop");
        Assert.That((set.GetProperty("rows").GetInt32(), set.GetProperty("ran").GetInt32()), Is.EqualTo((12, 3)));
        Assert.That(set.GetProperty("notRun").EnumerateArray().Select(reason => reason.GetProperty("reason").GetString()), Is.EqualTo(
        [
            "Llama-8B does not fit", "its flags are marked as unusable, or as those of a disaggregated server", "its number of users is not recorded",
            "no configuration is given for Qwen3-32B", "no flags are given for its server", "the client's requests are not known", "the device z1 is not known", "the engine mlc is not modelled",
            "the server's flags are not known",
        ]));
        Assert.That(printed.Output, Does.StartWith("closed_loop: 3 of 12 rows ran").And.Contain("not run, 1 rows: the device z1 is not known"));
    }

    /// <summary>More users on one server raise the time per token; every engine runs, and unknown flags make a group of their own.</summary>
    [TestCase("vllm")]
    [TestCase("sglang")]
    [TestCase("trtllm")]
    public void Run_EveryEngine_SlowsWithItsUsers(string engine)
    {
        using TemporaryFiles files = new();
        MadePoints points = new(files.Folder);
        points.AddFlags(engine, ("certainty", "unknown"));
        foreach (int users in (int[])[1, 4, 16, 64]) points.AddPoint($"p{users}", engine, users, 100, 10);
        points.Write();
        IReadOnlyList<MeasuredRow> rows = ClosedLoopSet.Run(files.Folder).Rows;
        Assert.That(rows.Select(row => row.NotRun), Is.All.Null);
        Assert.That(rows.Select(row => row.Figures[1].Predicted), Is.Ordered.Ascending);
        Assert.That(rows.SelectMany(row => row.Groups), Is.All.EqualTo("flagsUnknown"));
    }

    [TestCase("other_flags", "scheduler-recv-interval 30 for C>=16 else 10 (polled)", "sglang", 0, true)]
    [TestCase("other_flags", "1k/1k C>=16: batch_wait_timeout_iters 40, batch_wait_max_tokens_ratio 0.8", "trtllm", 0, true)]
    [TestCase("other_flags", "1k/1k with TP>1 only: batch_wait_max_tokens_ratio 0.9 and batch_wait_timeout_iters 20", "trtllm", 0, false)]
    [TestCase("max_num_seqs", "4", "vllm", 0, true)]
    [TestCase("memory_fraction", "0.016", "vllm", 0, true)]
    [TestCase("async_overlap", "unset: off by default in 0.12", "vllm", 1, true)]
    [TestCase("cuda_graph", "PIECEWISE only, default max size 512", "vllm", 1, true)]
    [TestCase("kv_cache_dtype", "fp8", "vllm", 1, false)]
    [TestCase("client", "aiperf; num-prompts 10*C; lengths uniform integer in [0.8L, L]", "vllm", 1, true)]
    [TestCase("client", "aiperf; num-prompts 10*C; lengths uniform integer in [0.8L, L]", "sglang", 1, false)]
    public void Run_Flag_SlowsWhatItShould(string flag, string value, string engine, int figure, bool slower)
    {
        double without = Predict(("certainty", "read")), with = Predict((flag, value));
        // Kernels of a KV cache in fp8 are fitted on their own, and are no faster where little is read.
        Assert.That(with, slower ? Is.GreaterThan(without) : Is.LessThanOrEqualTo(1.001 * without));

        double Predict((string, string) set)
        {
            using TemporaryFiles files = new();
            new MadePoints(files.Folder).AddFlags(engine, set).AddPoint("p", engine, 16, 100, 10, output: 1024).Write();
            return ClosedLoopSet.Run(files.Folder).Rows.Single().Figures[figure].Predicted!.Value;
        }
    }

    [TestCase("isl", "x")]
    [TestCase("concurrency", "1.5")]
    [TestCase("measured_ttft_ms", "0")]
    [TestCase("measured_tpot_ms", "")]
    public void Validate_FaultyPoint_NamesFileLineAndColumn(string column, string value)
    {
        using TemporaryFiles files = new();
        new MadePoints(files.Folder).AddFlags("vllm").AddPoint("p", "vllm", 1, 10, 1).Write();
        string file = Path.Combine(files.Folder, "closed_loop", "points.csv");
        string[] lines = File.ReadAllLines(file);
        string[] cells = lines[1].Split(',');
        cells[Array.IndexOf(lines[0].Split(','), column)] = value;
        File.WriteAllLines(file, [lines[0], string.Join(',', cells)]);
        Printed printed = Printed.By("validate", files.Folder);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(printed.Error, Does.StartWith($"error: {file}:2: the value '{value}' of {column} is no "));
    }

    /// <summary>A gate: the errors over one point in four, few enough for every test run, do not grow by more than a tenth beyond what they are now.</summary>
    [Test]
    public void Run_SharedPoints_ErrorsDoNotGrow()
    {
        string data = Path.GetDirectoryName(SharedData.Path("data/closed_loop"))!;
        PredictorSummary errors = ClosedLoopSet.Run([.. ClosedLoopSet.Read(data).Where((_, i) => i % 4 == 0)], host: null).All.Ours;
        Assert.Multiple(() =>
        {
            Assert.That(errors.Of("tpot")!.Median, Is.LessThan(8.5));
            Assert.That(errors.Of("ttft")!.Median, Is.LessThan(20.5));
            Assert.That(errors.Of("throughput")!.Median, Is.LessThan(8.5));
        });
    }

    /// <summary>One point in sixteen of the measured ones, twice: all run, with the same bytes each time.</summary>
    [Test]
    public void Validate_SharedPoints_AllRunAndGiveTheSameBytesTwice()
    {
        string data = Path.GetDirectoryName(SharedData.Path("data/closed_loop"))!;
        using TemporaryFiles files = new();
        Directory.CreateDirectory(files["closed_loop"]);
        Directory.CreateDirectory(files["model_configs"]);
        foreach (string config in Directory.EnumerateFiles(Path.Combine(data, "model_configs"), "*.json"))
            File.Copy(config, Path.Combine(files["model_configs"], Path.GetFileName(config)));
        File.Copy(Path.Combine(data, "closed_loop", "server_flags.csv"), files["closed_loop/server_flags.csv"]);
        File.WriteAllLines(files["closed_loop/points.csv"], File.ReadLines(Path.Combine(data, "closed_loop", "points.csv")).Where((_, i) => i % 16 == 0));
        string[] reports = new string[2];
        for (int i = 0; i < 2; i++)
        {
            string json = files[$"{i}.json"], rows = files[$"{i}.csv"];
            Printed printed = Printed.By("validate", files.Folder, "--only", "closed_loop", "--json", json, "--rows", rows);
            Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success), printed.Error);
            reports[i] = File.ReadAllText(json) + File.ReadAllText(rows);
        }
        Assert.That(reports[1], Is.EqualTo(reports[0]));
        JsonElement set = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(files["0.json"])).GetProperty("sets").GetProperty("closed_loop");
        Assert.That(set.GetProperty("rows").GetInt32(), Is.AtLeast(60));
        Assert.That(set.GetProperty("ran").GetInt32(), Is.AtLeast(set.GetProperty("rows").GetInt32() * 95 / 100), set.GetProperty("notRun").ToString());
        Assert.That(set.GetProperty("rankCorrelation").GetDouble(), Is.GreaterThan(0.8));
        int lines = File.ReadLines(files["0.csv"]).Count(line => line.Split(',')[7] == "simulator");
        Assert.That(lines, Is.EqualTo(3 * set.GetProperty("rows").GetInt32()), "three figures a row: " + lines.ToString(CultureInfo.InvariantCulture));
    }
}
