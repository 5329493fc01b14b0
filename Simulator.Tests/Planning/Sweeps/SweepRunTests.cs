using System.Globalization;
using Simulator.Planning.Sweeps;
using Simulator.Tests.Cli;

namespace Simulator.Tests.Planning.Sweeps;

public sealed class SweepRunTests
{
    [Test]
    public void Run_WholeSweep_StoresEveryPointAndCountsThem()
    {
        using var files = new TemporaryFiles();
        SweepRun sweep = Sweep(files, 20);
        List<long> progress = [];
        SweepTally tally = sweep.Run(progress.Add);
        Assert.That((tally.Done, tally.Skipped, tally.Failed), Is.EqualTo((20L, 0L, 0L)));
        Assert.That(progress, Is.EqualTo(Enumerable.Range(1, 20)));
        Assert.That(Merge(sweep), Is.EqualTo(Enumerable.Range(0, 20).Select(i => $"{i}:{Square(i)}")));
    }

    [Test]
    public void Run_Again_RunsNoPointTwice()
    {
        using var files = new TemporaryFiles();
        SweepRun sweep = Sweep(files, 20);
        _ = (sweep with { Shard = new(1, 3) }).Run();
        SweepTally rest = sweep.Run();
        Assert.That((rest.Done, rest.Skipped), Is.EqualTo((13L, 7L)));
        SweepTally none = (sweep with { Evaluate = (_, _) => throw new InvalidOperationException("ran again") }).Run();
        Assert.That((none.Done, none.Skipped, none.Failed), Is.EqualTo((0L, 20L, 0L)));
    }

    [TestCase(1)]
    [TestCase(4)]
    public void Run_PointThatFails_LetsTheOthersRunAndIsReported(int cores)
    {
        using var files = new TemporaryFiles();
        SweepRun sweep = Sweep(files, 20) with { Cores = cores };
        SweepTally tally = (sweep with
        {
            Evaluate = (point, _) => point.Number % 5 == 3 ? throw new InvalidOperationException($"no {point.Number}") : "0",
        }).Run();
        Assert.That((tally.Done, tally.Failed, tally.FirstFailed!.Number, tally.Fault!.Message), Is.EqualTo((16L, 4L, 3L, "no 3")));
        Assert.That(new SweepMerge(sweep.Manifest, sweep.Results).Missing().Select(point => point.Number), Is.EqualTo(new[] { 3L, 8, 13, 18 }));
        Assert.That(() => Merge(sweep), Throws.TypeOf<SweepException>().With.Message.Contains("is missing"));
    }

    [Test]
    public void Run_MachineThatFails_StopsForAnotherTry([Values] bool memory)
    {
        using var files = new TemporaryFiles();
        SweepRun sweep = Sweep(files, 20);
        int ran = 0;
        SweepRun failing = sweep with
        {
            Evaluate = (point, _) => ++ran == 4 ? throw (memory ? new InsufficientMemoryException() : new IOException("disk full")) : Result(point),
        };
        Assert.That(() => failing.Run(), memory ? Throws.InstanceOf<OutOfMemoryException>() : Throws.TypeOf<IOException>());
        Assert.That(ran, Is.EqualTo(4), "no point after it");
        Assert.That(sweep.Run().Skipped, Is.EqualTo(3));
    }

    [Test]
    public void Run_FolderThatIsAFile_IsTheMachines()
    {
        using var files = new TemporaryFiles();
        files.Write("r", "");
        Assert.That(() => new SweepResults(files["r"]), Throws.InstanceOf<IOException>());
    }

    [Test]
    public void Run_Stopped_KeepsWhatIsDone()
    {
        using var files = new TemporaryFiles();
        SweepRun sweep = Sweep(files, 20);
        using var stop = new CancellationTokenSource();
        SweepRun stopping = sweep with
        {
            Evaluate = (point, token) =>
            {
                if (point.Number == 6) stop.Cancel();
                token.ThrowIfCancellationRequested();
                return Result(point);
            },
        };
        Assert.That(() => stopping.Run(stop: stop.Token), Throws.InstanceOf<OperationCanceledException>());
        SweepTally rest = sweep.Run();
        Assert.That((rest.Done, rest.Skipped), Is.EqualTo((14L, 6L)));
    }

    /// <summary>An empty file is what a machine leaves that lost its power.</summary>
    [Test]
    public void Run_EmptyResult_RunsThePointAgain()
    {
        using var files = new TemporaryFiles();
        SweepRun sweep = Sweep(files, 5);
        sweep.Run();
        string[] whole = [.. Merge(sweep)];
        File.WriteAllText(sweep.Results.FileOf(sweep.Manifest.Points().First()), "");
        Assert.That(new SweepMerge(sweep.Manifest, sweep.Results).Missing().Count(), Is.EqualTo(1));
        Assert.That(sweep.Run().Done, Is.EqualTo(1));
        Assert.That(Merge(sweep), Is.EqualTo(whole));
    }

    [TestCase("{}\n")]
    [TestCase("{\"point\":\"0\",\"value\":1}\n")]
    [TestCase("cut")]
    public void Read_FileOfSomethingElse_IsRefused(string text)
    {
        using var files = new TemporaryFiles();
        SweepRun sweep = Sweep(files, 3);
        sweep.Run();
        File.WriteAllText(sweep.Results.FileOf(sweep.Manifest.Points().Last()), text);
        Assert.That(() => Merge(sweep), Throws.TypeOf<SweepException>().With.Message.Contains("delete it and run the sweep again"));
    }

    [Test]
    public void Read_CutResult_IsRefused()
    {
        using var files = new TemporaryFiles();
        SweepRun sweep = Sweep(files, 1);
        sweep.Run();
        string file = sweep.Results.FileOf(sweep.Manifest.Points().First());
        string whole = File.ReadAllText(file);
        for (int length = 1; length < whole.Length; length++)
        {
            File.WriteAllText(file, whole[..length]);
            Assert.That(() => Merge(sweep), Throws.TypeOf<SweepException>(), whole[..length]);
        }
    }

    [Test]
    public void Journal_Run_SaysWhereAndHowLongBesideTheResults()
    {
        using var files = new TemporaryFiles();
        SweepRun sweep = Sweep(files, 4);
        sweep.Run();
        string[] lines = File.ReadAllLines(Directory.GetFiles(Path.Combine(sweep.Results.Folder, "journal")).Single());
        Assert.That(lines[0], Is.EqualTo("point,host,seconds"));
        Assert.That(lines.Skip(1).Select(line => line.Split(',')[0]), Is.EqualTo(sweep.Manifest.Points().Select(point => point.Id)));
    }

    private static SweepRun Sweep(TemporaryFiles files, int points) => new()
    {
        Manifest = SweepManifest.Write(files["m.jsonl"], "{}", Enumerable.Range(0, points).Select(i => string.Create(CultureInfo.InvariantCulture, $"{{\"i\":{i}}}"))),
        Results = new SweepResults(files["results"]),
        Evaluate = (point, _) => Result(point),
    };

    private static string Result(SweepPoint point) => Square(point.Number).ToString(CultureInfo.InvariantCulture);

    private static long Square(long number) => number * number;

    private static List<string> Merge(SweepRun sweep) =>
        [.. new SweepMerge(sweep.Manifest, sweep.Results).Read().Select(pair => $"{pair.Point.Number}:{pair.Value}")];
}
