using Simulator.Cli.Validation.Measured;
using Simulator.Cli.Validation.Measured.ShareGpt;

namespace Simulator.Tests.Cli.Validation.Measured.ShareGpt;

public sealed class ShareGptSetTests
{
    [Test]
    public void Run_FewerBlocks_LongerQueueAndSameRowOtherwise()
    {
        using TemporaryFiles files = new();
        Directory.CreateDirectory(files["sharegpt_saturated"]);
        File.WriteAllText(files["sharegpt_saturated/runs.csv"],
            "example,model,hardware,vllm_version,tp,max_num_seqs,max_num_batched_tokens,num_gpu_blocks,metric,vllm_measured,llmservingsim\n"
            + Rows("large", "5000.0") + Rows("small", "500") + Rows("unrecorded", ""));
        File.WriteAllText(files["sharegpt_saturated/requests.csv"], "example,input_toks,output_toks,client_arrival_rel_s\n"
            + string.Concat(new[] { "large", "small" }.SelectMany(example => Enumerable.Range(0, 40).Select(i => $"{example},1000,100,{0.05 * i + 3}\n"))));
        MeasuredSetResult result = ShareGptSet.Run(ShareGptSet.Find(files.Folder)!);
        MeasuredRow large = result.Row("large"), small = result.Row("small");
        Assert.That(large.Figures.Select(figure => figure.Name), Is.EqualTo(["ttft", "tpot", "throughput"]));
        Assert.That(large.Measured("ttft"), Is.EqualTo(7.0972));
        Assert.That(large.Figures[0].Peers, Is.EqualTo([("llmservingsim", 6.8157)]));
        Assert.That(large.Figures[2].Peers, Is.Empty);
        Assert.That(large.Cell, Is.EqualTo(new MeasuredCell("rtx-pro-6000", "meta-llama/Llama-3.1-8B", "vllm 0.19.0")));
        Assert.That(small.Predicted("ttft"), Is.GreaterThan(2 * large.Predicted("ttft")));
        Assert.That(small.Predicted("throughput"), Is.LessThan(large.Predicted("throughput")));
        Assert.That(small.Predicted("tpot"), Is.LessThan(large.Predicted("tpot")), "smaller batches are faster");
        Assert.That(result.Row("unrecorded").NotRun, Is.EqualTo("its requests are not recorded"));
    }

    [Test]
    public void Run_SharedRuns_AllRun()
    {
        string runs = SharedData.Path("data/sharegpt_saturated");
        MeasuredSetResult result = ShareGptSet.Run(runs);
        Assert.That(result.Rows.Select(row => row.NotRun), Is.All.Null);
        Assert.That(result.Rows, Has.Count.EqualTo(2));
        foreach (MeasuredRow row in result.Rows)
            Assert.That(ErrorSummary.Percent(row.Predicted("e2e"), row.Measured("e2e")), Is.InRange(-12, 12), row.Id);
    }

    private static string Rows(string example, string blocks) => string.Concat(
        new[] { "ttft_mean,7097.2,6815.7", "tpot_mean,32.5,32.1", "output_tok_per_s,2969.26,", "input_tokens_total,257239.0," }
            .Select(metric => $"{example},meta-llama/Llama-3.1-8B,RTXPRO6000,0.19.0,1,128,2048,{blocks},{metric}\n"));
}
