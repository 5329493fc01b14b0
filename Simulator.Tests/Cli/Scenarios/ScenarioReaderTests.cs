using Simulator.Cli.Scenarios;
using Simulator.Core.Time;
using Simulator.Models.Caching;
using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;

namespace Simulator.Tests.Cli.Scenarios;

public sealed class ScenarioReaderTests
{
    private const string Cluster = """
        cluster:
          pools:
            - name: chat
              model: llama-3.1-8b
              device: h100-sxm

        """;

    [Test]
    public void ReadText_EveryKeyOfATrace_IsRead()
    {
        Scenario scenario = Read("""
            seed: 42
            replications: 5
            workload:
              trace: ../traces/burstgpt.csv
              format: burstgpt
              models: [ChatGPT]
              classes: Conversation log
              failures: drop
              from: 1h
              to: 2h
              speedup: 10
              limit: 2000
              clip: { prompt: 4096, output: 1024 }
              loops: 3
              timeouts: { queue: 30s, total: 5min, cancelAfter: 2min }
            cluster:
              router: round-robin
              pools:
                - name: chat
                  model: llama-3.1-8b
                  serves: [ChatGPT]
                  device: h100-sxm
                  clock: 80%
                  replicas: 8
                  plan: { tensor: 2, pipeline: 1, data: 2, expert: 4, feedForward: 4 }
                  quantization: { weights: fp8, activations: fp8, kv: int8, blockScaled: true }
                  engine:
                    scheduler: vllm-v1
                    tokenBudget: 8192
                    maxSequences: 1024
                    chunkedPrefill: true
                    prefixCaching: false
                    blockTokens: 16
                    kvBlocks: 20000
                    memoryUtilization: 90%
                    longPrefillThreshold: 0
                    maxContext: 32768
                    queueLimit: 100
                    receiveInterval: 2
                    streamInterval: 5
                    requestOverhead: 3ms
                    responseOverhead: 1ms
                  roofline: { matrixComputeEfficiency: 70%, hostTimePerIteration: 1.5ms }
                - name: own
                  modelConfig: config.json
                  device: a100-80
                  engine: { kvBlocks: unlimited }
            results:
              warmUp: 60s
              drain: 1min
              slo: { ttft: 500ms, tpot: 50ms, e2e: 30s }
              requestsCsv: requests.csv
              iterationsCsv: iterations.csv
              timeSeriesCsv: series.csv
              timeSeriesStep: 10s
              operators: true
              perfetto: trace.json
              timeline: timeline.svg
              timelineRequests: 8
            """);

        Assert.That(scenario.Seed, Is.EqualTo(42));
        Assert.That(scenario.Replications, Is.EqualTo(5));
        WorkloadSection workload = scenario.Workload;
        Assert.That(workload.Models, Is.EqualTo((string[])["ChatGPT"]));
        Assert.That(workload.Classes, Is.EqualTo((string[])["Conversation log"]));
        Assert.That(workload with { Models = [], Classes = [] }, Is.EqualTo(new WorkloadSection
        {
            Source = new TraceSection { File = "../traces/burstgpt.csv", Format = "burstgpt" },
            KeepFailures = false,
            From = 1.Hours(),
            To = 2.Hours(),
            Speedup = 10,
            Limit = 2000,
            ClipPrompt = 4096,
            ClipOutput = 1024,
            Loops = 3,
            Timeouts = new TimeoutsSection { Queue = 30.Seconds(), Total = 5.Minutes(), CancelAfter = 2.Minutes() },
            Models = [],
            Classes = [],
        }));
        Assert.That(scenario.Cluster.Router, Is.EqualTo("round-robin"));
        PoolSection chat = scenario.Cluster.Pools[0];
        Assert.That((chat.Name, chat.Model?.Id, chat.ModelConfig, chat.Device.Id, chat.Clock, chat.Replicas),
            Is.EqualTo(("chat", "llama-3.1-8b", (string?)null, "h100-sxm", 0.8, 8)));
        Assert.That(chat.Serves, Is.EqualTo((string[])["ChatGPT"]));
        Assert.That(chat.Plan, Is.EqualTo(new ParallelPlan(2, 1, 2, 4) { FeedForward = 4 }));
        Assert.That(chat.Quantization, Is.EqualTo(new Quantization(NumberFormat.Fp8, NumberFormat.Fp8, NumberFormat.Int8) { BlockScaled = true }));
        Assert.That(chat.Engine.SchedulerOptions, Is.EquivalentTo(new Dictionary<string, object>
        {
            ["tokenBudget"] = 8192, ["maxSequences"] = 1024, ["chunkedPrefill"] = true, ["longPrefillThreshold"] = 0, ["blockTokens"] = 16,
            ["prefixCaching"] = false,
        }));
        Assert.That(chat.Engine with { SchedulerOptions = EngineSection.NoOptions }, Is.EqualTo(new EngineSection
        {
            KvBlocks = 20000,
            MemoryUtilization = 0.9,
            MaxContext = 32768,
            QueueLimit = 100,
            ReceiveInterval = 2,
            StreamInterval = 5,
            RequestOverhead = 3.Milliseconds(),
            ResponseOverhead = 1.Milliseconds(),
        }));
        Assert.That(chat.Roofline, Is.EqualTo(new RooflineOptions { MatrixComputeEfficiency = 0.7, Host = new HostOverhead().WithTotal(0.0015, 4e-6) }));
        PoolSection own = scenario.Cluster.Pools[1];
        Assert.That((own.Model, own.ModelConfig), Is.EqualTo(((string?)null, "config.json")));
        Assert.That(own.Engine, Is.EqualTo(new EngineSection { KvBlocks = EngineSection.Unlimited }));
        Assert.That(scenario.Results, Is.EqualTo(new ResultsSection
        {
            WarmUp = 60.Seconds(),
            Drain = 60.Seconds(),
            Slo = new SloSection { Ttft = 500.Milliseconds(), Tpot = 50.Milliseconds(), E2e = 30.Seconds() },
            RequestsCsv = "requests.csv",
            IterationsCsv = "iterations.csv",
            TimeSeriesCsv = "series.csv",
            TimeSeriesStep = 10.Seconds(),
            Operators = true,
            Perfetto = "trace.json",
            Timeline = "timeline.svg",
            TimelineRequests = 8,
        }));
    }

