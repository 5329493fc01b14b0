using System.Diagnostics;
using System.Globalization;
using Simulator.Cli.Terminal;
using Simulator.Core.Randomness;
using Simulator.Tests.Cli.Verbs;

namespace Simulator.Tests.Cli.Sweeps;

/// <summary>Sweeps by processes of their own, which are killed, run at once or run on shards.</summary>
public sealed class SweepProcessTests : IDisposable
{
    private const int Points = 2000;
    private const int Cores = 2;

    private const string Sweep = """
        scenario:
          workload:
            generate:
              arrivals: { poisson: 5/s }
              prompt: { logNormal: { mean: 300, cv: 1 } }
              output: { uniform: { min: 1, max: 30 } }
              requests: 12
          cluster: { pools: [{ model: llama-3.1-8b, device: h100-sxm }] }
        axes:
          workload.generate.arrivals.poisson: [1/s, 2/s, 4/s, 8/s, 16/s]
          cluster.pools[0].engine.tokenBudget: [2048, 8192]
        replications: 200

        """;

    private const string Large = "large.jsonl";

    /// <summary>Its points are among those of the large one.</summary>
    private const string Small = "small.jsonl";

    private TemporaryFiles _files = null!;

    [OneTimeSetUp]
    public void RunInOneProcess()
    {
        _files = new TemporaryFiles();
        Plan(Large, Sweep);
        Plan(Small, Sweep.Replace("replications: 200", "replications: 20", StringComparison.Ordinal));
        Expect(Printed.By(Run(Large, "alone", "--cores", "1")), ExitCode.Success);
        Assert.That(Merge(Large, "alone").Count(letter => letter == '\n'), Is.EqualTo(1 + Points));
    }

    public void Dispose() => _files.Dispose();

    /// <summary>Kill -9 after some number of points, ten times; what is done stays done and nothing runs twice.</summary>
    [Test]
    public void Run_KilledTenTimes_MergesToTheBytesOfOneProcess_Invariant12()
    {
        ulong state = 12;
        int before = 0;
        for (int kill = 0; kill < 10; kill++)
        {
            int until = before + 1 + (int)(StableHash.SplitMix64(ref state) % 150);
            using Process process = CommandLine.Start(Run(Large, "killed", "--cores", Cores.ToString(CultureInfo.InvariantCulture)));
            Assert.That(() => Done("killed"), Is.GreaterThanOrEqualTo(until).After(60_000, 5), "points of one try");
            process.Kill();
            process.WaitForExit();
            Assert.That(process.ExitCode, Is.Not.Zero, "it was killed, not done");
            before = Done("killed");
            Assert.That(before, Is.LessThan(Points));
        }

        Printed early = Printed.By("sweep", "merge", "--manifest", _files[Large], "--results", _files["killed"], "--out", _files["early.jsonl"]);
        Assert.That(early.ExitCode, Is.EqualTo(ExitCode.NoMatch));
        Assert.That(early.ErrorLines[^1], Does.Contain(string.Create(CultureInfo.InvariantCulture, $"{Points - before:N0} of 2,000 points are missing")));
        Assert.That(_files["early.jsonl"], Does.Not.Exist);

        Printed last = Printed.By(Run(Large, "killed"));
        Expect(last, ExitCode.Success);
        Assert.That(last.Output, Does.Contain(string.Create(CultureInfo.InvariantCulture, $"{before:N0} were done before")));
        Assert.That(Merge(Large, "killed"), Is.EqualTo(Merge(Large, "alone")));
        int journalled = Directory.GetFiles(Path.Combine(_files["killed"], "journal")).Sum(file => File.ReadLines(file).Count() - 1);
        Assert.That(journalled, Is.InRange(Points - 10 * Cores, Points), "a point ran twice");
    }

    [Test]
    public void Run_ThreeShardsAtOnce_MergeToTheBytesOfOneProcess_Invariant12()
    {
        Process[] shards = [.. Enumerable.Range(0, 3).Select(shard => CommandLine.Start(
            Run(Small, "sharded", "--shard", shard.ToString(CultureInfo.InvariantCulture), "--of", "3", "--cores", "2")))];
        foreach (Process shard in shards) using (shard) Assert.That(CommandLine.End(shard), Is.Zero);
        Assert.That(Merge(Small, "sharded"), Is.EqualTo(Merge(Small, "alone")));
    }

    [Test]
    public void Run_TwoProcessesOnTheSamePoints_AreHarmless()
    {
        Process[] twins = [CommandLine.Start(Run(Small, "twins", "--cores", "2")), CommandLine.Start(Run(Small, "twins", "--cores", "2"))];
        foreach (Process twin in twins) using (twin) Assert.That(CommandLine.End(twin), Is.Zero);
        Assert.That(Merge(Small, "twins"), Is.EqualTo(Merge(Small, "alone")));
        Assert.That(Directory.GetFiles(_files["twins"], "*.tmp"), Is.Empty);
    }

    [Test]
    [Platform(Exclude = "Win")]
    public void Run_Terminated_AsksForAnotherTry()
    {
        using Process process = CommandLine.Start(Run(Large, "terminated", "--cores", "1"));
        Assert.That(() => Done("terminated"), Is.GreaterThan(0).After(60_000, 5));
        using (Process kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)])) kill.WaitForExit();
        Assert.That(CommandLine.End(process), Is.EqualTo(ExitCode.TryAgain));
        Assert.That(Done("terminated"), Is.LessThan(Points));
        Assert.That(Directory.GetFiles(_files["terminated"], "*.tmp"), Is.Empty);
    }

    private void Plan(string manifest, string sweep)
    {
        _files.Write("sweep.yaml", sweep);
        Expect(Printed.By("sweep", "plan", _files["sweep.yaml"], "--out", _files[manifest]), ExitCode.Success);
    }

    private string[] Run(string manifest, string results, params string[] more) => ["sweep", "run", "--manifest", _files[manifest], "--results", _files[results], .. more];

    private int Done(string results) => Directory.Exists(_files[results]) ? Directory.EnumerateFiles(_files[results], "*.json").Count() : 0;

    private string Merge(string manifest, string results)
    {
        string output = _files[$"merged-{results}-{manifest}"];
        Expect(Printed.By("sweep", "merge", "--manifest", _files[manifest], "--results", _files[results], "--out", output), ExitCode.Success);
        return File.ReadAllText(output);
    }

    private static void Expect(Printed printed, int exitCode)
    {
        Assert.That(printed.Error, Is.Empty);
        Assert.That(printed.ExitCode, Is.EqualTo(exitCode));
    }
}
