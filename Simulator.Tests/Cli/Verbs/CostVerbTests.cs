using System.Globalization;
using Simulator.Cli.Terminal;
using Simulator.Models.Architectures;
using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;

namespace Simulator.Tests.Cli.Verbs;

public sealed class CostVerbTests
{
    private static readonly RooflineOptions Measured = RooflineOptions.Of(CostProfiles.Of(Devices.H100Sxm, EngineKernels.Vllm));

    [Test]
    public void Cost_OfABatch_IsTheCostModelsOwn()
    {
        Printed printed = Printed.By("cost", "--model", "llama-3.1-8b", "--device", "h100-sxm", "--tp", "2", "--decode", "64", "--context", "2000",
            "--prefill", "512", "--cached", "100");
        Assert.That(printed.Error, Is.Empty);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
        Assert.That(printed.Output, Does.StartWith("llama-3.1-8b on 2 × h100-sxm"));
        Assert.That(printed.Output, Does.Contain("64 decode rows, each after 2,000 tokens; a prefill row of 512 tokens after 100 cached ones"));

        IterationEstimate expected = new RooflineCostModel(
            ModelArchitectures.Find("llama-3.1-8b"), new ParallelPlan(Tensor: 2), Quantization.Bf16, Devices.H100Sxm, Measured).Evaluate(new IterationShape
            {
                DecodeRows = 64,
                DecodeContext = 64 * 2000,
                DecodeWindowContext = 64 * 2000,
                PrefillRows = 1,
                PrefillTokens = 512,
                EmittedTokens = 65,
                PrefillContext = 100,
                PrefillPairs = 512 * 100 + 512 * 513 / 2,
                PrefillWindowPairs = 512 * 100 + 512 * 513 / 2,
            });
        Assert.That(Lines(printed).Single(line => line.StartsWith("  sum", StringComparison.Ordinal)), Does.Contain(Figures.Seconds(expected.Seconds)));
        Assert.That(printed.Output, Does.Contain($"Energy {Figures.Number(expected.Joules)} J"));
    }