    [Test]
    public void ReadText_SchedulerInPlaceOfTheFiles_TakesItsOptionsAlone()
    {
        string text = "workload: { trace: t.csv }\ncluster: { pools: [{ model: llama-3-8b, device: a10, engine: { scheduler: orca, blockTokens: 8 } }] }";
        EngineSection engine = ScenarioReader.ReadText(text, "s.yaml", "apex").Cluster.Pools[0].Engine;
        Assert.That((engine.Scheduler, engine.SchedulerOptions["blockTokens"]), Is.EqualTo(("apex", (object)8)));
        ScenarioException faulty = Assert.Throws<ScenarioException>(
            () => ScenarioReader.ReadText(text.Replace("blockTokens", "chunkedPrefill", StringComparison.Ordinal), "s.yaml", "apex"))!;
        Assert.That(faulty.Faults.Single(), Does.Contain("chunkedPrefill: an option of vllm-v1, tensorrt-llm, and the scheduler is apex"));
    }

    [Test]
    public void ReadText_UnknownScheduler_IsTheOnlyFault() => Assert.That(
        Faults("workload: { trace: t.csv }\ncluster: { pools: [{ model: llama-3-8b, device: a10, engine: { scheduler: vllm, tokenBudget: 8 } }] }").Single(),
        Does.StartWith("s.yaml:2:75: cluster.pools[0].engine.scheduler: unknown scheduler 'vllm'; ").And.Contain("known: vllm-v1, sglang, "));

    [Test]
    public void ReadText_TheLeast_HasTheDocumentedDefaults()
    {
        Scenario scenario = Read("workload: { trace: t.csv }\n" + Cluster);

        Assert.That(scenario.Seed, Is.EqualTo(1));
        Assert.That(scenario.Replications, Is.EqualTo(1));
        Assert.That(scenario.Workload with { Models = [], Classes = [] }, Is.EqualTo(
            new WorkloadSection { Source = new TraceSection { File = "t.csv" }, KeepFailures = true, Speedup = 1, Loops = 1, Models = [], Classes = [] }));
        Assert.That(scenario.Cluster.Router, Is.EqualTo("least-outstanding"));
        Assert.That(scenario.Cluster.Pools[0].Plan, Is.EqualTo(ParallelPlan.Single));
        Assert.That(scenario.Cluster.Pools[0].Quantization, Is.EqualTo(Quantization.Bf16));
        Assert.That(scenario.Cluster.Pools[0].Engine, Is.EqualTo(new EngineSection()));
        Assert.That(scenario.Results, Is.EqualTo(new ResultsSection()));
    }

