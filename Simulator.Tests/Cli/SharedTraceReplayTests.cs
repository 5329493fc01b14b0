using Simulator.Cli.Terminal;
using Simulator.Cli.Verbs;
using Simulator.Models.Results;

namespace Simulator.Tests.Cli;

/// <summary>Replays of the real traces, as a user would start them.</summary>
public sealed class SharedTraceReplayTests
{
    [TestCase("data/traces/azure2023_conv.csv.gz", 8, 19_366, 0)]
    [TestCase("data/traces/azure2023_code.csv.gz", 8, 8_819, 0)]
    [TestCase("data/traces/mooncake_conversation.jsonl.gz", 16, 12_031, 0)]
    [TestCase("data/burstgpt/BurstGPT_1_first400.csv", 1, 400, 17)]
    [TestCase("data/burstgpt/BurstGPT_3_first400.csv", 1, 400, 1)]
    public void Replay_RealTrace_CompletesAllButFailuresAndGivesTheSameBytesTwice(string trace, int replicas, int requests, int failures)
    {
        string[] arguments = ["--trace", SharedData.Path(trace), "--model", "llama-3.1-8b", "--device", "h100-sxm", "--replicas", $"{replicas}"];
        string first = Replay(arguments);
        Assert.That(RunResultJson.Read(first).Requests, Is.EqualTo(new RequestCounts(requests, requests - failures, 0, 0, failures, 0)), "invariant 1");
        Assert.That(Replay(arguments), Is.EqualTo(first), "invariant 6");
    }

    [Test]
    public void Replay_MooncakeOnOneReplicaWithUnlimitedMemory_HitsWhatTheTraceRepeats()
    {
        string scenario = Path.Combine(TestContext.CurrentContext.WorkDirectory, "unlimited.yaml");
        File.WriteAllText(scenario, $$"""
            workload: { trace: '{{SharedData.Path("data/traces/mooncake_conversation.jsonl.gz")}}' }
            cluster: { pools: [{ model: llama-3.1-8b, device: h100-sxm, engine: { kvBlocks: unlimited } }] }
            """);
        // 288,500 references to 182,790 distinct blocks of 512 tokens.
        Assert.That(RunResultJson.Read(Replay([scenario])).Engine.PrefixHitRate, Is.EqualTo(0.366).Within(0.01));
    }

    private static string Replay(IEnumerable<string> arguments)
    {
        using StringWriter output = new(), error = new();
        int exitCode = CommandLineTool.Run(["replay", .. arguments, "--quiet", "--json", "-"], new Streams(output, error, false));
        Assert.That(error.ToString(), Is.Empty);
        Assert.That(exitCode, Is.EqualTo(ExitCode.Success));
        return output.ToString();
    }
}
