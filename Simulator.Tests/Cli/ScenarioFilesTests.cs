using Simulator.Cli.Terminal;
using Simulator.Cli.Verbs;
using Simulator.Models.Results;

namespace Simulator.Tests.Cli;

/// <summary>Every file in scenarios/ runs.</summary>
public sealed class ScenarioFilesTests
{
    private static readonly string Folder = Path.Combine(SharedData.RepositoryRoot, "scenarios");

    private static IEnumerable<string> Files() => Directory.EnumerateFiles(Folder, "*.yaml").Select(Path.GetFileName).Order(StringComparer.Ordinal)!;

    [TestCaseSource(nameof(Files))]
    public void Replay_ScenarioFile_RunsAndConservesItsRequests(string file)
    {
        string first = Replay(file);
        RequestCounts requests = RunResultJson.Read(first).Requests;
        Assert.That(requests.Completed, Is.GreaterThan(0));
        Assert.That(
            requests.Completed + requests.Rejected + requests.TimedOut + requests.Failed + requests.InFlight, Is.EqualTo(requests.Injected),
            "invariant 1");
        Assert.That(requests.InFlight, Is.Zero);
        Assert.That(Replay(file), Is.EqualTo(first), "invariant 6");
    }

    private static string Replay(string file)
    {
        using StringWriter output = new(), error = new();
        int exitCode = CommandLineTool.Run(["replay", Path.Combine(Folder, file), "--quiet", "--json", "-"], new Streams(output, error, false));
        Assert.That(error.ToString(), Is.Empty);
        Assert.That(exitCode, Is.EqualTo(ExitCode.Success));
        return output.ToString();
    }
}