    [Test]
    public void ReadText_FaultsEverywhere_AreAllReportedInOrder() => Assert.That(Faults("""
        sed: 42
        workload:
          trace: t.csv
          format: burst-gpt
          speedup: fast
          timeouts: { queue: 30 }
        cluster:
          router: least-outstandng
          pools:
            - name: chat
              model: llama-3.1-8b
              modelConfig: config.json
              replicas: 0
              engine:
                tokenBudjet: 8192
                chunkedPrefill: yes
                memoryUtilization:
            - name: chat
              device: h100-sxm
              plan: [2, 1]
        results:
          slo: { ttft: 500 ms, tpt: 50ms }
        """), Is.EqualTo((string[])
    [
        "s.yaml:1:1: unknown key 'sed' in the scenario; did you mean 'seed'? valid keys: seed, replications, workload, cluster, results",
        "s.yaml:4:11: workload.format: unknown format 'burst-gpt'; did you mean 'burstgpt'? known: burstgpt, azure, mooncake, vidur, apex, csv",
        "s.yaml:5:12: workload.speedup: expected a number above 0, got 'fast'",
        "s.yaml:6:22: workload.timeouts.queue: '30' has no unit; expected a duration above 0 such as 50ms, 1.5s, 2min or 1h",
        "s.yaml:8:11: cluster.router: unknown router 'least-outstandng'; did you mean 'least-outstanding'? "
            + "known: random, round-robin, least-outstanding, least-waiting, least-pending-tokens, power-of-two, prefix-affinity, session-affinity",
        "s.yaml:10:7: 'device' is missing in cluster.pools[0]; it is a device id such as h100-sxm",
        "s.yaml:12:7: cluster.pools[0] takes only one of 'model' or 'modelConfig'",
        "s.yaml:13:17: cluster.pools[0].replicas: expected a whole number from 1 to 100000, got '0'",
        "s.yaml:15:9: unknown key 'tokenBudjet' in cluster.pools[0].engine; did you mean 'tokenBudget'? valid keys: scheduler, "
            + "tokenBudget, maxSequences, chunkedPrefill, longPrefillThreshold, policy, asyncScheduling, blockTokens, prefixCaching, kvBlocks, "
            + "memoryUtilization, maxContext, queueLimit, hostCacheBlocks, hostWritePolicy, receiveInterval, streamInterval, requestOverhead, responseOverhead",
        "s.yaml:16:25: cluster.pools[0].engine.chunkedPrefill: expected true or false, got 'yes'",
        "s.yaml:17:27: cluster.pools[0].engine.memoryUtilization has no value; give one or remove the key",
        "s.yaml:18:7: cluster.pools[1] needs one of 'model' or 'modelConfig'",
        "s.yaml:18:13: cluster.pools[1].name: another pool is called 'chat' too; give each a name of its own",
        "s.yaml:20:13: cluster.pools[1].plan: expected a mapping of keys and values, got a list",
        "s.yaml:22:24: unknown key 'tpt' in results.slo; did you mean 'tpot'? valid keys: ttft, tpot, e2e",
    ]));

