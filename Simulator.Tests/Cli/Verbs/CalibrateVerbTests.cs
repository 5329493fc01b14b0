using System.Globalization;
using System.Text;
using Simulator.Cli.Running;
using Simulator.Cli.Scenarios;
using Simulator.Cli.Terminal;
using Simulator.Cli.Validation.Measured;
using Simulator.Cli.Validation.Measured.BenchmarkRuns;
using Simulator.Models.Clusters;
using Simulator.Models.Costs.Profiles;

namespace Simulator.Tests.Cli.Verbs;

public sealed class CalibrateVerbTests
{
    [Test]
    public void Calibrate_Table_WritesAProfileAndPrintsItsResiduals()
    {
        using var files = new TemporaryFiles();
        WriteTable(files);
        Printed printed = Printed.By("calibrate", files.Folder, "--device", "h100", "--engine", "vllm", "--output", files["p.json"]);
        Assert.That(printed.Error, Is.Empty);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
        string[] lines = TableText.Lines(printed.Output);
        Assert.That(lines[0], Does.EndWith("p.json: h100-sxm under vllm, from 1 tables"));
        Assert.That(lines[1], Is.EqualTo("operator rows left out median p90 unseen median unseen p90"));
        Assert.That(lines[2], Does.StartWith("gemm Bf16 108 0 "));
        CostProfile profile = CostProfileFile.Open(files["p.json"]);
        Assert.That((profile.Device, profile.Engine), Is.EqualTo(("h100-sxm", "vllm")));
        Assert.That(profile.Provenance, Is.EqualTo((string[])["gemm_vllm_1.0.csv of AIConfigurator (ai-dynamo/aiconfigurator, Apache-2.0)"]));
        Printed again = Printed.By("calibrate", files.Folder, "--device", "h100", "--engine", "vllm", "--output", "-");
        Assert.That(again.Output, Is.EqualTo(File.ReadAllText(files["p.json"])));
    }

    [Test]
    public void Calibrate_RunsOfAServerWithKnownHostTimes_PredictsThemAgain()
    {
        using var files = new TemporaryFiles();
        string server = files.Write("server.yaml", Server(""));
        PoolSpec pool = ClusterBuilder.Build(ScenarioReader.ReadFile(server).Cluster).Pools.Single();
        HostProfile truth = new()
        {
            IterationSeconds = 3e-3, SequenceSeconds = 20e-6, ExposedSeconds = 1e-3, ExposedSequenceSeconds = 5e-6, LaunchSeconds = 20e-6, RequestSeconds = 20e-3,
        };
        foreach ((string name, string rate, string users) in new[] { ("r1", "2", "null"), ("r2", "20", "null"), ("u1", "\"inf\"", "1"), ("u2", "\"inf\"", "16") })
        {
            string text = $$"""{"num_prompts": 24, "completed": 24, "request_rate": {{rate}}, "max_concurrency": {{users}}, "total_input_tokens": 12000, "total_output_tokens": 720, "mean_ttft_ms": TTFT, "mean_tpot_ms": TPOT}""";
            BenchmarkRun run = BenchmarkRunFiles.Read(files.Write($"runs/{name}.json", text.Replace("TTFT", "1", StringComparison.Ordinal).Replace("TPOT", "1", StringComparison.Ordinal))).Single();
            double[] figures = [.. BenchmarkRunSet.Run([run], pool, truth).Rows.Single().Figures.Select(figure => 1e3 * figure.Predicted!.Value)];
            files.Write($"runs/{name}.json", text.Replace("TTFT", Text(figures[0]), StringComparison.Ordinal).Replace("TPOT", Text(figures[1]), StringComparison.Ordinal));
        }
        Printed printed = Printed.By("calibrate", files["runs"], "--host", "runs", "--server", server, "--output", files["p.json"]);
        Assert.That(printed.Error, Is.Empty);
        string[] lines = TableText.Lines(printed.Output);
        Assert.That(lines[0], Does.EndWith("server.yaml, and host times fitted to 4 runs"));
        Assert.That(lines[1], Does.Contain("set engine.requestOverhead to it beside roofline.profile"));
        Assert.That(lines[2], Is.EqualTo("figure runs median p90 unseen median unseen p90"));
        Assert.That(lines[3], Does.StartWith("ttft 4 "));
        Assert.That(lines[4], Does.StartWith("tpot 4 "));
        CostProfile profile = CostProfileFile.Open(files["p.json"]);
        Assert.That(profile.Matrix.Kernels, Is.Not.Empty);
        Assert.That(profile.Host!.Provenance.Single(), Is.EqualTo("whole runs of a benchmark on h100-sxm: r1.json, r2.json, u1.json, u2.json"));
        MeasuredSetResult again = BenchmarkRunSet.Run(BenchmarkRunFiles.ReadAll(files["runs"]), pool, profile.Host);
        Assert.That(again.All.Ours.Figures.Select(figure => figure.Errors.Median), Has.All.LessThan(3));
        Assert.That(Printed.By("replay", files.Write("with.yaml", Server("roofline: { profile: p.json },")), "--quiet"), Is.EqualTo(new Printed(ExitCode.Success, "", "")));

        static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
    }

