using Simulator.Models.Devices;
using Simulator.Planning.Apex;

namespace Simulator.Tests.Planning.Apex;

/// <summary>The questions that are put to a profile, worked out from the rules of the tables.</summary>
public sealed class ApexStageCostsTests
{
    private sealed class Recorder : IApexCosts
    {
        public List<string> Asked { get; } = [];

        public ApexCost Gemm(long m, long k, long n, NumberFormat format) => Add($"gemm {m} {k} {n} {format}", 10);

        public ApexCost Attention(int headSize, int heads, int sequences, long tokens, NumberFormat format) =>
            Add($"attention {headSize} {heads} {sequences} {tokens} {format}", 5);

        public double CollectiveMicroseconds(ApexCollectiveKind kind, int nodes, int devicesPerNode, double kilobytes, NumberFormat format) =>
            Add($"{kind} {nodes}x{devicesPerNode} {kilobytes} {format}", 2).Microseconds;

        public double SendMicroseconds(bool acrossNodes, double kilobytes, NumberFormat format) =>
            Add($"send {(acrossNodes ? "far" : "near")} {kilobytes} {format}", 3).Microseconds;

        private ApexCost Add(string question, double microseconds)
        {
            Asked.Add(question);
            return new(microseconds, 0);
        }
    }

    private static string[] Ask(ApexProblem problem, int plan, out ApexOutcome outcome)
    {
        var recorder = new Recorder();
        outcome = (problem with { Costs = recorder }).Run(plan, ApexFidelity.Compatible);
        return [.. recorder.Asked];
    }

    [Test]
    public void Run_TensorParallel_AsksAtThePointsOfTheTables()
    {
        // Prompts of 128 and 131 tokens: 259 count as 384 in a product, 129.5 on average as 144 in an attention.
        string[] asked = Ask(ApexProblems.Llama(80, 2, (128, 1, 0), (131, 1, 0)), 0, out _);

        Assert.That(asked, Is.EqualTo(new[]
        {
            "gemm 12288 8192 384 Bf16", "attention 128 32 2 144 Bf16", "gemm 8192 4096 384 Bf16", "AllReduce 1x2 4144 Bf16",
            "gemm 14336 8192 384 Bf16", "gemm 8192 14336 384 Bf16", "AllReduce 1x2 4144 Bf16", "AllGather 1x2 8288 Bf16",
        }));
    }

    [Test]
    public void Run_DecodeStep_HasNoContextAndIsAskedOnce()
    {
        string[] asked = Ask(ApexProblems.Llama(40, 1, (16000, 90, 0)), 0, out _);

        Assert.That(asked, Has.Length.EqualTo(10));
        Assert.That(asked[5..], Is.EqualTo(new[]
        {
            "gemm 24576 8192 64 Bf16", "attention 128 64 1 16 Bf16", "gemm 8192 8192 64 Bf16", "gemm 28672 8192 64 Bf16", "gemm 8192 28672 64 Bf16",
        }));
    }

    [Test]
    public void Run_EightBitFloats_RoundsToPowersOfTwoAndSpeedsUpPrefillOnly()
    {
        var formats = new ApexFormats(NumberFormat.Fp8, NumberFormat.Fp8, NumberFormat.Fp8);
        string[] asked = Ask(ApexProblems.Llama(40, 1, (300, 2, 0)) with { Formats = formats }, 0, out ApexOutcome outcome);

        Assert.That(asked[..5], Is.EqualTo(new[]
        {
            // 24,576 is as far from 16,384 as from 32,768; 300 tokens count as 384, as far from 256 as from 512.
            "gemm 32768 8192 512 Fp8", "attention 128 64 1 304 Bf16", "gemm 8192 8192 512 Fp8", "gemm 32768 8192 512 Fp8", "gemm 8192 32768 512 Fp8",
        }));
        Assert.That(outcome.Shares[0].AllIterations(), Is.EqualTo(new[] { 40 * (50 + 5 / 1.5), 40 * 55.0 }).Within(1e-9));
    }

