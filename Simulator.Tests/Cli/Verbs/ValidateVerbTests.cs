using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Simulator.Cli.Terminal;
using Simulator.Tests.Models.Batching;
using Simulator.Tests.Models.Costs.Tables;

namespace Simulator.Tests.Cli.Verbs;

public sealed class ValidateVerbTests
{
    /// <summary>Every recorded run of Vidur: each request to a microsecond, each iteration to a nanosecond.</summary>
    [Test]
    public void Validate_VidurRuns_AllMatch()
    {
        using TemporaryFiles files = new();
        Printed printed = Printed.By(
            "validate", Path.GetDirectoryName(SharedData.Path("data/vidur_runs"))!, "--only", "vidur_runs", "--strict", "--json", files["v.json"]);
        Assert.That(printed.Error, Is.Empty);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success), printed.Output);
        JsonElement set = Set(files["v.json"]);
        Assert.That(set.GetProperty("cases").GetInt32(), Is.EqualTo(set.GetProperty("matched").GetInt32()).And.AtLeast(7));
        Assert.That(set.GetProperty("largestErrorSeconds").GetDouble(), Is.LessThan(3e-9));
        Assert.That(
            set.GetProperty("results").EnumerateArray().Single(run => run.GetProperty("name").GetString()!.Contains("lor_vllm", StringComparison.Ordinal))
                .GetProperty("iterations").GetInt64(),
            Is.EqualTo(178064), "with its 18 restarts");
    }

    [TestCase("vllm", 1, 1, "round_robin")]
    [TestCase("vllm", 2, 2, "lor")]
    [TestCase("vllm", 2, 1, "round_robin")]
    [TestCase("sarathi", 2, 2, "round_robin")]
    [TestCase("sarathi", 1, 4, "lor")]
    public void Validate_RunMadeByTheOracle_Matches(string scheduler, int stages, int tensor, string router)
    {
        using TemporaryFiles files = new();
        MadeRun run = new(files.Folder, "made", scheduler, stages, tensor, router);
        run.Write();
        Assert.That(run.Restarts, scheduler == "vllm" ? Is.Positive : Is.Not.Negative);
        Printed printed = Printed.By("validate", files.Folder, "--strict", "--json", files["v.json"]);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success), printed.Output + printed.Error);
        JsonElement result = Set(files["v.json"]).GetProperty("results")[0];
        Assert.That(result.GetProperty("requests").GetInt32(), Is.EqualTo(MadeRun.Count));
        Assert.That(result.GetProperty("iterations").GetInt32(), Is.EqualTo(run.Iterations));
        Assert.That(result.GetProperty("firstMismatch").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(printed.Output, Does.StartWith("vidur_runs: 1 of 1 cases match"));
    }

    [Test]
    public void Validate_IterationsCutOff_IsBadInputThatNamesTheFile()
    {
        using TemporaryFiles files = new();
        new MadeRun(files.Folder, "made", "vllm", 1, 1, "round_robin").Write();
        string batches = Directory.EnumerateFiles(files.Folder, "made.batches.csv.gz", SearchOption.AllDirectories).Single();
        byte[] whole = File.ReadAllBytes(batches);
        File.WriteAllBytes(batches, whole[..(whole.Length / 2)]);
        Printed printed = Printed.By("validate", files.Folder);
        Assert.That((printed.ExitCode, printed.Output), Is.EqualTo((ExitCode.BadInput, "")));
        Assert.That(printed.Error, Does.StartWith($"error: {batches}:").And.Contain("the compressed data is cut off or damaged. Fetch the file again"));
    }

    [TestCase("scheduled_at", "request 7: scheduled")]
    [TestCase("prefill_completed_at", "request 7: first token")]
    [TestCase("completed_at", "request 7: completed")]
    [TestCase("num_restarts", "request 7: restarts")]
    [TestCase("replica_id", "request 7: served by replica")]
    [TestCase("batch_execution_time", "iteration 7: duration")]
    [TestCase("batch_num_prefill_tokens", "iteration 7: prompt tokens")]
    [TestCase("batch_num_decode_tokens", "iteration 7: decode tokens")]
    public void Validate_OneFigureOff_IsToldAndStrictReturnsThree(string column, string mismatch)
    {
        using TemporaryFiles files = new();
        new MadeRun(files.Folder, "made", "vllm", 2, 2, "round_robin") { OffColumn = column }.Write();
        Printed printed = Printed.By("validate", files.Folder, "--json", files["v.json"]);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
        JsonElement set = Set(files["v.json"]);
        Assert.That((set.GetProperty("cases").GetInt32(), set.GetProperty("matched").GetInt32()), Is.EqualTo((1, 0)));
        Assert.That(set.GetProperty("results")[0].GetProperty("firstMismatch").GetString(), Does.StartWith(mismatch).And.Contains("Vidur has"));
        Assert.That(printed.Output, Does.Contain($"made: {mismatch}"));
        Assert.That(Printed.By("validate", files.Folder, "--strict").ExitCode, Is.EqualTo(ExitCode.NoMatch));
    }

    [TestCase("vllm|orca", "the replica scheduler orca is not modelled; vllm and sarathi are")]
    [TestCase("round_robin|random", "the global scheduler random is not modelled; round_robin and lor are")]
    [TestCase("meta-llama/Llama-2-70b-hf|Phi-0", "the model Phi-0 is not in the catalogue")]
    public void Validate_RunThatCannotBeRun_IsACaseThatDoesNotMatch(string change, string reason)
    {
        using TemporaryFiles files = new();
        new MadeRun(files.Folder, "made", "vllm", 2, 2, "round_robin").Write();
        string summary = files["made.summary.json"];
        File.WriteAllText(summary, File.ReadAllText(summary).Replace($"\"{change.Split('|')[0]}\"", $"\"{change.Split('|')[1]}\"", StringComparison.Ordinal));
        Printed printed = Printed.By("validate", files.Folder, "--strict", "--json", files["v.json"]);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.NoMatch));
        Assert.That(Set(files["v.json"]).GetProperty("results")[0].GetProperty("firstMismatch").GetString(), Does.EndWith(reason));
        Assert.That(Set(files["v.json"]).GetProperty("results")[0].GetProperty("largestErrorSeconds").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [TestCase("op_tables_made", true)]
    [TestCase("op_tables_x_tp2pp2", true)]
    [TestCase("op_tables_x_tp8", true)]
    [TestCase("op_tables_x_tp8|op_tables_x_tp4", false)]
    [TestCase("op_tables_x_tp2pp2|op_tables_x_tp4", true)]
    public void Validate_TablesByAnotherName_AreThoseThatTheRunNamesOrTheOnlyOnes(string folders, bool found)
    {
        using TemporaryFiles files = new();
        new MadeRun(files.Folder, "70b_tp2pp2_q1", "vllm", 2, 2, "round_robin").Write();
        string summary = files["70b_tp2pp2_q1.summary.json"];
        File.WriteAllText(summary, File.ReadAllText(summary).Replace("cache/made", "cache/other", StringComparison.Ordinal));
        Directory.Move(Path.Combine(files.Folder, "op_tables_made"), Path.Combine(files.Folder, "kept"));
        string[] names = folders.Split('|');
        Directory.Move(Path.Combine(files.Folder, "kept"), Path.Combine(files.Folder, names[0]));
        foreach (string other in names[1..]) Directory.CreateDirectory(Path.Combine(files.Folder, other));
        Printed printed = Printed.By("validate", files.Folder, "--strict");
        Assert.That(printed.ExitCode, Is.EqualTo(found ? ExitCode.Success : ExitCode.NoMatch), printed.Output);
        if (!found) Assert.That(printed.Output, Does.Contain("op_tables_other: the folder does not exist. Name the folder that holds the operator tables."));
    }

    [Test]
    public void Validate_TablesThatDoNotReachFarEnough_AreTheReason()
    {
        using TemporaryFiles files = new();
        new MadeRun(files.Folder, "made", "vllm", 1, 1, "round_robin").Write();
        string folder = Path.Combine(files.Folder, "op_tables_made");
        File.Delete(Directory.GetFiles(folder, "attn_decode*").Single());
        File.WriteAllText(Path.Combine(folder, "attn_decode.csv"), "batch_size,kv_cache_size,prediction\n1,64,1\n");
        Printed printed = Printed.By("validate", files.Folder, "--strict");
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.NoMatch), printed.Error);
        Assert.That(printed.Output, Does.Contain("attn_decode.csv: an iteration needs the time at batch_size").And.Contains("the table has batch_size 1 to 1 and kv_cache_size 64 to 64"));
    }

    [Test]
    public void Validate_RequestThatIsRefused_IsTheMismatch()
    {
        using TemporaryFiles files = new();
        new MadeRun(files.Folder, "made", "sarathi", 1, 1, "lor").Write();
        string file = files["made.requests.csv"];
        string[] rows = File.ReadAllLines(file);
        string[] cells = rows[1].Split(',');
        cells[2] = "0";
        rows[1] = string.Join(',', cells);
        File.WriteAllLines(file, rows);
        Assert.That(Printed.By("validate", files.Folder).Output, Does.Contain("made: request 0 did not complete: Rejected (EmptyPrompt)"));
    }

    [Test]
    public void Validate_JsonToTheOutput_TakesThePlaceOfTheTables()
    {
        using TemporaryFiles files = new();
        new MadeRun(files.Folder, "made", "vllm", 1, 1, "round_robin").Write();
        using JsonDocument document = JsonDocument.Parse(Printed.By("validate", files.Folder, "--json", "-").Output);
        Assert.That(document.RootElement.EnumerateObject().Select(p => p.Name), Is.EqualTo(new[] { "sets" }));
        JsonElement set = document.RootElement.GetProperty("sets").GetProperty("vidur_runs");
        Assert.That(set.EnumerateObject().Select(p => p.Name), Is.EqualTo(new[] { "cases", "matched", "largestErrorSeconds", "results" }));
        Assert.That(
            set.GetProperty("results")[0].EnumerateObject().Select(p => p.Name),
            Is.EqualTo(new[] { "name", "matched", "largestErrorSeconds", "firstMismatch", "requests", "iterations" }));
    }

    [TestCase("{", "made.summary.json:1: is not JSON; give the summary as the run wrote it")]
    [TestCase("[]", "made.summary.json: argv is missing; give the summary as the run wrote it")]
    [TestCase("{\"argv\": [1]}", "made.summary.json: argv is not a list of texts; give the summary as the run wrote it")]
    [TestCase("{\"argv\": []}", "made.summary.json: memory_model is missing; give the summary as the run wrote it")]
    [TestCase("{\"argv\": [], \"memory_model\": {\"num_blocks_per_replica\": 0}}", "made.summary.json: num_blocks_per_replica is no number from 1 to 2,147,483,647; give the summary as the run wrote it")]
    [TestCase("{\"argv\": [\"--cluster_config_num_replicas=x\"], \"memory_model\": {\"num_blocks_per_replica\": 9, \"block_size\": 4}}", "")]
    public void Validate_FaultySummary_IsBadInput(string text, string message)
    {
        using TemporaryFiles files = new();
        new MadeRun(files.Folder, "made", "vllm", 1, 1, "round_robin").Write();
        string file = files.Write("made.summary.json", text);
        if (message.Length == 0)
        {
            message = "made.summary.json: --cluster_config_num_replicas 'x' is no whole number of at least 1; give the summary as the run wrote it";
            files.Write("made.summary.json", text.Replace("[\"", "[\"--metrics_config_cache_dir\", \"cache/made\", \"", StringComparison.Ordinal));
        }
        Printed printed = Printed.By("validate", files.Folder);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput), printed.Output);
        Assert.That(printed.Error.TrimEnd(), Is.EqualTo($"error: {Path.GetDirectoryName(file)}{Path.DirectorySeparatorChar}{message}"));
    }

    [Test]
    public void Validate_FaultyFiles_AreBadInputWithTheirLine()
    {
        using TemporaryFiles files = new();
        new MadeRun(files.Folder, "made", "vllm", 1, 1, "round_robin").Write();
        string requests = files["made.requests.csv"], good = File.ReadAllText(requests);
        File.WriteAllText(requests, good + "999,soon,1,1,1,1,1,0,0\n");
        Assert.That(Printed.By("validate", files.Folder).Error, Does.Contain($"made.requests.csv:{MadeRun.Count + 2}: the value 'soon' is no time. Give seconds"));
        File.WriteAllText(requests, good + "3,1,1,1,1,1,1,0,0\n");
        Assert.That(Printed.By("validate", files.Folder).Error, Does.Contain("a second row has the id 3"));
        File.WriteAllText(requests, good.Split('\n')[0] + "\n");
        Assert.That(Printed.By("validate", files.Folder).Error, Does.Contain("the file has no requests"));
        File.WriteAllText(requests, good);
        File.Delete(Path.Combine(files.Folder, "op_tables_made", "add.csv.gz"));
        File.WriteAllText(Path.Combine(files.Folder, "op_tables_made", "add.csv"), "num_tokens,prediction\n1,fast\n");
        Printed printed = Printed.By("validate", files.Folder);
        Assert.That((printed.ExitCode, printed.Error), Is.EqualTo((
            ExitCode.BadInput,
            $"error: {Path.Combine(files.Folder, "op_tables_made", "add.csv")}:2: prediction 'fast' is no time. Give milliseconds from 0 to 100,000,000.\n"))
            .Using<(int, string)>((a, b) => a.Item1 == b.Item1 && a.Item2.ReplaceLineEndings("\n") == b.Item2 ? 0 : 1));
    }

    [Test]
    public void Validate_NothingToRun_SaysWhatIsLookedFor()
    {
        using TemporaryFiles files = new();
        Printed printed = Printed.By("validate", files.Folder);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(printed.ErrorLines[0], Does.StartWith($"error: {files.Folder}: holds nothing to compare with; give vidur_runs/*.summary.json"));
        Assert.That(Printed.By("validate", files["none"]).ErrorLines, Is.EqualTo(new[] { $"error: {files["none"]}: no such folder; name one that holds measured runs" }));
        Assert.That(Printed.By("validate", files.Folder, "--only", "vidur_run").ErrorLines[0], Does.StartWith("error: --only: unknown set 'vidur_run'; did you mean 'vidur_runs'?"));
    }

    private static JsonElement Set(string file) =>
        JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(file)).GetProperty("sets").GetProperty("vidur_runs");

    /// <summary>A run of <see cref="NaiveVidur"/> in the layout of recorded ones: Llama 2 70B, or 7B on one device.</summary>
    private sealed class MadeRun(string folder, string name, string scheduler, int stages, int tensor, string router)
    {
        public const int Count = 60;

        /// <summary>The column in which the row of number 7 is a little off.</summary>
        public string? OffColumn { get; init; }

        public int Restarts { get; private set; }

        public int Iterations { get; private set; }

        public void Write()
        {
            string model = stages * tensor == 1 ? "meta-llama/Llama-2-7b-hf" : "meta-llama/Llama-2-70b-hf";
            NaiveVidur.Settings settings = new(scheduler, 20 * stages, 16)
            {
                Stages = stages, Tensor = tensor, Router = router, Grouped = stages * tensor > 1, LayersPerStage = (stages * tensor == 1 ? 32 : 80) / stages,
                Replicas = router == "lor" ? 3 : 1, Chunk = 48, Cap = 16, MaxTokens = 256, Watermark = 0.05,
            };
            List<NaiveVidur.Request> requests = [.. Enumerable.Range(0, Count).Select(i => new NaiveVidur.Request(i, i * 0.11 + i * 1e-9, 20 + i * 37 % 90, 10 + i * 53 % 90))];
            int[][] lengths = [.. requests.Select(request => new[] { request.Prompt, request.Output })];
            NaiveVidur naive = new(settings, TableFiles.Times);
            naive.Run(requests);
            (Restarts, Iterations) = (requests.Sum(request => request.Restarts), naive.Batches.Count);

            TableFiles.Write(Path.Combine(folder, "op_tables_made"));
            string[] argv =
            [
                "--metrics_config_cache_dir", "cache/made", "--no-metrics_config_store_plots", "--replica_config_model_name", model,
                "--replica_scheduler_config_type", scheduler, "--sarathi_scheduler_config_chunk_size", "48",
                "--vllm_scheduler_config_max_tokens_in_batch", "256", $"--{scheduler}_scheduler_config_batch_size_cap", "16",
                $"--{scheduler}_scheduler_config_watermark_blocks_fraction", "0.05", "--cluster_config_num_replicas", $"{settings.Replicas}",
                "--global_scheduler_config_type", router, "--replica_config_tensor_parallel_size", $"{tensor}",
                "--replica_config_num_pipeline_stages", $"{stages}",
            ];
            File.WriteAllText(
                Path.Combine(folder, name + ".summary.json"),
                JsonSerializer.Serialize(new { run = name, argv, memory_model = new { num_blocks_per_replica = settings.Blocks * 1.0, block_size = 16 } }));
            StringBuilder text = new("id,arrived_at,num_prefill_tokens,num_decode_tokens,scheduled_at,prefill_completed_at,completed_at,num_restarts,replica_id\n");
            foreach (NaiveVidur.Request r in requests)
            {
                bool off = r.Id == 7;
                text.Append(CultureInfo.InvariantCulture, $"{r.Id},{r.Arrival:R},{lengths[r.Id][0]},{lengths[r.Id][1]},{Off(off, "scheduled_at", r.Scheduled!.Value, 2e-6):R},")
                    .Append(CultureInfo.InvariantCulture, $"{Off(off, "prefill_completed_at", r.FirstToken!.Value, 2e-6):R},{Off(off, "completed_at", r.Completed!.Value, 2e-6):R},")
                    .Append(CultureInfo.InvariantCulture, $"{Off(off, "num_restarts", r.Restarts, 1)},{Off(off, "replica_id", r.Replica, 1)}\n");
            }
            File.WriteAllText(Path.Combine(folder, name + ".requests.csv"), text.ToString());
            if (settings.Replicas > 1) return;
            text = new("Batch Id,batch_num_tokens,batch_num_prefill_tokens,batch_num_decode_tokens,batch_size,batch_execution_time\n");
            for (int i = 0; i < naive.Batches.Count; i++)
            {
                NaiveVidur.Batch b = naive.Batches[i];
                int tokens = b.Rows.Sum(row => row.Tokens);
                text.Append(CultureInfo.InvariantCulture, $"{i},{tokens},{Off(i == 7, "batch_num_prefill_tokens", b.Prefill, 1)},{Off(i == 7, "batch_num_decode_tokens", tokens - b.Prefill, 1)},")
                    .Append(CultureInfo.InvariantCulture, $"{b.Rows.Count},{Off(i == 7, "batch_execution_time", b.End - b.Start, 2e-9):R}\n");
            }
            using var gzip = new GZipStream(File.Create(Path.Combine(folder, name + ".batches.csv.gz")), CompressionLevel.Fastest);
            gzip.Write(Encoding.UTF8.GetBytes(text.ToString()));
        }

        private double Off(bool isRow, string column, double value, double by) => isRow && column == OffColumn ? value + by : value;
    }
}