    [TestCase("roofline: { matrixKernelTime: 3us },", "constant efficiencies take the place of the profile that the host times belong to; leave them out of 'roofline'")]
    [TestCase("plan: { tensor: 3 },", "tensor parallel 3 does not divide the 32 attention heads")]
    [TestCase("engine: { maxContext: 100 }, ", "the server of the scenario refuses 4 of 4 requests that the real one served; check its model, maxContext")]
    public void Calibrate_ServerThatIsNoneOfTheRuns_SaysWhy(string keys, string message)
    {
        using var files = new TemporaryFiles();
        files.Write("runs/a.json", """{"completed": 4, "request_rate": "inf", "total_input_tokens": 2000, "total_output_tokens": 720, "mean_ttft_ms": 9, "mean_tpot_ms": 9}""");
        Printed printed = Printed.By("calibrate", files["runs"], "--host", "runs", "--server", files.Write("s.yaml", Server(keys)), "--output", "-");
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(printed.Error, Does.Contain(message));
    }

    [Test]
    public void Calibrate_OptionsOfOtherFits_AreRefused()
    {
        using var files = new TemporaryFiles();
        Printed runs = Printed.By("calibrate", files.Folder, "--host", "runs", "--device", "h100", "--engine", "vllm");
        Assert.That(runs.ErrorLines, Is.EqualTo((string[])
        [
            "error: --server is missing; it is the scenario whose only pool is the server that was measured",
            "error: --device and --engine: the scenario of --server names both; leave them out", "error: --output is missing; it is the profile to write",
        ]));
        Printed kernels = Printed.By("calibrate", files.Folder, "--device", "h100", "--engine", "vllm", "--output", "-", "--server", "s.yaml");
        Assert.That(kernels.ErrorLines, Is.EqualTo((string[])["error: --server: it goes with --host runs"]));
    }

    [Test]
    public void Calibrate_NothingGiven_NamesWhatIsMissing()
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("calibrate", files.Folder);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(printed.Error, Does.Contain("--device is missing").And.Contain("--engine is missing").And.Contain("--output is missing"));
    }

    [Test]
    public void Calibrate_FolderWithoutTables_SaysWhichIsNeeded()
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("calibrate", files.Folder, "--device", "h100", "--engine", "trtllm", "--output", files["p.json"]);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(printed.Error, Does.Contain("gemm_trtllm_VERSION.csv.gz, of h100-sxm. Check the folder, --device and --engine"));
    }

    private static string Server(string keys) => $$"""
        workload: { generate: { prompt: 500, output: 30, requests: 4, arrivals: { poisson: 5/s } } }
        cluster: { pools: [{ model: llama-3.1-8b, device: h100-sxm, {{keys}} quantization: { kv: bf16 } }] }

        """;

    private static void WriteTable(TemporaryFiles files)
    {
        var text = new StringBuilder("gemm_dtype,m,n,k,latency\n");
        foreach (int n in new[] { 1024, 2048, 4096 })
        {
            foreach (int k in new[] { 1024, 2048, 4096, 8192 })
            {
                foreach (int m in new[] { 1, 2, 4, 16, 64, 256, 1024, 4096, 16384 })
                    text.Append(CultureInfo.InvariantCulture, $"bfloat16,{m},{n},{k},{0.004 + 1e-9 * n * k + 4e-12 * m * n * k}\n");
            }
        }
        files.Write("gemm_vllm_1.0.csv", text.ToString());
    }
}