    [Test]
    public void Run_ExpertParallel_SendsEachTokenToItsExpertsAndBack()
    {
        ApexProblem problem = ApexProblems.Llama(1, 4, (64, 1, 0), (64, 1, 0), (64, 1, 0), (64, 1, 0)) with { Model = ApexModels.Mixtral8x7B };
        string[] asked = Ask(problem, 9, out ApexOutcome outcome);

        Assert.That(outcome.Plan.Cells.Select(cell => cell.Template), Is.EqualTo(new[] { "TP", "TP", "EP" }));
        Assert.That(asked, Is.EqualTo(new[]
        {
            // 256 tokens of 8 KB; a quarter each after the scatter, twice that to two experts, and a quarter of all on the way back.
            "gemm 3072 4096 256 Bf16", "attention 128 8 4 64 Bf16", "gemm 4096 1024 256 Bf16", "AllReduce 1x4 2048 Bf16",
            "gemm 3584 4096 256 Bf16", "gemm 4096 3584 256 Bf16", "ReduceScatter 1x4 2048 Bf16", "AllToAll 1x4 1024 Bf16",
            "gemm 14336 4096 64 Bf16", "gemm 4096 14336 64 Bf16", "AllToAll 1x4 1024 Bf16", "AllGather 1x4 2048 Bf16",
        }));
    }

    [Test]
    public void Run_TwoNodes_GathersAndSendsAcrossThem()
    {
        ApexProblem problem = ApexProblems.Llama(80, 8, (16, 1, 0)) with { Cluster = new(ApexDevice.H100, 2, 8) };
        ApexPlan[] plans = [.. problem.Plans()];
        int whole = Array.FindIndex(plans, plan => plan.StageDevices == 16 && plan.AttentionReplicas == 1);
        int halves = Array.FindIndex(plans, plan => plan.Stages == 2 && plan.StageDevices == 8 && plan.AttentionReplicas == 1);

        Assert.That(Ask(problem, whole, out _), Has.Member("AllReduce 2x8 256 Bf16"));
        Assert.That(Ask(problem, halves, out _), Has.Member("send far 256 Bf16").And.Member("AllReduce 1x8 256 Bf16"));
    }

    /// <summary>With more devices than KV heads each device holds a copy of one: APEX piles them on the first devices and divides by zero.</summary>
    [Test]
    public void Run_MoreDevicesThanKvHeads_CopiesKvHeads()
    {
        ApexProblem problem = ApexProblems.Llama(80, 8, (16, 1, 0)) with { Cluster = new(ApexDevice.H100, 2, 8) };
        string[] asked = Ask(problem, 0, out ApexOutcome outcome);

        Assert.That(outcome.Fault, Is.Null);
        Assert.That(asked[1], Is.EqualTo("attention 128 4 1 16 Bf16"));
        long perLayer = 2L * 128 * 8192 * (4 + 1) + 3L * 8192 * 28672 / 16;
        Assert.That(outcome.ParameterBytes, Is.EqualTo(80 * perLayer * 2));
        Assert.That(outcome.Shares[0].CapacityTokens, Is.EqualTo((79 * (1L << 30) - outcome.ParameterBytes) / (80 * 2 * 128 * 2)));
    }

    /// <summary>Three devices hold 3, 3 and 2 of 8 KV heads: the first sets the pace and the weights, and those with 3 the room in the cache.</summary>
    [Test]
    public void Run_HeadsThatDoNotDivide_GivesTheFirstDevicesMore()
    {
        string[] asked = Ask(ApexProblems.Llama(30, 3, (16, 1, 0)), 0, out ApexOutcome outcome);

        Assert.That(asked[1], Is.EqualTo("attention 128 24 1 16 Bf16"));
        long perLayer = 2L * 128 * 8192 * (24 + 3) + 3L * 8192 * 9558; // 28,672 columns are 9,558, 9,557 and 9,557
        Assert.That(outcome.ParameterBytes, Is.EqualTo(30 * perLayer * 2));
        Assert.That(outcome.Shares[0].CapacityTokens, Is.EqualTo((79 * (1L << 30) - outcome.ParameterBytes) / (30 * 2 * 3 * 128 * 2)));
    }
}