    [TestCase("cluster: { pools: [{ model: llama-3-8b, device: a10, engine: { scheduler: orca, chunkedPrefill: true } }] }",
        "s.yaml:2:81: cluster.pools[0].engine.chunkedPrefill: an option of vllm-v1, tensorrt-llm, and the scheduler is orca; remove it or choose another 'scheduler'")]
    [TestCase("cluster: { pools: [{ model: llama-3-8b, device: a10, engine: { scheduler: apex, swapBlocks: 4 } }] }",
        "s.yaml:2:81: cluster.pools[0].engine.swapBlocks: an option of vllm-v0, distserve-decode, and the scheduler is apex; remove it or choose another 'scheduler'")]
    [TestCase("cluster: { pools: [] }", "s.yaml:2:19: cluster.pools is an empty list; it needs a list of pools, each with a model and a device")]
    [TestCase("cluster: {}", "s.yaml:2:10: 'pools' is missing in cluster; it is a list of pools, each with a model and a device")]
    [TestCase("cluster: { pools: { name: x } }",
        "s.yaml:2:19: cluster.pools: expected a list of mappings, each after a '-', got a mapping")]
    [TestCase("cluster: { pools: [{ name: x, model: llama-3-8b, device: a10, plan: { tensor: 2, expert: 4 } }] }",
        "s.yaml:2:90: cluster.pools[0].plan.expert: 4 does not divide tensor × data, 2")]
    [TestCase("cluster: { pools: [{ name: x, model: llama-3-8b, device: a10, plan: { tensor: 2, feedForward: 4 } }] }",
        "s.yaml:2:95: cluster.pools[0].plan.feedForward: 4 does not divide tensor × data, 2")]
    [TestCase("cluster: { pools: [{ name: x, model: llama-3-8b, device: a10, plan: { tensor: 4, data: 3, feedForward: 6 } }] }",
        "s.yaml:2:104: cluster.pools[0].plan.feedForward: 6 neither divides tensor, 4, nor is a multiple of it; give 4 or 12")]
    [TestCase("cluster: { pools: [{ name: x, model: llama-3-8b, device: a10, plan: { tensor: 4, context: 2, feedForward: 2 } }] }",
        "s.yaml:2:107: cluster.pools[0].plan.feedForward: it cannot be combined with context parallel, 2; leave one of the two out")]
    [TestCase("cluster: { pools: [{ name: x, model: mixtral-8x7b, device: a10, plan: { tensor: 4, expert: 4, feedForward: 2 } }] }",
        "s.yaml:2:92: cluster.pools[0].plan.expert: 4 does not divide the feed-forward's devices, 2")]
    [TestCase("cluster: { pools: [{ name: x, model: llama-3-8b, device: a10, serves: A }, { name: y, model: llama-3-8b, device: a10, serves: [A, B] }] }",
        "s.yaml:2:127: cluster.pools[1].serves: 'A' is served by pool 'x' already; name it once, or let both serve the same names")]
    [TestCase("cluster: { pools: [{ model: llama-3-8b, device: a10 }, { model: llama3-8b, device: a30 }] }",
        "s.yaml:2:56: cluster.pools[1]: without a 'name' the pool is called 'llama-3-8b' after its model, as another one is; give each a name of its own")]
    [TestCase("cluster: { pools: [{ model: llama-3-8b, device: a10 }, { name: llama-3-8b, model: llama-3-70b, device: a30 }] }",
        "s.yaml:2:64: cluster.pools[1].name: another pool is called 'llama-3-8b' too; give each a name of its own")]
    [TestCase("cluster: { pools: [{ name: x, model: llama-3-8b, device: a10, roofline: { matrixMemoryEfficiency: 2 } }] }",
        "s.yaml:2:99: cluster.pools[0].roofline.matrixMemoryEfficiency: expected a share above 0 and up to 1 such as 0.9 or 90%, got '2'")]
    [TestCase("cluster: { pools: [{ name: x, model: llama-3-8b, device: a10, quantization: { kv: fp9 } }] }",
        "s.yaml:2:83: cluster.pools[0].quantization.kv: unknown number format 'fp9'; did you mean 'fp8'? known: fp32, bf16, fp16, fp8, int8, fp4, int4")]
    [TestCase("cluster: { pools: [{ name: x, model: llama-3-8b, device: a10, quantization: { weights: fp8, blockScaled: true } }] }",
        "s.yaml:2:106: cluster.pools[0].quantization.blockScaled: only 8-bit floats are scaled by block; set weights and activations to fp8 beside it")]
    public void ReadText_FaultyCluster_SaysWhy(string cluster, string fault) =>
        Assert.That(Faults("workload: { trace: t.csv }\n" + cluster), Is.EqualTo((string[])[fault]));

