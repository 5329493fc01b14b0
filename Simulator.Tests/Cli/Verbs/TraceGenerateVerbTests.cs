using System.Text;
using Simulator.Cli.Terminal;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Cli.Verbs;

public sealed class TraceGenerateVerbTests
{
    private const string Cluster = "cluster: { pools: [{ name: chat, model: llama-3.1-8b, device: h100-sxm }] }\n";

    /// <summary>The commands that make the samples of the repository.</summary>
    [TestCase("burstgpt-like-v1.csv", "--like", "burstgpt", "--requests", "2000", "--seed", "2024")]
    [TestCase("burstgpt-like-v3.csv", "--like", "burstgpt-v3", "--requests", "2000", "--seed", "2024")]
    [TestCase("mooncake-like.jsonl", "--like", "mooncake", "--rate", "1/s", "--requests", "500", "--seed", "2024")]
    public void Generate_LikeAPublicTrace_MakesTheSample(string sample, params string[] options)
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By(["trace", "generate", files["t"], .. options]);
        Assert.That(printed.Error, Is.Empty);
        Assert.That(File.ReadAllText(files["t"]), Is.EqualTo(File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "traces", sample))));
    }

    [Test]
    public void Generate_Distributions_AreThoseOfAScenario()
    {
        Request[] made = Made("--arrivals", "constant: 2/s", "--prompt", "uniform: { min: 2, max: 9 }", "--output", "128", "--requests", "50");
        Assert.That(made, Has.Length.EqualTo(50));
        Assert.That(made.Select(r => r.PromptTokens), Has.All.InRange(2, 9));
        Assert.That(made.Select(r => r.OutputTokens), Has.All.EqualTo(128));
        Assert.That(made[^1].Arrival.ToSeconds(), Is.EqualTo(25));
    }

    [Test]
    public void Generate_Duration_EndsTheTrace() =>
        Assert.That(Made("--arrivals", "constant: 2/s", "--prompt", "1", "--output", "1", "--duration", "10s", "--requests", "100"), Has.Length.EqualTo(19));

    [Test]
    public void Generate_RecordedLengths_ComeInPairs()
    {
        using var files = new TemporaryFiles();
        string lengths = files.Write("l.csv", "num_prefill_tokens,num_decode_tokens\n10,1\n20,2\n");
        Request[] made = Made("--arrivals", "poisson: 2/s", "--lengths", lengths, "--requests", "50");
        Assert.That(made.Select(r => r.PromptTokens / r.OutputTokens), Has.All.EqualTo(10));
        Assert.That(made.Select(r => r.PromptTokens).Distinct().Count(), Is.EqualTo(2));
    }

    [Test]
    public void Generate_Seed_DecidesTheTrace()
    {
        string[] args = ["trace", "generate", "-", "--like", "mooncake", "--requests", "20"];
        string first = Printed.By(args).Output;
        Assert.That(Printed.By([.. args, "--seed", "1"]).Output, Is.EqualTo(first));
        Assert.That(Printed.By([.. args, "--seed", "2"]).Output, Is.Not.EqualTo(first));
    }

    [Test]
    public void Generate_Fit_HasTheRequestsOfTheTraceTimesTheScale()
    {
        using var files = new TemporaryFiles();
        string sample = Path.Combine(SharedData.RepositoryRoot, "traces", "burstgpt-like-v1.csv");
        Printed fit = Printed.By("trace", "fit", sample, files["fit.json"], "--window", "10min");
        Assert.That(fit.ExitCode, Is.EqualTo(ExitCode.Success));

        Assert.That(Made("--fit", files["fit.json"]), Has.Length.EqualTo(2000));
        Assert.That(Made("--fit", files["fit.json"], "--scale", "3", "--gaps", "weibull"), Has.Length.EqualTo(6000));
        Request[] some = Made("--fit", files["fit.json"], "--requests", "100", "--rate", "10/s");
        Assert.That(some, Has.Length.EqualTo(100));
        Assert.That((some[^1].Arrival - some[0].Arrival).ToSeconds(), Is.EqualTo(9.9).Within(1e-6));
        Assert.That(Made("--fit", files["fit.json"], "--duration", "20min"), Has.Length.InRange(1, 1999));
    }

    [Test]
    public void Generate_Scenario_WritesItsRequests()
    {
        using var files = new TemporaryFiles();
        const string Workload = "workload: { generate: { arrivals: { poisson: 2/s }, prompt: { zipf: { exponent: 1.1, max: 99 } }, output: 5, requests: 30 } }\n";
        files.Write("s.yaml", "seed: 5\n" + Workload + Cluster);
        Request[] made = Made("--scenario", files["s.yaml"]);
        Assert.That(made, Has.Length.EqualTo(30));
        Assert.That(made, Is.EqualTo(Made(
            "--arrivals", "poisson: 2/s", "--prompt", "zipf: { exponent: 1.1, max: 99 }", "--output", "5", "--requests", "30", "--seed", "5")));
        Assert.That(Made("--scenario", files["s.yaml"], "--seed", "6"), Is.Not.EqualTo(made));
    }

    [Test]
    public void Generate_ScenarioWhoseClientsWait_IsRefused()
    {
        using var files = new TemporaryFiles();
        files.Write("s.yaml", "workload: { generate: { prompt: 1, output: 5, requests: 30 }, closedLoop: { concurrency: 4 } }\n" + Cluster);
        Printed printed = Printed.By("trace", "generate", "-", "--scenario", files["s.yaml"]);
        Assert.That(printed.ErrorLines, Is.EqualTo((string[])
            [$"error: {files["s.yaml"]}: its requests are sent when others have ended, so that there is no trace of them before they are replayed"]));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    [Test]
    public void Generate_FaultyScenario_SaysWhere()
    {
        using var files = new TemporaryFiles();
        files.Write("s.yaml", "workload: { burstgpt: {} }\n" + Cluster);
        Printed printed = Printed.By("trace", "generate", "-", "--scenario", files["s.yaml"]);
        Assert.That(printed.Error, Does.StartWith($"error: {files["s.yaml"]}:1:23: workload.burstgpt: it would never end"));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    private static readonly object[] Faulty =
    [
        new object[] { "", "say what to make: --like (burstgpt, burstgpt-v3, mooncake), --fit FILE, --scenario FILE, or --arrivals with --prompt and --output" },
        new object[] { "--like mooncake", "the trace would never end; give --requests, --duration or both" },
        new object[] { "--like mooncake --requests 1 --fit f.json", "--fit: --like already says what to make; keep one of the two" },
        new object[] { "--like mooncake --requests 1 --scale 2", "--scale: --like does not take it" },
        new object[] { "--fit f.json --prompt 5", "--prompt: --fit does not take it" },
        new object[]
        {
            "--arrivals poisson:\u00a05/s --prompt 5 --requests 1",
            "--output is missing; it is a number of tokens, or a distribution such as \"logNormal: { mean: 1000, cv: 1.2 }\"",
        },
        new object[]
        {
            "--arrivals poisson:\u00a05/s --prompt 5 --lengths l.csv --requests 1",
            "--prompt: --lengths draws prompts with their outputs from a trace; keep one of the two",
        },
        new object[] { "--arrivals poisson:\u00a05/s --prompt 5 --output 5 --rate 1/s --requests 1", "--rate: --arrivals does not take it" },
        new object[] { "--fit f.json", "f.json: the file does not exist. Check the path." },
    ];

    [TestCaseSource(nameof(Faulty))]
    public void Generate_OptionsThatDoNotFit_SayWhy(string options, string fault)
    {
        string[] args = [.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(arg => arg.Replace('\u00a0', ' '))];
        Printed printed = Printed.By(["trace", "generate", "-", .. args]);
        Assert.That(printed.ErrorLines, Is.EqualTo((string[])["error: " + fault]));
        Assert.That(printed.Output, Is.Empty);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    [TestCase("--like", "burst", "--like: unknown shape 'burst'; known: burstgpt, burstgpt-v3, mooncake")]
    [TestCase("--prompt", "many", "--prompt: expected a whole number from 1 to 100000000, got 'many'")]
    [TestCase("--output", "uniform: { min: 9, max: 2 }", "--output: output.uniform.max: it is below 'min', 9")]
    [TestCase("--gaps", "normal", "--gaps: unknown distribution of gaps 'normal'; known: gamma, weibull")]
    [TestCase("--duration", "30", "--duration: '30' has no unit; expected a duration above 0 such as 50ms, 1.5s, 2min or 1h")]
    public void Generate_FaultyOption_SaysWhy(string option, string value, string fault)
    {
        Printed printed = Printed.By("trace", "generate", "-", option, value);
        Assert.That(printed.ErrorLines, Is.EqualTo((string[])["error: " + fault, "error: see: simulator trace generate --help"]));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    private static Request[] Made(params string[] options)
    {
        Printed printed = Printed.By(["trace", "generate", "-", .. options]);
        Assert.That(printed.Error, Is.Empty);
        return [.. Trace.Read(() => new MemoryStream(Encoding.UTF8.GetBytes(printed.Output)), "made").KeepClock()];
    }
}
