using Simulator.Cli.Validation.Measured.OpenLoop;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Cli.Validation.Measured.OpenLoop;

public sealed class OpenLoopFilesTests
{
    [Test]
    public void ReadRuns_OneRunInTwoDataSets_IsOneRunWithBothNames()
    {
        using TemporaryFiles files = new();
        OpenLoopFolder folder = new OpenLoopFolder(files)
            .Add("eval38", "10-codegen", 1000, 30, 4)
            .Add("training16", "2026-codegen", 1000.0000001, 30, 4, blocks: "7462.0", more: [("failures", 0)])
            .Add("eval38", "11-codegen", 1001, 30, 4);
        IReadOnlyList<OpenLoopRun> runs = OpenLoopFiles.ReadRuns(folder.Summary);
        Assert.That(runs.Select(run => string.Join('+', run.Experiments)), Is.EqualTo(["10-codegen+2026-codegen", "11-codegen"]));
        Assert.That((runs[0].KvBlocks, runs[1].KvBlocks), Is.EqualTo((7462L, (long?)null)));
        Assert.That(runs[0].Stages, Is.EqualTo([new OpenLoopStage(5, 20), new OpenLoopStage(10, 20)]));
        Assert.That(runs[0].CountedOutputTokens, Is.EqualTo(1 + 970 / 4.0).Within(1e-9));
    }

    [Test]
    public void ReadRuns_RunsRepeatedLaterPartsAndStages_AreLeftOut()
    {
        using TemporaryFiles files = new();
        OpenLoopFolder folder = new OpenLoopFolder(files)
            .Add("training16", "2026-reasoning", 5000, 30, 4)
            .Add("eval38-superseded", "12-reasoning", 5000, 30, 4, variant: "full-superseded-or-saturated")
            .Add("eval38", "13-codegen", 900, 30, 4, stage: "0")
            .Add("eval38", "13-codegen", 1000, 30, 4)
            .Add("eval38", "13-codegen", 1100, 30, 4, variant: "first300");
        IReadOnlyList<OpenLoopRun> runs = OpenLoopFiles.ReadRuns(folder.Summary);
        Assert.That(runs.Select(run => run.Experiments.Single()), Is.EqualTo(["13-codegen"]));
        Assert.That(runs[0].Measured["e2e_mean"], Is.EqualTo(1000));
    }

    [TestCase("5:20;", "5:x", "stages_rate_qps_x_dur_s", "is no list of stages")]
    [TestCase(",128,", ",many,", "max_num_seqs", "is no whole number")]
    [TestCase("e2e_mean,1000", "e2e_mean,slow", "actual", "is no number")]
    public void ReadRuns_FaultyCell_NamesLineAndColumn(string good, string bad, string column, string fault)
    {
        using TemporaryFiles files = new();
        OpenLoopFolder folder = new OpenLoopFolder(files).Add("eval38", "10-codegen", 1000, 30, 4);
        File.WriteAllText(folder.Summary, File.ReadAllText(folder.Summary).Replace(good, bad, StringComparison.Ordinal));
        TraceFormatException error = Assert.Throws<TraceFormatException>(() => OpenLoopFiles.ReadRuns(folder.Summary))!;
        Assert.That(error.Message, Does.Contain($"{folder.Summary}:2").And.Contain(fault));
        Assert.That(error.Column, Is.EqualTo(column));
    }

    [Test]
    public void ReadPeers_LabelsOfSeveralEvaluations_TakesTheFinalOnes()
    {
        using TemporaryFiles files = new();
        string file = files.Write("peers.csv", """
            run,simulator,experiment,stage,metric,predicted,note
            iter16,blis-roofline,a,-1,e2e_mean,1,
            iter36,blis-roofline,a,-1,e2e_mean,2000,
            iter36,blis-evolved,a,-1,e2e_mean,3,
            iter29,blis-evolved,a,-1,e2e_mean,4000,
            iter36,blis-roofline,a,0,e2e_mean,5,
            iter36,blis-roofline,a,-1,e2e_p90,6,
            iter36,vidur,a,-1,e2e_mean,,
            trainval,vidur,b,-1,ttft_p99,70,
            trainval,vidur,b,-1,ttft_mean,8,workload label unreliable

            """.ReplaceLineEndings("\n"));
        var peers = OpenLoopFiles.ReadPeers(file);
        Assert.That(peers[("a", "e2e")], Is.EquivalentTo([("blis-roofline", 2.0), ("blis-evolved", 4.0)]));
        Assert.That(peers[("b", "ttftP99")], Is.EqualTo([("vidur", 0.07)]));
        Assert.That(peers, Has.Count.EqualTo(2));
    }
}
