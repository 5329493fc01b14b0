using System.Text.Json;
using Simulator.Cli.Terminal;

namespace Simulator.Tests.Cli.Verbs;

public sealed class TraceDescribeVerbTests
{
    private const string Rows = """
        Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type
        0.0,a,2,ChatGPT,100,20,120,Conversation log
        10.0,,1,GPT-4,300,10,310,API log
        30.0,a,3,ChatGPT,200,30,230,Conversation log
        40.0,,0,ChatGPT,0,0,0,API log

        """;

    [Test]
    public void Describe_SmallTrace_ShowsEveryFigure()
    {
        using var files = new TemporaryFiles();
        string file = files.Write("t.csv", Rows);
        Printed printed = Printed.By("trace", "describe", file, "--session-prefixes");

        Assert.That(printed.Error, Is.Empty);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
        Assert.That(TableText.Lines(printed.Output), Is.EqualTo((string[])
        [
            $"trace {file}",
            "format burstgpt",
            "requests 4, of which 1 failed (25.0 %)",
            "span 40 s from the first arrival to the last",
            "rate 0.07500 requests/s (270 requests/h)",
            "gaps mean 13.33 s, CV 0.4330",
            "sessions 1, 2 turns in the mean and at most 2; 100.0 % have more than one",
            "prefixes 2 references to 1 distinct blocks, 50.0 % repeated",
            "40.0 % of 300 prompt tokens repeat a prefix",
            "tokens total mean p50 p90 p95 p99 max",
            "prompt 600 200 200 300 300 300 300",
            "output 60 20 20 30 30 30 30",
            "model requests share",
            "ChatGPT 3 75.0 %",
            "GPT-4 1 25.0 %",
            "class requests share",
            "api 2 50.0 %",
            "conversation 2 50.0 %",
        ]));
    }

    [Test]
    public void Describe_Json_HasTheSameFigures()
    {
        using var files = new TemporaryFiles();
        string file = files.Write("t.csv", Rows);
        Printed printed = Printed.By("trace", "describe", file, "--json", "-", "--session-prefixes");
        JsonElement json = JsonDocument.Parse(printed.Output).RootElement;

        Assert.That((json.GetProperty("schemaVersion").GetInt32(), json.GetProperty("requests").GetInt32(), json.GetProperty("failures").GetInt32()),
            Is.EqualTo((1, 4, 1)));
        Assert.That((json.GetProperty("spanSeconds").GetDouble(), json.GetProperty("requestsPerSecond").GetDouble()), Is.EqualTo((40.0, 0.075)));
        Assert.That(json.GetProperty("gaps").GetProperty("meanSeconds").GetDouble(), Is.EqualTo(40 / 3.0).Within(1e-12));
        Assert.That(json.GetProperty("gaps").GetProperty("cv").GetDouble(), Is.EqualTo(Math.Sqrt(3) / 4).Within(1e-12));
        Assert.That(json.GetProperty("prompt").GetProperty("total").GetInt64(), Is.EqualTo(600));
        Assert.That(json.GetProperty("output").GetProperty("p99").GetInt32(), Is.EqualTo(30));
        Assert.That(json.GetProperty("models")[1].GetProperty("name").GetString(), Is.EqualTo("GPT-4"));
        Assert.That(json.GetProperty("classes")[0].GetProperty("share").GetDouble(), Is.EqualTo(0.5));
        Assert.That(json.GetProperty("sessions").GetProperty("meanTurns").GetDouble(), Is.EqualTo(2));
        Assert.That(json.GetProperty("prefixes").GetProperty("repeatedShare").GetDouble(), Is.EqualTo(0.5));

        Assert.That(Printed.By("trace", "describe", file, "--json", files["d.json"], "--session-prefixes", "--quiet").Output, Is.Empty);
        Assert.That(File.ReadAllText(files["d.json"]), Is.EqualTo(printed.Output));
    }