    [TestCase("plan: { context: 0 }", "80: cluster.pools[0].plan.context: expected a whole number from 1 to 1024, got '0'")]
    [TestCase("plan: { pipeline: 3, stageLayers: [10, 22] }", "97: cluster.pools[0].plan.stageLayers: 2 numbers for 3 pipeline stages; give one for each")]
    [TestCase("plan: { tensor: 1024, pipeline: 1024, data: 1024, context: 1024 }",
        "69: cluster.pools[0].plan: tensor × pipeline × data × context is above 2147483647 devices; lower one of them")]
    [TestCase("engine: { hostWritePolicy: write-back }",
        "73: cluster.pools[0].engine.hostWritePolicy: it needs 'hostCacheBlocks' above 0, the blocks that are written")]
    [TestCase("engine: { hostCacheBlocks: 8, hostWritePolicy: back }",
        "110: cluster.pools[0].engine.hostWritePolicy: unknown host write policy 'back'; known: write-back, write-through")]
    [TestCase("devicesPerHostLink: 0", "83: cluster.pools[0].devicesPerHostLink: expected a whole number from 1 to 1024, got '0'")]
    [TestCase("roofline: { sampling: beam }", "85: cluster.pools[0].roofline.sampling: unknown way of sampling 'beam'; known: greedy, top-p")]
    [TestCase("roofline: { expertImbalance: 0.5 }", "92: cluster.pools[0].roofline.expertImbalance: expected a number from 1 to 1000000, got '0.5'")]
    [TestCase("roofline: { matrixKernelTime: 11s }", "93: cluster.pools[0].roofline.matrixKernelTime: expected a duration of at most 10 s, got '11s'")]
    [TestCase("roofline: { cudaGraphs: { captureSizes: [8, 4] } }", "103: cluster.pools[0].roofline.cudaGraphs.captureSizes: sizes must ascend, got 8, 4")]
    [TestCase("roofline: { cudaGraphs: { launchTime: 2s } }", "101: cluster.pools[0].roofline.cudaGraphs.launchTime: expected a duration of at most 1 s, got '2s'")]
    [TestCase("roofline: { host: { sample: {} }, hostTimePerSequence: 1us }",
        "97: cluster.pools[0].roofline.hostTimePerSequence: 'host' gives the parts of it; keep one of the two")]
    [TestCase("costs: { tables: t }, roofline: {}", "85: cluster.pools[0].roofline: the pool has 'costs', which take its place; keep one of the two")]
    [TestCase("costs: { kvStep: 1 }", "70: 'tables' is missing in cluster.pools[0].costs; it is the folder with the operator tables")]
    public void ReadText_FaultyPool_SaysWhy(string keys, string fault) => Assert.That(
        Faults($"workload: {{ trace: t.csv }}\ncluster: {{ pools: [{{ name: x, model: llama-3-8b, device: a10, {keys} }}] }}"),
        Is.EqualTo((string[])[$"s.yaml:2:{fault}"]));

    [Test]
    public void ReadText_KeysOfThePool_AreRead()
    {
        PoolSection pool = Read("""
            workload: { trace: t.csv }
            cluster:
              pools:
                - model: llama-3-8b
                  device: a10
                  devicesPerHostLink: 4
                  plan: { pipeline: 2, context: 2, stageLayers: [15, 17] }
                  engine: { hostCacheBlocks: 1000, hostWritePolicy: write-through }
                  roofline:
                    expertImbalance: 1.5
                    sampling: top-p
                    cudaGraphs: { mode: full-decode-only, captureSizes: [1, 8, 64], launchTime: 5us }
                    host: { schedule: { perIteration: 1ms, perSequence: 2us }, detokenize: { perIteration: 3ms } }
            """).Cluster.Pools.Single();
        RooflineOptions measured = RooflineOptions.Of(CostProfiles.Of(pool.Device, EngineKernels.Vllm));
        Assert.That(pool.DevicesPerHostLink, Is.EqualTo(4));
        Assert.That(pool.Plan, Is.EqualTo(new ParallelPlan(Pipeline: 2, Context: 2) { StageLayers = [15, 17] }));
        Assert.That(pool.Engine, Is.EqualTo(new EngineSection { HostCacheBlocks = 1000, HostWritePolicy = HostWritePolicy.WriteThrough }));
        Assert.That(pool.Roofline, Is.EqualTo(measured with
        {
            ExpertImbalance = 1.5,
            Sampling = TokenSampling.TopP,
            Graphs = new CudaGraphs { Mode = CudaGraphMode.FullDecodeOnly, CaptureSizes = [1, 8, 64], LaunchSeconds = 5e-6 },
            Host = measured.Host with { Schedule = new(1e-3, 2e-6), Detokenize = measured.Host.Detokenize with { PerIteration = 3e-3 } },
        }));
    }

