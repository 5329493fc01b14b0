using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Simulator.Cli.Terminal;
using Simulator.Cli.Validation.Measured;
using Simulator.Cli.Validation.Measured.ClosedLoop;
using Simulator.Models.Costs.Profiles;
using Simulator.Tests.Cli.Validation.Measured.ClosedLoop;
using Simulator.Tests.Cli.Verbs;

namespace Simulator.Tests.Cli.Validation.Measured.Accuracy;

public sealed class AccuracyPageTests
{
    private static readonly (string, string)[] FigureNames = [("ttft", "TTFT"), ("tpot", "TPOT"), ("throughput", "throughput")];

    [Test]
    public void Validate_Page_HasTheFiguresOfTheJson()
    {
        using TemporaryFiles files = new();
        MadePoints points = new(files.Folder);
        points.AddFlags("vllm").AddFlags("sglang", ("certainty", "unknown"));
        foreach (int users in (int[])[1, 2, 4]) points.AddPoint($"v{users}", "vllm", users, 12.5, 1.1, aiconfigurator: "11,1.2").AddPoint($"s{users}", "sglang", users, 200, 0.3);
        points.AddPoint("x", "vllm", 1, 10, 1, system: "z1").AddPoint("far", "sglang", 8, 1e5, 1e4, system: "h100_sxm", prompt: 512).Write();
        string page = files["made/page.md"];
        Printed printed = Printed.By("validate", files.Folder, "--json", files["v.json"], "--page", page);
        Assert.That((printed.ExitCode, printed.Error), Is.EqualTo((ExitCode.Success, "")));

        string text = File.ReadAllText(page);
        string[] lines = text.Split('\n');
        JsonElement set = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(files["v.json"])).GetProperty("sets").GetProperty("closed_loop");
        foreach ((string name, string shown) in FigureNames)
        {
            JsonElement all = set.GetProperty(name), peer = set.GetProperty("peers").GetProperty("aiconfigurator");
            Assert.That(lines, Has.Some.EqualTo(Line("all", shown, all)));
            Assert.That(lines, Has.Some.EqualTo(Line("aiconfigurator", shown, peer.GetProperty(name))));
            Assert.That(lines, Has.Some.EqualTo(Line("simulator", shown, peer.GetProperty("oursOnTheSameRows").GetProperty(name))));
            JsonElement unknown = set.GetProperty("groups").EnumerateArray().Single(group => group.GetProperty("name").GetString() == "flagsUnknown");
            Assert.That(lines, Has.Some.EqualTo(Line("flags unknown", shown, unknown.GetProperty(name))));
            Assert.That(lines, Has.Some.StartsWith($"| closed_loop | {shown} | 8 | 7 | {Number(all, "median")} | {Number(all, "p90")} | "));
        }
        JsonElement cell = set.GetProperty("cells").EnumerateArray().First(known => known.GetProperty("engine").GetString() == "sglang").GetProperty("tpot");
        string three = $"{Number(cell, "median")} / {Number(cell, "p90")} / ";
        Assert.That(lines, Has.Some.StartsWith("| h100_sxm, Llama-8B, sglang | 4 | 4 | ").And.Contains(three));
        Assert.That(lines, Has.Some.EqualTo("| no flags are given for its server | 1 |"));
        Assert.That(text, Does.Contain($"within {Number(set.GetProperty("tpot"), "median")} % of\n").And.Contain("7 of 8 rows ran")
            .And.Contain("Not among what was run.").And.Not.Contain("{{"));
        string picture = Path.Combine(Path.GetDirectoryName(page)!, "page", "closed-loop.svg");
        Assert.That(text, Does.Contain("(page/closed-loop.svg)"));
        Assert.That(XDocument.Load(picture).Root!.Elements().Select(element => element.Value), Has.Some.EqualTo($"7 runs, median error {Number(set.GetProperty("tpot"), "median")} %"));
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(picture)!), Has.Length.EqualTo(1), "only sets that were run");

        Printed.By("validate", files.Folder, "--page", files["again/page.md"]);
        Assert.That(File.ReadAllText(files["again/page.md"]) + File.ReadAllText(files["again/page/closed-loop.svg"]), Is.EqualTo(text + File.ReadAllText(picture)));
    }

    /// <summary>Servers of one device are as slow as some host times make them, those of another as others: each is predicted with the other's.</summary>
    [Test]
    public void Validate_HeldOutDevice_IsPredictedWithTimesOfTheOthers()
    {
        HostProfile fast = new() { IterationSeconds = 1e-3, SequenceSeconds = 5e-6, LaunchSeconds = 8e-6, RequestSeconds = 10e-3 };
        HostProfile slow = fast with { IterationSeconds = 8e-3, RequestSeconds = 50e-3 };
        using TemporaryFiles files = new();
        Dictionary<string, (double Ttft, double Tpot)> measured = [], swapped = [];
        Write();
        foreach ((string device, HostProfile own, HostProfile other) in new[] { ("h100_sxm", fast, slow), ("h200_sxm", slow, fast) })
        {
            IReadOnlyList<ClosedLoopServer> servers = [.. ClosedLoopSet.Read(files.Folder).Where(server => server.Point.System == device)];
            foreach (MeasuredRow row in ClosedLoopSet.Run(servers, own).Rows) measured[row.Id] = (row.Predicted("ttft"), row.Predicted("tpot"));
            foreach (MeasuredRow row in ClosedLoopSet.Run(servers, other).Rows) swapped[row.Id] = (row.Predicted("ttft"), row.Predicted("tpot"));
        }
        Write();

        MeasuredSetResult devices = HeldOutFit.RunDevices(files.Folder);
        Assert.That(devices.Groups.Select(group => (group.Name, group.Summary.Ran)), Is.EqualTo([("vllm without h100_sxm", 6), ("vllm without h200_sxm", 6)]));
        foreach (MeasuredRow row in devices.Rows)
        {
            Assert.That(row.Predicted("tpot"), Is.EqualTo(swapped[row.Id].Tpot).Within(10).Percent, row.Id);
            Assert.That(row.Predicted("ttft"), Is.EqualTo(swapped[row.Id].Ttft).Within(25).Percent, row.Id);
        }
        MeasuredSetResult models = HeldOutFit.RunModels(files.Folder);
        Assert.That(models.NotRun, Is.EqualTo([("nothing is left to fit its engine to", 12)]));
        Assert.That(models.Rows.SelectMany(row => row.Figures).Select(figure => figure.Predicted), Is.All.Null);

        Printed printed = Printed.By("validate", files.Folder, "--page", files["page.md"], "--held-out", "--json", files["v.json"]);
        Assert.That((printed.ExitCode, printed.Error), Is.EqualTo((ExitCode.Success, "")));
        JsonElement sets = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(files["v.json"])).GetProperty("sets");
        JsonElement tpot = sets.GetProperty(HeldOutFit.UnseenDevices).GetProperty("tpot"), shipped = sets.GetProperty("closed_loop").GetProperty("tpot");
        double ratio = tpot.GetProperty("median").GetDouble() / shipped.GetProperty("median").GetDouble();
        Assert.That(File.ReadLines(files["page.md"]), Has.Some.EqualTo(
            $"| each device | TPOT | 12 | 2 | {Number(shipped, "median")} | {Number(tpot, "median")} | {ratio.ToString("0.00", CultureInfo.InvariantCulture)} | {Number(shipped, "p90")} | {Number(tpot, "p90")} |"));

        void Write()
        {
            MadePoints points = new(files.Folder);
            points.AddFlags("vllm").AddFlags("vllm", ("system", "h200_sxm"));
            foreach (string device in (string[])["h100_sxm", "h200_sxm"])
            {
                for (int i = 0; i < 6; i++)
                {
                    string id = $"{device}{i}";
                    (double ttft, double tpot) = measured.GetValueOrDefault(id, (1, 1));
                    points.AddPoint(id, "vllm", 1 + i, ttft * 1e3, tpot * 1e3, system: device, output: 64);
                }
            }
            points.Write();
        }
    }

    private static string Line(string rows, string figure, JsonElement errors) =>
        $"| {rows} | {figure} | {errors.GetProperty("rows").GetInt32()} | {Number(errors, "mape")} | {Number(errors, "median")} | {Number(errors, "p90")} | " +
        $"{errors.GetProperty("signedMedian").GetDouble().ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture)} | " +
        $"{(errors.GetProperty("rankCorrelation") is { ValueKind: JsonValueKind.Number } rank ? rank.GetDouble().ToString("0.000;−0.000", CultureInfo.InvariantCulture) : "–")} |";

    private static string Number(JsonElement errors, string name) => errors.GetProperty(name).GetDouble().ToString("0.0", CultureInfo.InvariantCulture);
}