    [Test]
    public void Describe_JsonOfWhatIsNotDefined_IsNull()
    {
        using var files = new TemporaryFiles();
        string file = files.Write("t.csv", "num_prefill_tokens,num_decode_tokens\n5,0\n");
        JsonElement json = JsonDocument.Parse(Printed.By("trace", "describe", file, "--json", "-").Output).RootElement;
        foreach (string name in new[] { "requestsPerSecond", "prompt", "output", "sessions", "prefixes" })
            Assert.That(json.GetProperty(name).ValueKind, Is.EqualTo(JsonValueKind.Null), name);
        Assert.That(json.GetProperty("gaps").GetProperty("cv").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(Printed.By("trace", "describe", file).Output, Does.Contain("rate          all arrive at once").And.Not.Contain("gaps").And.Not.Contain("tokens"));
    }

    [Test]
    public void Describe_Options_SayWhatIsTaken()
    {
        using var files = new TemporaryFiles();
        string file = files.Write("t.csv", Rows);
        JsonElement json = JsonDocument.Parse(Printed.By(
            "trace", "describe", file, "--model", "ChatGPT", "--model", "GPT-4", "--class", "conversation", "--after", "5s", "--before", "40s",
            "--speedup", "2", "--clip-prompt", "150", "--clip-output", "7", "--loops", "3", "--failures", "drop", "--limit", "9", "--json", "-").Output).RootElement;
        Assert.That((json.GetProperty("requests").GetInt32(), json.GetProperty("prompt").GetProperty("max").GetInt32(),
            json.GetProperty("output").GetProperty("max").GetInt32()), Is.EqualTo((3, 150, 7)));
        Assert.That(Printed.By("trace", "describe", file, "--rate", "4/s").Output, Does.Contain("rate          4 requests/s"));
        Assert.That(Printed.By("trace", "describe", file, "--loop-until", "200s").Output, Does.Contain("requests      16,"));
        Assert.That(Printed.By("trace", "describe", file, "--arrivals", "constant: 2/s").Output, Does.Contain("gaps          mean 500 ms, CV 0"));
    }

    [Test]
    public void Describe_ColumnMap_ReadsAnyCsv()
    {
        using var files = new TemporaryFiles();
        string file = files.Write("t.csv", "ts|in|out|team\n1000|5|6|x\n3000|7|8|y\n2000|7|8|y\n");
        Printed printed = Printed.By(
            "trace", "describe", file, "--disorder", "1s",
            "--columns", "arrival: ts, arrivalUnit: ms, prompt: in, output: out, class: team, separator: '|'");
        Assert.That(printed.Error, Is.Empty);
        Assert.That(printed.Output, Does.Contain("format        csv").And.Contain("span          2 s").And.Match(@"\n  y +2 +66.7 %"));
    }

    /// <summary>The published share of repeated blocks, and those that the catalogue of traces measured.</summary>
    [TestCase("mooncake_conversation.jsonl.gz", "mooncake", "12,031", "288,500 references to 182,790 distinct blocks, 36.6 % repeated")]
    [TestCase("mooncake_synthetic.jsonl.gz", "mooncake", "3,993", "64.0 % repeated")]
    [TestCase("azure2023_conv.csv.gz", "azure", "19,366", "5.530 requests/s")]
    [TestCase("azure2023_code.csv.gz", "azure", "8,819", "CV 13.15")]
    public void Describe_PublicTrace_HasItsPublishedFigures(string name, string format, string requests, string figure)
    {
        string file = SharedData.Path("data/traces/" + name);
        Printed printed = Printed.By("trace", "describe", file);
        Assert.That(printed.Output, Does.Contain($"format        {format}").And.Contain($"requests      {requests}, no failures").And.Contain(figure));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
    }

    [TestCase("nothing.csv", "the file does not exist. Check the path.")]
    [TestCase("bad.csv", ":3: Response tokens 'x' is not a number. Give a whole number of tokens, 0 or more.")]
    [TestCase("empty.csv", "the file is empty. Give a file with at least one request.")]
    public void Describe_FaultyTrace_NamesThePlaceAndTheRemedy(string name, string fault)
    {
        using var files = new TemporaryFiles();
        files.Write("bad.csv", "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n1,a,1,1,2,API log\n2,a,1,x,2,API log\n");
        files.Write("empty.csv", "");
        Printed printed = Printed.By("trace", "describe", files[name]);
        Assert.That(printed.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(printed.Error, Does.StartWith($"error: {files[name]}:").And.Contain(fault));
        Assert.That(printed.Output, Is.Empty);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    [Test]
    public void Describe_NoRequestLeft_SaysWhatThereIs()
    {
        using var files = new TemporaryFiles();
        string file = files.Write("t.csv", Rows);
        Printed printed = Printed.By("trace", "describe", file, "--model", "Llama");
        Assert.That(printed.Error, Is.EqualTo($"error: {file}: no request has model 'Llama'. The trace has (model, class): "
            + "'ChatGPT' 'api', 'ChatGPT' 'conversation', 'GPT-4' 'api'." + Environment.NewLine));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    [Test]
    public void Describe_OptionsThatContradict_AreAllNamed()
    {
        Printed printed = Printed.By(
            "trace", "describe", "t.csv", "--after", "2h", "--before", "1h", "--loops", "2", "--loop-until", "3h", "--speedup", "2", "--rate", "4/s",
            "--format", "azure", "--columns", "prompt: a, output: b");
        Assert.That(printed.ErrorLines, Is.EqualTo((string[])
        [
            "error: --columns: the format 'azure' has columns of its own; only 'csv' takes a column map",
            "error: --columns: 'arrival' is missing; it is the column of arrival times, or give --arrivals",
            "error: --before: the window is empty: it must end after --after",
            "error: --speedup: --rate already sets how fast requests arrive; keep one of the two",
            "error: --loops: --loop-until already sets how long the trace is played; keep one of the two",
        ]));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(Printed.By("trace", "describe", "t.csv", "--arrivals", "poisson: 1/s", "--rate", "2/s", "--quantum", "3s").ErrorLines, Is.EqualTo((string[])
        [
            "error: --rate: --arrivals takes the place of the times that it would change; keep one of the two",
            "error: --quantum: --arrivals takes the place of the times that it would change; keep one of the two",
        ]));
    }

    [TestCase("--format", "burst", "--format: unknown format 'burst'; known: burstgpt, azure, mooncake, vidur, apex, csv")]
    [TestCase("--model", "", "--model: expected a model name of the trace, got an empty text")]
    [TestCase("--rate", "5000000/s", "--rate: '5000000/s' is too fast: rates go up to 1000000/s")]
    [TestCase("--columns", "prompt: p", "--columns: 'output' is missing in columns; it is the column of output tokens")]
    [TestCase("--arrivals", "poison: 5/s",
        "--arrivals: arrivals needs one of 'constant', 'poisson', 'gamma', 'weibull', 'onOff' or 'diurnal'; unknown key 'poison' in arrivals; "
            + "did you mean 'poisson'? valid keys: constant, poisson, gamma, weibull, onOff, diurnal")]
    public void Describe_FaultyOption_SaysWhy(string option, string value, string fault)
    {
        Printed printed = Printed.By("trace", "describe", "t.csv", option, value);
        Assert.That(printed.ErrorLines, Is.EqualTo((string[])["error: " + fault, "error: see: simulator trace describe --help"]));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    [Test]
    public void Trace_WithoutVerb_NamesThem() => Assert.That(Printed.By("trace").ErrorLines, Is.EqualTo((string[])
        ["error: 'simulator trace' needs one of: describe, convert, generate, fit", "error: see: simulator trace --help"]));
}
