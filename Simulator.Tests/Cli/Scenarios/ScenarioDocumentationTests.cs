using System.Text.RegularExpressions;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Scenarios;
using Simulator.Cli.Scenarios.Schedulers;

namespace Simulator.Tests.Cli.Scenarios;

/// <summary>The page about scenarios says what the reader reads.</summary>
public sealed partial class ScenarioDocumentationTests
{
    private const string Page = "docs/scenarios.md";

    private const string SchedulerPage = "docs/schedulers.md";

    private const string Unknown = "unknownKeyOfTheTest";

    /// <summary>Every mapping of a scenario once, each with a key that nobody knows.</summary>
    /// <remarks>One workload may have only one source, so this document has further faults; only those of unknown keys matter here.</remarks>
    private const string EveryMapping = """
        KEY: 0
        workload:
          KEY: 0
          columns: { KEY: 0 }
          clip: { KEY: 0 }
          arrivals: { KEY: 0 }
          closedLoop: { KEY: 0, thinkTime: { KEY: 0, gamma: { KEY: 0 }, weibull: { KEY: 0 }, logNormal: { KEY: 0 } } }
          timeouts: { KEY: 0 }
          generate:
            KEY: 0
            arrivals: { KEY: 0, gamma: { KEY: 0 }, weibull: { KEY: 0 }, onOff: { KEY: 0 }, diurnal: { KEY: 0 } }
            mix: [{ KEY: 0, prompt: { KEY: 0, uniform: { KEY: 0 }, zipf: { KEY: 0 }, logNormal: { KEY: 0 } } }]
          burstgpt: { KEY: 0 }
          mooncake: { KEY: 0 }
          servegen: { KEY: 0 }
          fit: { KEY: 0 }
          sessions: { KEY: 0, planned: { KEY: 0 } }
        cluster:
          KEY: 0
          pools:
            - KEY: 0
              plan: { KEY: 0 }
              quantization: { KEY: 0 }
              roofline: { KEY: 0 }
            - engine: { scheduler: sarathi, chunkSchedule: { KEY: 0 } }
        ENGINES
        results:
          KEY: 0
          slo: { KEY: 0 }
        """;

    private static string Text { get; } = TextOf(Page);

    [Test]
    public void ReadText_EveryScenarioOfThePage_HasNoFaults()
    {
        string[] scenarios = [.. Yaml().Matches(Text).Select(block => block.Groups[1].Value).Where(IsWhole)];
        Assert.That(scenarios, Has.Length.GreaterThanOrEqualTo(3));
        foreach (string scenario in scenarios) Assert.That(() => ScenarioReader.ReadText(scenario, Page), Throws.Nothing, scenario);
    }

    [TestCaseSource(nameof(Mappings))]
    public void Page_EveryKeyOfAMapping_OccursInIt(string mapping, string[] keys) => Assert.That(
        keys.Where(key => !Regex.IsMatch(Documented, $@"\b{Regex.Escape(key)}\b")), Is.Empty, $"keys of {mapping} that {Page} and {SchedulerPage} leave out");

    [TestCaseSource(nameof(Names))]
    public void Page_EveryNameThatIsKnown_OccursInIt(string name) => Assert.That(Documented, Does.Contain(name));

    /// <summary>What stands in backquotes: prose that happens to use a word does not explain a key.</summary>
    private static string Documented { get; } =
        string.Join('\n', Quoted().Matches(Yaml().Replace(Text + TextOf(SchedulerPage), "")).Select(match => match.Value));

    private static IEnumerable<string> Names =>
    [
        .. KnownNames.Formats, .. KnownNames.Routers, .. KnownSchedulers.Names.Select(name => $"`{name}`"), .. KnownNames.NumberFormats.Select(known => known.Name),
        .. KnownNames.ArrivalUnits.Select(known => $"`{known.Name}`"), .. KnownNames.FailureModes.Select(known => known.Name),
        .. KnownNames.BurstGptReleases.Select(known => known.Name), .. KnownNames.GapDistributions.Select(known => known.Name),
    ];

    /// <summary>The keys that each mapping takes, as the fault of an unknown key lists them.</summary>
    private static IEnumerable<TestCaseData> Mappings()
    {
        string engines = string.Concat(KnownSchedulers.Names.Select(name => $"    - engine: {{ scheduler: {name}, KEY: 0 }}\n"));
        string document = EveryMapping.Replace("ENGINES\n", engines, StringComparison.Ordinal).Replace("KEY", Unknown, StringComparison.Ordinal);
        int mappings = document.Split(Unknown).Length - 1;
        Match[] faults = [.. FaultsOf(document).Select(fault => UnknownKey().Match(fault)).Where(match => match.Success)];
        Assert.That(faults, Has.Length.EqualTo(mappings), "mappings whose keys the reader lists");
        foreach (Match fault in faults)
        {
            string mapping = fault.Groups["mapping"].Value;
            yield return new TestCaseData(mapping, fault.Groups["keys"].Value.Split(", ")).SetArgDisplayNames(mapping);
        }
    }

    private static string TextOf(string page) => File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, page)).ReplaceLineEndings("\n");

    private static IReadOnlyList<string> FaultsOf(string document)
    {
        try
        {
            _ = ScenarioReader.ReadText(document, "s.yaml");
            return [];
        }
        catch (ScenarioException e)
        {
            return e.Faults;
        }
    }

    private static bool IsWhole(string yaml) =>
        YamlReader.Read(yaml, new FaultList(Page)) is { } map && map.Entries.Any(entry => entry.Key is "workload" or "cluster");

    [GeneratedRegex("^```yaml\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Yaml();

    [GeneratedRegex("`[^`\n]+`")]
    private static partial Regex Quoted();

    [GeneratedRegex($"unknown key '{Unknown}' in (?<mapping>[^;]*);.*valid keys: (?<keys>.*)$")]
    private static partial Regex UnknownKey();
}
