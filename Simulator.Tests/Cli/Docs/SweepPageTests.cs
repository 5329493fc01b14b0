using System.Text.RegularExpressions;
using Simulator.Cli.Sweeps;
using Simulator.Cli.Terminal;

namespace Simulator.Tests.Cli.Docs;

/// <summary>The page about sweeps shows sweeps that can be planned, and the exit codes that there are.</summary>
public sealed partial class SweepPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs/sweeps.md"));

    [Test]
    public void Page_FirstSweep_HasThePointsThatItSays()
    {
        SweepFile sweep = SweepFile.ReadText(Blocks()[0], Path.Combine(SharedData.RepositoryRoot, "sweep.yaml"));
        Assert.That(new SweepPlanner(sweep).Lines().Count(), Is.EqualTo(30));
        Assert.That(Blocks()[0], Does.Contain(": 30 points."));
    }

    [Test]
    public void Page_SweepOfPlans_IsRead()
    {
        SweepFile sweep = SweepFile.ReadText(Blocks()[1], Path.Combine(SharedData.RepositoryRoot, "sweep.yaml"));
        Assert.That((sweep.Plans!.Devices, sweep.Plans.Grammar.HybridExperts), Is.EqualTo((new[] { 4, 8 }, true)));
    }

    [TestCase(ExitCode.Success)]
    [TestCase(ExitCode.RunFailed)]
    [TestCase(ExitCode.BadInput)]
    [TestCase(ExitCode.TryAgain)]
    public void Page_ExitCodes_AreListed(int code) => Assert.That(Page, Does.Contain($"\n| {code} | "));

    private static string[] Blocks() => [.. Yaml().Matches(Page).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Yaml();
}
