using Simulator.Cli.Terminal;
using Simulator.Core.Time;
using Simulator.Workloads.Generators;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Cli.Verbs;

public sealed class TraceFitVerbTests
{
    private const string Rows = """
        Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type
        0,ChatGPT,100,10,110,Conversation log
        10,ChatGPT,300,30,330,Conversation log
        30,ChatGPT,0,0,0,Conversation log
        70,GPT-4,500,50,550,API log

        """;

    [Test]
    public void Fit_SmallTrace_SummarizesWindowsAndKinds()
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("trace", "fit", files.Write("t.csv", Rows), files["fit.json"]);
        Assert.That(printed.Error, Is.Empty);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
        Assert.That(TableText.Lines(printed.Output), Is.EqualTo((string[])
        [
            $"{files["fit.json"]}: 4 requests in 2 windows of 60 s",
            "window least p50 p90 most",
            "requests 1 1 3 3",
            "CV of gaps 0.3333 0.3333 0.3333 0.3333",
            "Gamma shape α 9 9 9 9",
            "Weibull shape 3.304 3.304 3.304 3.304",
            "model / class requests failed prompt p50 p99 output p50 p99",
            "ChatGPT / conversation 3 33.3 % 100 300 10 30",
            "GPT-4 / api 1 0.0 % 500 500 50 50",
        ]));
    }

    [Test]
    public void Fit_ToTheOutputStream_IsWhatTheFileHolds()
    {
        using var files = new TemporaryFiles();
        string trace = files.Write("t.csv", Rows);
        Assert.That(Printed.By("trace", "fit", trace, files["fit.json"], "--window", "30s", "--quiet").Output, Is.Empty);
        string text = Printed.By("trace", "fit", trace, "-", "--window", "30s").Output;
        Assert.That(text, Is.EqualTo(File.ReadAllText(files["fit.json"])));
        Assert.That(text, Is.EqualTo(TraceFit.Of(Trace.Open(trace), 30.Seconds()).ToJson()));
    }

    [Test]
    public void Fit_Options_SayWhatIsFitted()
    {
        using var files = new TemporaryFiles();
        Printed.By("trace", "fit", files.Write("t.csv", Rows), files["fit.json"], "--model", "GPT-4");
        Assert.That(TraceFit.Load(files["fit.json"]).Kinds.Select(kind => kind.Model), Is.EqualTo(new[] { "GPT-4" }));
    }

    [Test]
    public void Fit_WindowTooShort_SaysSo()
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("trace", "fit", files.Write("t.csv", Rows), "-", "--window", "1us");
        Assert.That(printed.Error.TrimEnd(), Is.EqualTo("error: --window: the trace has more than ten million windows of 0.000001 s; make it longer"));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    [TestCase("{}")]
    [TestCase("not json")]
    public void Fit_DamagedFit_IsRefusedWhereItIsUsed(string text)
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("trace", "generate", "-", "--fit", files.Write("fit.json", text));
        Assert.That(printed.Error, Does.StartWith($"error: {files["fit.json"]}:").And.Contain("this is not a fit of a trace"));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }
}
