using System.Globalization;
using Simulator.Cli.Terminal;
using Simulator.Models.Architectures;
using Simulator.Models.Costs;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;

namespace Simulator.Tests.Cli.Verbs;

public sealed class CostVerbTests
{
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
            ModelArchitectures.Find("llama-3.1-8b"), new ParallelPlan(Tensor: 2), Quantization.Bf16, Devices.H100Sxm).Evaluate(new IterationShape
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
    [TestCase("--model llama-3.1-8b --device h100 --kv fp9", (string[])
    [
        "error: --kv: unknown number format 'fp9'; did you mean 'fp8'? known: fp32, bf16, fp16, fp8, int8, fp4, int4",
        "error: see: simulator cost --help",
    ])]
    public void Cost_Faulty_SaysWhy(string options, string[] errors)
    {
        Printed printed = Printed.By(["cost", .. options.Split(' ')]);
        Assert.That(printed.ErrorLines, Is.EqualTo(errors));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    private static string[] Lines(Printed printed) => printed.Output.ReplaceLineEndings("\n").Split('\n');
}
