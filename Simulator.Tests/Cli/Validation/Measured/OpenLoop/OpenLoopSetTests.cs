using Simulator.Cli.Validation.Measured;
using Simulator.Cli.Validation.Measured.OpenLoop;

namespace Simulator.Tests.Cli.Validation.Measured.OpenLoop;

public sealed class OpenLoopSetTests
{
    [Test]
    public void Run_RecordedAndStatedRequests_PredictsEveryFigure()
    {
        using TemporaryFiles files = new();
        OpenLoopFolder folder = new OpenLoopFolder(files)
            .Add("eval38", "stated", 2000, 30, 8)
            .Add("training16", "recorded", 2100, 31, 8)
            .AddFile("requests.csv", "experiment,index,arrival_us,input_tokens,output_tokens,error\n"
                + string.Concat(Enumerable.Range(0, 250).Select(i => $"recorded,{i},{i * 200_000},590,50,{(i == 7 ? 1 : 0)}\n")))
            .AddFile("peer_predictions.csv", "run,simulator,experiment,stage,metric,predicted,note\niter36,other,stated,-1,itl_mean,9,\n");
        MeasuredSetResult result = OpenLoopSet.Run(OpenLoopSet.Find(folder.Folder)!);
        MeasuredRow stated = result.Row("stated"), recorded = result.Row("recorded");
        Assert.That(result.Rows.Select(row => row.NotRun), Is.All.Null);
        Assert.That(stated.Figures.Select(figure => figure.Name), Is.EqualTo(["e2e", "ttft", "ttftP99", "itl"]));
        Assert.That(stated.Measured("ttftP99"), Is.EqualTo(0.06));
        Assert.That(stated.Figures.Single(figure => figure.Peers.Count > 0).Peers, Is.EqualTo([("other", 0.009)]));
        Assert.That((stated.Groups, recorded.Groups), Is.EqualTo((new[] { "h100-sxm", "statedWorkload" }, new[] { "h100-sxm", "recordedRequests" })));
        Assert.That(stated.Cell, Is.EqualTo(new MeasuredCell("h100-sxm", "meta-llama/Llama-3.1-8B-Instruct", "vllm 0.15.1")));
        // As many tokens as the three means say that the client counted.
        Assert.That(recorded.Predicted("e2e"), Is.EqualTo(recorded.Predicted("ttft") + 2069 / 8.0 * recorded.Predicted("itl")).Within(1e-9));
        Assert.That(recorded.Predicted("ttftP99"), Is.GreaterThan(recorded.Predicted("ttft")), "the first hundred prompts are cold");
        Assert.That(recorded.Predicted("itl"), Is.InRange(0.004, 0.02), "16 GB of weights from memory");
    }

    [Test]
    public void Run_RowsThatCannotRun_AreCountedWithTheReason()
    {
        using TemporaryFiles files = new();
        OpenLoopFolder folder = new OpenLoopFolder(files)
            .Add("training16", "overloaded", 160_000, 100_000, 48, more: [("failures", 200)])
            .Add("eval38", "unknown", 2000, 30, 8, model: "somebody/Something")
            .Add("eval38", "tooLarge", 2000, 30, 8, model: "meta-llama/Llama-3.1-405B");
        MeasuredSetResult result = OpenLoopSet.Run(OpenLoopSet.Find(folder.Folder)!);
        Assert.That(result.Row("overloaded").NotRun, Does.StartWith("overloaded"));
        Assert.That(result.Row("unknown").NotRun, Is.EqualTo("the model is not in the catalogue"));
        Assert.That(result.Row("tooLarge").NotRun, Does.Contain("does not fit"));
        Assert.That(result.Rows.SelectMany(row => row.Figures).Select(figure => figure.Predicted), Is.All.Null);
        Assert.That(result.Rows.Select(row => row.Figures.Count), Is.All.EqualTo(4));
    }

    [Test]
    public void Run_FewerBlocks_ColdPromptsAgain()
    {
        using TemporaryFiles files = new();
        OpenLoopFolder folder = new OpenLoopFolder(files)
            .Add("eval38", "large", 2000, 30, 8, blocks: "20000", stages: "5:60")
            .Add("eval38", "small", 2001, 30, 8, blocks: "2000", stages: "5:60");
        MeasuredSetResult result = OpenLoopSet.Run(OpenLoopSet.Find(folder.Folder)!);
        Assert.That(result.Row("small").Predicted("ttft"), Is.GreaterThan(1.1 * result.Row("large").Predicted("ttft")), "100 prompts take 3,700 blocks");
    }

    [Test]
    public void Run_SharedRuns_AllButTheOverloadedRun()
    {
        string summary = SharedData.Path("data/open_loop/summary.csv");
        MeasuredSetResult result = OpenLoopSet.Run(summary);
        Assert.That(result.Rows, Has.Count.EqualTo(33));
        Assert.That(result.Rows.Where(row => row.NotRun is not null).Select(row => row.Id), Is.EqualTo(["20260217-170634-llama-2-7b-tp1-reasoning"]));
        Assert.That(result.Rows.Count(row => row.Groups.Contains("recordedRequests")), Is.EqualTo(6));
        Assert.That(result.ToJson()["itl"]!["rankCorrelation"]!.GetValue<double>(), Is.GreaterThan(0.8));
        Assert.That(result.ToJson()["e2e"]!["median"]!.GetValue<double>(), Is.LessThan(20));
    }
}
