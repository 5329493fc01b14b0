using Simulator.Cli.Terminal;
using Simulator.Tests.Cli.Verbs;
using Simulator.Tests.Models.Costs.Tables;

namespace Simulator.Tests.Cli.Running;

public sealed class ClusterCheckTests
{
    private const string Workload = "workload: { generate: { arrivals: { constant: 10/s }, prompt: 100, output: 5, requests: 20 } }\n";

    [TestCase("engine: { tokenBudget: 128, maxSequences: 256 }", "17: cluster.pools[0].engine: tokenBudget (128) is below maxSequences (256); it must be at least that.")]
    [TestCase("engine: { scheduler: tensorrt-llm, chunkedPrefill: true, maxNumTokens: 16, maxBatchSize: 8 }",
        "17: cluster.pools[0].engine: chunkedPrefill is on and maxNumTokens (16) is below blockTokens (32), the unit of chunks; it must be at least that.")]
    [TestCase("engine: { scheduler: sglang, chunkedPrefillSize: 8, blockTokens: 16 }",
        "17: cluster.pools[0].engine: chunkedPrefillSize (8) is no multiple of blockTokens (16); it must be 16 or a multiple of it.")]
    [TestCase("engine: { scheduler: sarathi, chunkSchedule: { lowTokens: 48, highTokens: 64, maxTokens: 1000, stages: 2 } }",
        "54: cluster.pools[0].engine.chunkSchedule: lowTokens is 48; it must be a multiple of 32, at least 32.")]
    [TestCase("engine: { scheduler: vllm-v0, maxBatchedTokens: 1000, maxContext: 4096 }",
        "17: cluster.pools[0].engine: maxBatchedTokens (1000) is below the context window (4096): a longer prompt could never run. Raise it or lower the context window.")]
    [TestCase("engine: { scheduler: vllm-v0, maxContext: 4096, kvBlocks: 200 }",
        "17: cluster.pools[0].engine: 200 KV blocks less a watermark of 2 do not hold a sequence of 4096 tokens (256 blocks of 16) and one block to spare, "
        + "so a long one could wait for ever. Give more blocks or lower the context window.")]
    [TestCase("engine: { scheduler: orca, maxContext: 4096, kvBlocks: 255 }",
        "17: cluster.pools[0].engine: A request of the context window (4096 tokens) reserves 256 KV blocks, and there are 255: it could never run. "
        + "Give at least 256 blocks, or lower the context window to at most 4080 tokens.")]
    [TestCase("engine: { kvBlocks: 1 }", "17: cluster.pools[0].engine: 1 KV blocks leave none for sequences; give more.")]
    [TestCase("engine: { scheduler: sglang, hostCacheBlocks: 8 }",
        "17: cluster.pools[0].engine: a host cache needs prefix caching by block hashes; turn that on, or give 0 blocks of host cache.")]
    [TestCase("plan: { pipeline: 33 }",
        "15: cluster.pools[0].plan: llama-3.1-8b on 33 x l40s: pipeline parallel 33 exceeds the 32 layers of llama-3.1-8b; it must be from 1 to 32.")]
    [TestCase("plan: { tensor: 3 }",
        "15: cluster.pools[0].plan: llama-3.1-8b on 3 x l40s: tensor parallel 3 does not divide the 32 attention heads; 2 and 4 do; tensor parallel 3 neither "
        + "divides the 8 KV heads nor is a multiple of them; divisors and multiples of 8 do; tensor parallel 3 does not divide the 14336 columns of the "
        + "feed-forward; 2 and 4 do.")]
    [TestCase("plan: { pipeline: 2, stageLayers: [16, 17] }",
        "15: cluster.pools[0].plan: llama-3.1-8b on 2 x l40s: the stages hold 33 layers (16, 17); they must add up to the 32 of llama-3.1-8b.")]
    [TestCase("plan: { pipeline: 1 }, engine: { memoryUtilization: 30% }",
        "15: cluster.pools[0].plan: llama-3.1-8b on 1 x l40s: weights 14.96 GiB, activations 0.98 GiB, reserve 0.25 GiB and a KV block exceed 13.32 GiB of "
        + "44.4 GiB by 2.87 GiB on each device; any of these would fit: tensor parallel 2, FP8 weights, a memory utilization of 0.95.")]
    public void Replay_PoolThatCannotRun_SaysWhereAndWhyBeforeItStarts(string keys, string fault)
    {
        using var files = new TemporaryFiles();
        string scenario = files.Write("s.yaml", Workload + "cluster:\n  pools:\n    - { model: llama-3.1-8b, device: l40s,\n        " + keys + " }\n");
        Printed printed = Printed.By("replay", scenario);
        Assert.That(printed, Is.EqualTo(new Printed(ExitCode.BadInput, "", $"error: {scenario}:5:{fault}\n")));
    }

    [Test]
    public void Replay_OptionThatSpoilsAPool_IsNotBlamedOnTheFile()
    {
        using var files = new TemporaryFiles();
        string scenario = files.Write("s.yaml", Workload + "cluster: { pools: [{ model: llama-3.1-8b, device: l40s, plan: { tensor: 2 } }] }\n");
        Printed printed = Printed.By("replay", scenario, "--pp", "33");
        Assert.That(printed, Is.EqualTo(new Printed(
            ExitCode.BadInput, "",
            "error: Pool 'llama-3.1-8b': llama-3.1-8b on 66 x l40s: pipeline parallel 33 exceeds the 32 layers of llama-3.1-8b; it must be from 1 to 32.\n")));
    }

    [Test]
    public void Replay_OperatorTables_CostWhatTheySay()
    {
        using var files = new TemporaryFiles();
        TableFiles.Write(files["tables"]);
        string scenario = files.Write("s.yaml", Workload + "cluster: { pools: [{ model: llama-2-7b, device: l40s, costs: { tables: tables } }] }\n");
        Printed printed = Printed.By("replay", scenario, "--out", files["out"], "--quiet");
        Assert.That(printed, Is.EqualTo(new Printed(ExitCode.Success, "", "")));
        Assert.That(File.ReadAllText(files["out/result.json"]), Does.Contain("costs.tables"));
    }

    [Test]
    public void Replay_OperatorTablesThatDoNotFit_SaysWhere()
    {
        using var files = new TemporaryFiles();
        TableFiles.Write(files["tables"]);
        string scenario = files.Write("s.yaml", Workload + "cluster: { pools: [{ model: llama-2-7b, device: l40s, plan: { context: 2 }, costs: { tables: tables } }] }\n");
        Assert.That(Printed.By("replay", scenario), Is.EqualTo(new Printed(
            ExitCode.BadInput, "",
            $"error: {scenario}:2:84: cluster.pools[0].costs: Operator tables know no context parallelism; set context parallel to 1, it is 2.\n")));
    }

    [Test]
    public void Replay_OperatorTablesThatAreNotThere_SaysWhich()
    {
        using var files = new TemporaryFiles();
        string scenario = files.Write("s.yaml", Workload + "cluster: { pools: [{ model: llama-2-7b, device: l40s, costs: { tables: nowhere } }] }\n");
        Assert.That(Printed.By("replay", scenario), Is.EqualTo(new Printed(
            ExitCode.BadInput, "", $"error: {files["nowhere"]}: the folder does not exist. Name the folder that holds the operator tables.\n")));
    }
}
