using Simulator.Cli.Running;
using Simulator.Cli.Scenarios.Schedulers;
using Simulator.Cli.Terminal;
using Simulator.Tests.Cli.Verbs;

namespace Simulator.Tests.Cli.Docs;

/// <summary>The catalogue of schedulers says what the program knows, with the pictures that it draws.</summary>
public sealed class SchedulerPageTests
{
    private static string Page { get; } = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs/schedulers.md")).ReplaceLineEndings("\n");

    private static string[] Names => KnownSchedulers.Names;

    [TestCaseSource(nameof(Names))]
    public void Page_OfEveryScheduler_HasItsOptionsAndItsPicture(string name)
    {
        string[] lines = SectionOf(name);
        SchedulerEntry entry = KnownSchedulers.Of(name);
        Assert.That(lines, Has.Some.Contains($"(schedulers/{name}.svg)"));
        Assert.That(string.Join(' ', lines).Replace("`", "", StringComparison.Ordinal), Does.Contain($"Mirrors {entry.Mirrors}"));
        Assert.That(
            lines.Where(line => line.StartsWith("| `", StringComparison.Ordinal)),
            Is.EqualTo(entry.Options.Select(option => $"| `{option.Key}` | {option.Kind} | {SchedulerDefaults.Of(entry, option)} | {option.Meaning} |")));
    }

    [Test]
    public void Page_Sections_AreThoseOfTheCatalogue() =>
        Assert.That(Page.Split("\n## `").Skip(1).Select(section => section[..section.IndexOf('`', StringComparison.Ordinal)]), Is.EqualTo(Names));

    [TestCaseSource(nameof(Names))]
    public void Picture_OfEveryScheduler_IsWhatTheProgramDraws(string name)
    {
        using var files = new TemporaryFiles();
        string scenario = Path.Combine(SharedData.RepositoryRoot, "scenarios/six-requests.yaml"), drawn = files["drawn.svg"];
        Printed printed = Printed.By("replay", scenario, "--scheduler", name, "--timeline", drawn, "--quiet");
        Assert.That(printed, Is.EqualTo(new Printed(ExitCode.Success, "", "")));
        Assert.That(
            File.ReadAllText(drawn), Is.EqualTo(File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, $"docs/schedulers/{name}.svg")).ReplaceLineEndings("\n")),
            "draw the picture again with the command of docs/schedulers.md");
    }

    private static string[] SectionOf(string name)
    {
        string[] sections = [.. Page.Split("\n## ").Where(section => section.StartsWith($"`{name}`\n", StringComparison.Ordinal))];
        Assert.That(sections, Has.Length.EqualTo(1));
        return sections[0].Split('\n');
    }
}
