using Simulator.Cli.Validation.Measured.ClosedLoop;

namespace Simulator.Tests.Cli.Validation.Measured.ClosedLoop;

public sealed class FlagTextTests
{
    /// <summary>Texts as they stand in the data, for 1k/8k with 256 users on four devices.</summary>
    [TestCase("8192", 8192)]
    [TestCase("0.80 (template default)", 0.8)]
    [TestCase("C", 256)]
    [TestCase("isl+osl+200", 9416)]
    [TestCase("2*isl (2048 or 16384)", 2048)]
    [TestCase("unset: vLLM default 8192 (API server, >=70 GiB GPU that is not A100)", 8192)]
    [TestCase("unset: TRT-LLM default (2048; from memory)", 2048)]
    [TestCase("unset: default max bs 512 (TP>=4)", 512)]
    [TestCase("unset: derived from KV capacity", null)]
    [TestCase("generator: unset for aggregated in 2026-01 (vLLM default 1024), 512 or more later", 1024)]
    [TestCase("generator: batch+isl+1500 (HEAD rule: batch+isl+500 rounded up to 32)", 2780)]
    [TestCase("generator: the searched batch size (= recorded batch)", 256)]
    [TestCase("C+isl+64 rounded up to 64 (about one prompt plus one decode token per request)", 1344)]
    [TestCase("max(8192, C+isl+64 rounded up to 64)", 8192)]
    [TestCase("isl+osl+20 (1k/1k) or isl+osl+200", 9416)]
    [TestCase("isl+osl+20 (1k/8k) or isl+osl+200", 9236)]
    [TestCase("512 (1k/1k) or 256", 256)]
    [TestCase("2048 (1k/1k) or 9216", 9216)]
    [TestCase("TP8: 32768; TP4: 8192", 8192)]
    [TestCase("TP8: max bs 128; TP4: 32", 32)]
    [TestCase("TP8: 0.82; TP2: 0.95", 0.95)]
    [TestCase("0.8 (0.7 for 1k/8k C256; 0.75 for 8k/1k TP4)", 0.7)]
    [TestCase("0.8 (0.7 for 1k/1k C256; 0.75 for 8k/1k TP4)", 0.8)]
    [TestCase("padding on, max_batch_size C (C/4 with attention DP)", 64)]
    [TestCase("padding on, max_batch_size C (C/8 for 1k/1k C256)", 256)]
    [TestCase("padding on, max_batch_size 1024 (decode only)", 1024)]
    [TestCase("32768 (chunked-prefill-size and max-prefill-tokens)", 32768)]
    [TestCase("unknown", null)]
    public void Evaluate_TextOfTheData_GivesItsNumber(string text, double? expected)
    {
        ClosedLoopPoint point = Points.Of("m", "vllm", 1024, 8192, 256) with { Tensor = 4, AttentionData = 2 };
        Assert.That(FlagText.Evaluate(FlagText.Choose(text, point), point), Is.EqualTo(expected));
    }

    [TestCase("1k/1k with TP<8 only", true)]
    [TestCase("1k/1k C>=64", true)]
    [TestCase("1k/1k C>=65", false)]
    [TestCase("8k/1k", false)]
    [TestCase("TP4", false)]
    [TestCase("C 64 TP2", true)]
    [TestCase("with attention DP", false)]
    [TestCase("decode only", null)]
    [TestCase("from memory", null)]
    [TestCase("only", null)]
    public void Holds_Condition_IsToldFromAComment(string text, bool? expected) =>
        Assert.That(FlagText.Holds(text, Points.Of("m", "trtllm", 1024, 1024, 64) with { Tensor = 2 }), Is.EqualTo(expected));