    [Test]
    public void ReadText_ProfileOfTheRoofline_IsTheFilesOrTheEngines()
    {
        using var files = new TemporaryFiles();
        CostProfile profile = CostProfile.Flat(new RooflineOptions { AttentionKernelSeconds = 5e-6 }, "a10");
        File.WriteAllText(files["own.json"], CostProfileFile.Write(profile));
        static string Text(string keys) => $"workload: {{ trace: t.csv }}\ncluster: {{ pools: [{{ model: llama-3-8b, device: a10, {keys} }}] }}";
        Assert.Multiple(() =>
        {
            Assert.That(CostProfileFile.Write(Profile("roofline: { profile: own.json }")!), Is.EqualTo(CostProfileFile.Write(profile)));
            Assert.That(Profile("engine: { scheduler: sglang }, roofline: { expertImbalance: 2 }")!.Engine, Is.EqualTo("sglang"));
            Assert.That(Profile("engine: { scheduler: orca }, roofline: {}")!.Engine, Is.EqualTo("vllm"));
            Assert.That(Profile("roofline: { attentionKernelTime: 3us }"), Is.Null);
            Assert.That(Faults(Text("roofline: { profile: none.json }")).Single(), Does.Contain("roofline.profile: ").And.Contain("none.json: the file cannot be read"));
            Assert.That(Faults(Text("roofline: { profile: none.json, matrixKernelTime: 1us }")), Has.Some.Contains("matrixKernelTime: 'profile' gives the efficiencies"));
        });

        CostProfile? Profile(string keys) =>
            ScenarioReader.ReadText(Text(keys), files["s.yaml"]).Cluster.Pools.Single().Roofline!.Profile;
    }

    [Test]
    public void ReadText_OperatorTables_AreRelativeToTheScenario()
    {
        PoolSection pool = Read("""
            workload: { trace: t.csv }
            cluster:
              pools: [{ model: llama-3-8b, device: a10, costs: { tables: t, batchingOverhead: 0, allReduceLaunch: 1us, tokenStep: 1, kvStep: 32 } }]
            """).Cluster.Pools.Single();
        Assert.That(pool.Costs, Is.EqualTo(new TableCostsSection { Tables = "t", BatchingOverhead = 0, AllReduceLaunch = 1.Microseconds(), TokenStep = 1, KvStep = 32 }));
    }

    [TestCase("model: Llama3-8B", "llama-3-8b")]
    [TestCase("modelConfig: models/Own-7B/config.json", "own-7b")]
    [TestCase("modelConfig: models/Own.json", "own")]
    [TestCase("name: chat, model: llama-3-8b", "chat")]
    public void ReadText_PoolWithoutAName_IsCalledAfterItsModel(string pool, string name)
    {
        PoolSection read = Read($"workload: {{ trace: t.csv }}\ncluster: {{ pools: [{{ {pool}, device: a10 }}] }}").Cluster.Pools.Single();
        Assert.That(read.Name, Is.EqualTo(name));
    }

    [Test]
    public void ReadText_UnknownModel_NamesTheClosest() => Assert.That(
        Faults("workload: { trace: t.csv }\ncluster: { pools: [{ name: x, model: llama-3-8c, device: a10 }] }").Single(),
        Does.StartWith("s.yaml:2:38: cluster.pools[0].model: there is no model 'llama-3-8c'. Did you mean llama-3-8b"));

    [TestCase("results: { timeSeriesStep: 1s }", "s.yaml:1:12: results.timeSeriesStep: it needs 'timeSeriesCsv', the file that the samples go to")]
    [TestCase("results: { timelineRequests: 9 }", "s.yaml:1:12: results.timelineRequests: it needs 'timeline', the file that they are drawn in")]
    [TestCase("results: { requestsCsv: a.csv, perfetto: A.csv }",
        "s.yaml:1:42: results.perfetto: 'A.csv' is written twice; give each output a file of its own")]
    public void ReadText_FaultyResults_SaysWhy(string results, string fault) =>
        Assert.That(Faults(results + "\nworkload: { trace: t.csv }\n" + Cluster), Is.EqualTo((string[])[fault]));

    [Test]
    public void ReadText_NothingOfIt_NamesBothSections() => Assert.That(Faults("seed: 1\n"), Is.EqualTo((string[])
    [
        "s.yaml:1:1: 'workload' is missing in the scenario; it is what arrives: a trace or a generator",
        "s.yaml:1:1: 'cluster' is missing in the scenario; it is what serves the requests: pools of replicas",
    ]));

    private static Scenario Read(string text) => ScenarioReader.ReadText(text, "s.yaml");

    private static IReadOnlyList<string> Faults(string text) =>
        Assert.Throws<ScenarioException>(() => ScenarioReader.ReadText(text, "s.yaml"))!.Faults;
}
