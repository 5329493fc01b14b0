using System.Globalization;
using System.Text.Json;
using Simulator.Cli.Terminal;
using Simulator.Tests.Cli.Verbs;

namespace Simulator.Tests.Cli.Docs;

/// <summary>The page about APEX's headline experiment says what its commands find.</summary>
public sealed class ApexPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs/apex-headline.md"));

    [Test]
    public void Page_PlansForChat_AreThoseOfTheSearch()
    {
        using JsonDocument found = Search("lmsys", "0.5/s", "--vary", "clock=1,0.44");
        Dictionary<string, JsonElement> plans = found.RootElement.GetProperty("plans").EnumerateArray()
            .Where(plan => plan.GetProperty("feasible").GetBoolean()).ToDictionary(plan => plan.GetProperty("id").GetString()!, plan => plan.GetProperty("values"));
        double full = Value(plans["tp8@clock=1"], "energy"), slow = Value(plans["tp8@clock=0.44"], "energy");
        Assert.That(Best(found, "e2e-mean"), Is.EqualTo("tp8@clock=1"));
        Assert.That(Best(found, "energy"), Is.EqualTo("tp8@clock=0.44"));
        string[] times = [.. new[] { "tp8@clock=1", "tp8@clock=0.44" }.Select(id => Text(Value(plans[id], "e2e-mean"), "0.000"))];
        string saved = $"−{Text(100 * (1 - slow / full), "0")} %";
        Assert.That(Page, Does.Contain($"\n| lmsys | 0.5 | `tp8`, {Text(full, "0.00")} J | itself | `tp8` at 0.44, {saved} | {saved} | {times[0]} → {times[1]} s |"));
    }

    [Test]
    public void Page_PlansForStories_AreThoseOfTheSearch()
    {
        using JsonDocument found = Search("creation", "100/s");
        string best = Best(found, "makespan");
        double least = found.RootElement.GetProperty("plans").EnumerateArray().Where(plan => plan.GetProperty("id").GetString() == best)
            .Select(plan => Value(plan.GetProperty("values"), "makespan")).Single();
        string[] rules =
        [
            .. found.RootElement.GetProperty("baselines").EnumerateArray().Select(rule => Text(Value(rule.GetProperty("values"), "makespan") / least, "0.00")),
        ];
        Assert.That(Page, Does.Contain($"\n| Llama, 8 H100 | creation | `{best}`, {Text(least, "0.00")} s | {rules[0]} | – | {rules[1]} | {rules[2]} |"));
    }

    private static JsonDocument Search(string trace, string rate, params string[] options)
    {
        Printed printed = Printed.By(
        [
            "plan", "search", Path.Combine(SharedData.RepositoryRoot, "scenarios", $"apex-{trace}.yaml"), "--devices", "8", "--rate", rate, .. options,
            "--objective", "e2e-mean", "--objective", "makespan", "--objective", "energy", "--quiet", "--json", "-",
        ]);
        Assert.That((printed.ExitCode, printed.Error), Is.EqualTo((ExitCode.Success, "")));
        return JsonDocument.Parse(printed.Output);
    }

    private static string Best(JsonDocument found, string objective) => found.RootElement.GetProperty("best").EnumerateArray()
        .Single(best => best.GetProperty("objective").GetString() == objective).GetProperty("plan").GetString()!;

    private static double Value(JsonElement values, string objective) => values.GetProperty(objective).GetDouble();

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