    [Test]
    public void NumpyRandom_SeedZero_GivesTheNumbersOfNumpy()
    {
        // np.random.seed(0); np.random.randint(819, 1025, size=40); np.random.randint(6553, 8193, size=40)
        NumpyRandom random = new(0);
        int[] prompts = [.. Enumerable.Range(0, 40).Select(_ => random.Next(819, 1024))];
        int[] outputs = [.. Enumerable.Range(0, 40).Select(_ => random.Next(6553, 8192))];
        Assert.That(prompts[..12], Is.EqualTo([991, 866, 936, 1011, 886, 1014, 922, 828, 840, 855, 906, 889]));
        Assert.That(outputs[..12], Is.EqualTo([7865, 7842, 7250, 7192, 7097, 7096, 7267, 6797, 6704, 7228, 7063, 8036]));
        Assert.That((prompts[39], outputs[39]), Is.EqualTo((986, 7164)));
        Assert.That(random.Next(5, 5), Is.EqualTo(5));
    }

    [TestCase("InferenceX benchmark_serving: closed loop; num-prompts 10*C; warm-up 2*C copies; lengths uniform integer in [0.8L, L]", 1024, 40, true)]
    [TestCase("InferenceX benchmark_serving; num-prompts 50*C (20*C for 1k/8k) on the nvd runner, 10*C elsewhere; uniform integer in [0.8L, L]", 1024, 200, true)]
    [TestCase("InferenceX benchmark_serving; num-prompts 50*C (20*C for 1k/8k) on the nvd runner, 10*C elsewhere; uniform integer in [0.8L, L]", 8192, 80, true)]
    [TestCase("assumed aiperf: closed loop, fixed isl/osl (stddev 0), warm-up 2*C, requests 10*C (eval runner of 2025-09), 20*C (bench template)", 512, 40, false)]
    public void Client_TextOfTheData_GivesRequestsAndLengths(string text, int output, int requests, bool uniform)
    {
        BenchmarkClient client = BenchmarkClient.Of(text, Points.Of("m", "vllm", 1024, output, 4));
        Assert.That(client, Is.EqualTo(new BenchmarkClient(requests, uniform)));
        var drawn = client.Draw(1024, output);
        Assert.That(drawn, Has.Count.EqualTo(requests));
        Assert.That(drawn.Select(request => request.PromptTokens).Distinct().Count(), uniform ? Is.GreaterThan(20) : Is.EqualTo(1));
        Assert.That(drawn.Select(request => request.PromptTokens), Is.All.InRange(uniform ? 819 : 1024, 1024));
        Assert.That(drawn.Select(request => request.OutputTokens), Is.All.InRange(uniform ? (int)(0.8 * output) : output, output));
        Assert.That(drawn.Select(request => request.MaxOutputTokens), Is.EqualTo(drawn.Select(request => (int?)request.OutputTokens)));
    }

    [Test]
    public void Client_WithoutRequests_IsNotSupported() => Assert.That(
        () => BenchmarkClient.Of("dynamo slurm_jobs bench", Points.Of("m", "vllm", 1024, 1024, 4)),
        Throws.TypeOf<NotSupportedException>().With.Message.EqualTo("the client's requests are not known"));

    [Test]
    public void CaptureSizes_OfEachEngine_AreItsOwn()
    {
        Assert.That(CaptureSizes.Vllm(32), Is.EqualTo([1, 2, 4, 8, 16, 24, 32]));
        Assert.That(CaptureSizes.Vllm(288).TakeLast(4), Is.EqualTo([248, 256, 272, 288]));
        Assert.That(CaptureSizes.Sglang(24), Is.EqualTo([1, 2, 4, 8, 12, 16, 24]));
        Assert.That(CaptureSizes.Sglang(544).TakeLast(4), Is.EqualTo([480, 496, 512, 544]));
        Assert.That(CaptureSizes.TensorRtLlm(20), Is.EqualTo([1, 2, 4, 8, 16, 20]));
        Assert.That(CaptureSizes.TensorRtLlm(1024).TakeLast(4), Is.EqualTo([128, 256, 512, 1024]));
    }
}
