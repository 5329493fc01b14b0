using System.Text.Json;
using Simulator.Cli.Terminal;
using Simulator.Models.Results;
using Simulator.Tests.Cli.Verbs;

namespace Simulator.Tests.Cli.Planning;

public sealed class PlanVerbTests
{
    private const string Trace = """
        arrival_s,prompt_tokens,output_tokens
        0,300,40
        0.1,700,25
        0.25,90,60
        0.3,1200,30
        1.1,50,80
        1.15,400,10

        """;

    private static readonly string[] Model = ["--model", "llama-3.1-8b", "--device", "h100-sxm"];

    [Test]
    public void List_SpaceOfApex_WritesItsPlansAsJson()
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("plan", "list", "--space", "apex", "--model", "llama3-70b", "--device", "h100-sxm", "--devices", "8", "--json", files["p.json"]);
        Assert.That((printed.ExitCode, printed.Error), Is.EqualTo((ExitCode.Success, "")));
        Assert.That(printed.Output, Does.Contain("26 plans, 25 of which fit.").And.Contain("dp8-ff8"));
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(files["p.json"]));
        JsonElement[] plans = [.. document.RootElement.GetProperty("plans").EnumerateArray()];
        Assert.That(plans, Has.Length.EqualTo(26));
        JsonElement tp8 = plans.Single(plan => plan.GetProperty("id").GetString() == "tp8");
        Assert.That(tp8.GetProperty("feasible").GetBoolean(), Is.True);
        Assert.That(tp8.GetProperty("weightsGiB").GetDouble(), Is.EqualTo(16.43).Within(0.01));
        Assert.That(tp8.GetProperty("kvTokens").GetDouble(), Is.GreaterThan(1e6));
        JsonElement bad = plans.Single(plan => !plan.GetProperty("feasible").GetBoolean());
        Assert.That(bad.GetProperty("reason").GetString(), Does.Contain("GiB").And.Contain("would fit"));
        Assert.That(bad.GetProperty("kvTokens").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public void List_WithVariations_HasEveryCombination()
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By(["plan", "list", .. Model, "--devices", "1,2", "--vary", "weights=bf16,fp8", "--vary", "tokenBudget=512,2048", "--json", "-"]);
        Assert.That((printed.ExitCode, printed.Error), Is.EqualTo((ExitCode.Success, "")));
        using JsonDocument document = JsonDocument.Parse(printed.Output);
        string[] ids = [.. document.RootElement.GetProperty("plans").EnumerateArray().Select(plan => plan.GetProperty("id").GetString()!)];
        Assert.That(ids, Has.Length.EqualTo((1 + 5) * 4).And.Unique);
        Assert.That(ids, Does.Contain("2-h100-sxm:tp2@weights=fp8,tokenBudget=2048"));
    }

    [Test]
    public void List_WithClocks_HasThePlansOfEach()
    {
        Printed printed = Printed.By(["plan", "list", .. Model, "--devices", "2", "--vary", "clock=1,0.44", "--vary", "tokenBudget=512", "--json", "-"]);
        Assert.That((printed.ExitCode, printed.Error), Is.EqualTo((ExitCode.Success, "")));
        using JsonDocument document = JsonDocument.Parse(printed.Output);
        (string? Id, string? Device)[] plans =
        [
            .. document.RootElement.GetProperty("plans").EnumerateArray().Select(plan => (plan.GetProperty("id").GetString(), plan.GetProperty("pools")[0].GetProperty("device").GetString())),
        ];
        Assert.That(plans, Has.Length.EqualTo(5 * 2).And.Contain(("tp2@clock=0.44,tokenBudget=512", "h100-sxm@0.44")).And.Contain(("tp2@clock=1,tokenBudget=512", "h100-sxm")));
    }

    [TestCase("--devices is missing", new string[0])]
    [TestCase("multiple of 8", new[] { "--devices", "12" })]
    [TestCase("keep one of the two", new[] { "--devices", "8", "--cluster", "h100-sxm=8" })]
    [TestCase("there is no device", new[] { "--cluster", "h1oo=8" })]
    [TestCase("named twice", new[] { "--cluster", "h100-sxm=8,h100-sxm=8" })]
    [TestCase("such as h100-sxm=8", new[] { "--cluster", "8" })]
    [TestCase("APEX has neither", new[] { "--devices", "8", "--space", "apex", "--uneven-stages" })]
    [TestCase("such as tokenBudget=2048,8192", new[] { "--devices", "8", "--vary", "tokenBudget" })]
    [TestCase("tokenBudgets", new[] { "--devices", "8", "--vary", "tokenBudgets=1" })]
    [TestCase("--vary: clock", new[] { "--devices", "8", "--vary", "clock=1.5" })]
    [TestCase("--vary: weights", new[] { "--devices", "8", "--vary", "weights=fp7" })]
    [TestCase("given twice", new[] { "--devices", "8", "--vary", "weights=fp8", "--vary", "weights=bf16" })]
    public void List_BadOptions_EndsInAMessage(string expected, string[] options)
    {
        Printed printed = Printed.By(["plan", "list", .. Model, .. options]);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(printed.Error, Does.Contain(expected));
        Assert.That(printed.Error, Does.Not.Contain("   at "));
    }

    [Test]
    public void Search_OfATrace_IsTheSameAsReplayingThePlan()
    {
        using var files = new TemporaryFiles();
        string trace = files.Write("t.csv", Trace);
        Printed printed = Printed.By(["plan", "search", .. Model, "--devices", "4", "--trace", trace, "--json", files["s.json"], "--sensitivity", "20%"]);
        Assert.That((printed.ExitCode, printed.Error), Is.EqualTo((ExitCode.Success, "")));
        Assert.That(printed.Output, Does.Contain("rule of thumb").And.Contain("USD/Mtoken").And.Contain("Were the cost model wrong")
            .And.Contain("Against real servers, 8 of 10 means such as those of tp4 are off by: TTFT "));
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(files["s.json"]));
        JsonElement root = document.RootElement;
        JsonElement best = root.GetProperty("best").EnumerateArray().Single(own => own.GetProperty("objective").GetString() == "e2e-mean");
        string plan = best.GetProperty("plan").GetString()!;
        Assert.That(plan, Is.EqualTo("tp4"));
        Printed replayed = Printed.By(["replay", .. Model, "--tp", "4", "--trace", trace, "--json", files["r.json"], "--quiet"]);
        Assert.That(replayed.ExitCode, Is.EqualTo(ExitCode.Success));
        RunResult alone = RunResultJson.Read(File.ReadAllText(files["r.json"]));
        Assert.That(best.GetProperty("value").GetDouble(), Is.EqualTo(alone.E2e.Mean));
        RunResult kept = RunResultJson.Read(root.GetProperty("results").GetProperty(plan).GetRawText());
        Assert.That((kept.E2e, kept.Ttft, kept.Cost), Is.EqualTo((alone.E2e, alone.Ttft, alone.Cost)));
        Assert.That(kept.Accuracy!.Single().Conditions, Is.EqualTo(alone.Accuracy!.Single().Conditions));
        Assert.That(kept.Accuracy!.Single().Figures, Is.EqualTo(alone.Accuracy!.Single().Figures).And.Not.Empty);
        Assert.That(root.GetProperty("plans").GetArrayLength(), Is.EqualTo(root.GetProperty("search").GetProperty("plans").GetInt32()));
        Assert.That(root.GetProperty("sensitivity").GetArrayLength(), Is.EqualTo(6));
    }

    [Test]
    public void Search_SettingThatNoEngineCanRun_IsAPlanThatDoesNotFit()
    {
        using var files = new TemporaryFiles();
        string trace = files.Write("t.csv", Trace);
        Printed printed = Printed.By(
            ["plan", "search", .. Model, "--devices", "1", "--trace", trace, "--vary", "chunkedPrefill=true,false", "--vary", "tokenBudget=2048", "--json", "-"]);
        Assert.That((printed.ExitCode, printed.Error), Is.EqualTo((ExitCode.Success, "")));
        using JsonDocument document = JsonDocument.Parse(printed.Output);
        JsonElement[] plans = [.. document.RootElement.GetProperty("plans").EnumerateArray()];
        Assert.That(plans.Select(plan => plan.GetProperty("feasible").GetBoolean()), Is.EqualTo(new[] { true, false }));
        Assert.That(plans[1].GetProperty("reason").GetString(), Does.Contain("TokenBudget"));
    }

    [Test]
    public void Search_Twice_WritesTheSameBytes()
    {
        using var files = new TemporaryFiles();
        string trace = files.Write("t.csv", Trace);
        foreach (string file in new[] { "a.json", "b.json" })
            Assert.That(Printed.By(["plan", "search", .. Model, "--devices", "4", "--trace", trace, "--json", files[file], "--quiet"]).ExitCode, Is.EqualTo(ExitCode.Success));
        Assert.That(File.ReadAllBytes(files["a.json"]), Is.EqualTo(File.ReadAllBytes(files["b.json"])));
    }

    [Test]
    public void Search_WithReport_WritesThePageOfItsDocument()
    {
        using var files = new TemporaryFiles();
        string[] search = ["plan", "search", .. Model, "--devices", "2", "--trace", files.Write("t.csv", Trace), "--sensitivity", "20%", "--quiet"];
        Printed printed = Printed.By([.. search, "--json", files["s.json"], "--report", files["pages/a.html"]]);
        Assert.That((printed.ExitCode, printed.Error), Is.EqualTo((ExitCode.Success, "")));
        Assert.That(Printed.By("report", files["s.json"], "--out", files["b.html"]).ExitCode, Is.EqualTo(ExitCode.Success));
        string page = File.ReadAllText(files["pages/a.html"]);
        Assert.That(page, Is.EqualTo(File.ReadAllText(files["b.html"])));
        Assert.That(page, Does.Contain("id=\"accuracy\"").And.Contain("id=\"sensitivity\"").And.Contain("Made from s.json"));

        Printed document = Printed.By([.. search, "--json", "-", "--report", files["c.html"]]);
        Assert.That(document.Output, Is.EqualTo(File.ReadAllText(files["s.json"])));
        Assert.That(Printed.By([.. search, "--report", files["d.html"]]).Output, Is.Empty);
        Assert.That(File.ReadAllText(files["c.html"]), Is.EqualTo(File.ReadAllText(files["d.html"])));
        Assert.That(page, Is.EqualTo(File.ReadAllText(files["d.html"]).Replace("Made from plan search", "Made from s.json", StringComparison.Ordinal)));
        Printed same = Printed.By([.. search, "--json", files["e"], "--report", files["e"]]);
        Assert.That((same.ExitCode, same.Error.Contains("name another file", StringComparison.Ordinal)), Is.EqualTo((ExitCode.BadInput, true)));
    }

    [TestCase("5 plans, all of which fit and ran all requests.", "tp2", new[] { "--devices", "2" })]
    [TestCase("none of these keep the constraints", "no plan keeps the constraints", new[] { "--devices", "2", "--slo", "ttft-p99=1us" })]
    [TestCase("1 plan, none of which fit", "no plan fits", new[] { "--devices", "1", "--model", "llama-3-70b" })]
    [TestCase("keep up with these requests", "--speedup", new[] { "--devices", "2", "--rate", "1/min" })]
    [TestCase("hypervolume", "knee", new[] { "--devices", "1,2" })]
    [TestCase("one plan is best in both", "tp2", new[] { "--devices", "2", "--front", "ttft-mean,energy" })]
    [TestCase("goodput", "sets none", new[] { "--devices", "2", "--objective", "goodput" })]
    public void Search_Summary_SaysWhatCameOfIt(string expected, string alsoExpected, string[] options)
    {
        using var files = new TemporaryFiles();
        string[] model = options.Contains("--model") ? ["--device", "h100-sxm"] : Model;
        Printed printed = Printed.By(["plan", "search", .. model, "--trace", files.Write("t.csv", Trace), .. options]);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
        Assert.That(printed.Output + printed.Error, Does.Contain(expected).And.Contain(alsoExpected));
    }

    [Test]
    public void Search_ForCapacity_KeepsTheSlos()
    {
        using var files = new TemporaryFiles();
        string trace = files.Write("t.csv", Trace);
        Printed printed = Printed.By(
            ["plan", "search", .. Model, "--devices", "2", "--trace", trace, "--objective", "capacity", "--slo", "ttft-p99=30ms", "--slo", "devices=2", "--json", "-"]);
        Assert.That((printed.ExitCode, printed.Error), Is.EqualTo((ExitCode.Success, "")));
        using JsonDocument document = JsonDocument.Parse(printed.Output);
        Assert.That(document.RootElement.GetProperty("best")[0].GetProperty("value").GetDouble(), Is.GreaterThan(1));
    }

    [TestCase("--trace is missing", new[] { "--devices", "2" })]
    [TestCase("give some with --slo", new[] { "--devices", "2", "--trace", "T", "--objective", "capacity" })]
    [TestCase("unknown objective", new[] { "--devices", "2", "--trace", "T", "--objective", "speed" })]
    [TestCase("two or three different objectives", new[] { "--devices", "2", "--trace", "T", "--front", "energy" })]
    [TestCase("such as ttft-p99=500ms", new[] { "--devices", "2", "--trace", "T", "--slo", "ttft-p99" })]
    [TestCase("--slo", new[] { "--devices", "2", "--trace", "T", "--slo", "ttft-p99=5" })]
    public void Search_BadOptions_EndsInAMessage(string expected, string[] options)
    {
        using var files = new TemporaryFiles();
        string trace = files.Write("t.csv", Trace);
        Printed printed = Printed.By(["plan", "search", .. Model, .. options.Select(option => option == "T" ? trace : option)]);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(printed.Error, Does.Contain(expected));
        Assert.That(printed.Error, Does.Not.Contain("   at "));
    }
}