    [Test]
    public void Cost_Operators_AddUpToTheSum()
    {
        string[] rows = [.. Lines(Printed.By("cost", "--model", "mixtral-8x7b", "--device", "a100-80", "--prefill", "700")).SkipWhile(line => !line.Contains('─'))
            .Skip(1).TakeWhile(line => line.Length > 0)];
        double Share(string row) => double.Parse(row.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
        Assert.That(rows[..^1].Sum(Share), Is.EqualTo(100).Within(0.05 * rows.Length));
        Assert.That(Share(rows[^1]), Is.EqualTo(100));
        Assert.That(rows.Count(row => row.Contains("experts", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public void Cost_WithoutRows_IsOneSequenceThatDecodes() => Assert.That(
        Printed.By("cost", "--model", "llama-3.1-8b", "--device", "h100").Output,
        Does.Contain("1 decode row after 1,024 tokens"));

    [Test]
    public void Cost_BlockScaled_TakesTheKernelsOfBlocks()
    {
        string[] options = ["cost", "--model", "llama-3.1-8b", "--device", "h100", "--weights", "fp8", "--activations", "fp8", "--decode", "64"];
        Printed plain = Printed.By(options), blocks = Printed.By([.. options, "--block-scaled"]);
        Assert.That(blocks.ExitCode, Is.EqualTo(ExitCode.Success));
        Assert.That(blocks.Output, Is.Not.EqualTo(plain.Output));
    }

    [TestCase("--decode 0", (string[])
    [
        "error: --model is missing; it is a model id such as llama-3.1-8b (see: simulator catalog models)",
        "error: --device is missing; it is a device id such as h100-sxm (see: simulator catalog devices)",
        "error: --decode: an iteration without rows has no cost; give --decode or --prefill",
    ])]
    [TestCase("--model llama-3.1-8b --device h100 --cached 5", (string[])["error: --cached: it needs --prefill, the tokens after the cached ones"])]
    [TestCase("--model llama-3.1-8b --device h100 --prefill 5 --context 5", (string[])["error: --context: it needs --decode, the sequences that have it"])]
    [TestCase("--model llama-3.1-8b --device h100 --tp 3", (string[])
    [
        "error: llama-3.1-8b: tensor parallel 3 does not divide the 32 attention heads; 2 and 4 do; tensor parallel 3 neither divides the "
            + "8 KV heads nor is a multiple of them; divisors and multiples of 8 do; tensor parallel 3 does not divide the 14336 columns of the "
            + "feed-forward; 2 and 4 do.",
    ])]
    [TestCase("--model llama-3.1-8b --device h100 --pp 33", (string[])
        ["error: llama-3.1-8b: pipeline parallel 33 exceeds the 32 layers of llama-3.1-8b; it must be from 1 to 32."])]
    [TestCase("--model llama-3.1-8b --device h100 --pp 2 --stage-layers 3,4,5", (string[])
        ["error: --stage-layers: 3 numbers for 2 pipeline stages; give one for each"])]
    [TestCase("--model llama-3.1-8b --device h100 --stage-layers 3,4", (string[])
        ["error: llama-3.1-8b: the stages hold 7 layers (3, 4); they must add up to the 32 of llama-3.1-8b."])]
    [TestCase("--model llama-3.1-8b --device h100 --stage-layers 30,x", (string[])
    [
        "error: --stage-layers: expected a whole number from 1 to 1024, got 'x'",
        "error: see: simulator cost --help",
    ])]
    [TestCase("--model llama-3.1-8b --device h100 --tp 1024 --pp 1024 --dp 1024 --cp 1024", (string[])
        ["error: --cp: tensor × pipeline × data × context is above 2147483647 devices"])]
    [TestCase("--model llama-3.1-8b --device h100 --kv fp9", (string[])
    [
        "error: --kv: unknown number format 'fp9'; did you mean 'fp8'? known: fp32, bf16, fp16, fp8, int8, fp4, int4",
        "error: see: simulator cost --help",
    ])]
    [TestCase("--model llama-3.1-8b --device h100 --weights fp8 --block-scaled", (string[])
        ["error: --block-scaled: only 8-bit floats are scaled by block; give --weights fp8 and --activations fp8 beside it"])]
    public void Cost_Faulty_SaysWhy(string options, string[] errors)
    {
        Printed printed = Printed.By(["cost", .. options.Split(' ')]);
        Assert.That(printed.ErrorLines, Is.EqualTo(errors));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    [Test]
    public void Cost_OfAPipeline_ShowsItsStages()
    {
        string[] lines = Lines(Printed.By("cost", "--model", "llama-3.1-8b", "--device", "h100", "--stage-layers", "20,12", "--decode", "9"));
        Assert.That(lines[0], Is.EqualTo("llama-3.1-8b on 2 × h100-sxm"));
        Assert.That(lines[1], Is.EqualTo("9 decode rows, each after 1,024 tokens; one CUDA graph of 16 tokens"));
        var model = new RooflineCostModel(
            ModelArchitectures.Find("llama-3.1-8b"), new ParallelPlan(Pipeline: 2) { StageLayers = [20, 12] }, Quantization.Bf16, Devices.H100Sxm, Measured);
        RooflineAccumulator batch = model.CreateAccumulator();
        for (int row = 0; row < 9; row++) batch.AddDecode(1024);
        var times = new long[2];
        batch.StageTimes(withDecodes: true, batch.Mixed().Time, times);
        string stages = string.Join(", ", times.Select(time => Figures.Seconds(time / 65536e9)));
        Assert.That(lines, Does.Contain($"Stages: {stages}."));
    }

    [Test]
    public void Cost_OfDataParallelRanks_SpreadsTheRowsAndNamesTheStraggler()
    {
        string[] lines = Lines(Printed.By(
            "cost", "--model", "deepseek-v3", "--device", "h200", "--dp", "8", "--ep", "8", "--decode", "100", "--weights", "fp8", "--cuda-graphs", "none"));
        Assert.That(lines[1], Is.EqualTo(
            "100 decode rows, each after 1,024 tokens; every kernel launched by the host; the rank that takes longest has 13 tokens"));
    }

    [Test]
    public void Cost_WithAnOverlappedHost_SaysWhatItTakesMeanwhile()
    {
        Printed printed = Printed.By("cost", "--model", "llama-3.1-8b", "--device", "h100", "--async-scheduling", "--decode", "8");
        Assert.That(printed.Output, Does.Contain($"The host takes {Figures.Seconds(Measured.Host.Total.Seconds(8))} meanwhile.").And.Not.Contain("host schedule"));
    }

    [Test]
    public void Cost_OfContextParallel_ShowsTheGathering() => Assert.That(
        Printed.By("cost", "--model", "llama-3.1-70b", "--device", "h100", "--tp", "4", "--cp", "2", "--prefill", "8192", "--decode", "1").Output,
        Does.StartWith("llama-3.1-70b on 8 × h100-sxm").And.Contain("context gather").And.Contain("context merge"));

    [Test]
    public void Cost_OfAFeedForwardOfItsOwn_ShowsItsCollectives() => Assert.That(
        Printed.By("cost", "--model", "llama-3.1-70b", "--device", "h100", "--tp", "8", "--feed-forward-parallel", "2", "--decode", "16").Output,
        Does.StartWith("llama-3.1-70b on 8 × h100-sxm").And.Contain("feed forward gather").And.Contain("feed forward scatter"));

    private static string Experts(params string[] options) => Lines(Printed.By(
        ["cost", "--model", "mixtral-8x7b", "--device", "h100", "--tp", "8", "--ep", "8", "--prefill", "8192", .. options]))
        .Single(line => line.StartsWith("  experts", StringComparison.Ordinal));

    [Test]
    public void Cost_OfImbalancedExperts_TakesLonger() => Assert.That(Experts("--expert-imbalance", "2"), Is.Not.EqualTo(Experts()));

    private static string[] Lines(Printed printed) => printed.Output.ReplaceLineEndings("\n").Split('\n');
}
