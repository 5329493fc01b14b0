using Simulator.Cli.Validation.Measured;
using Simulator.Cli.Validation.Measured.ApexRuns;

namespace Simulator.Tests.Cli.Validation.Measured.ApexRuns;

public sealed class ApexRunsSetTests
{
    [Test]
    public void Run_LayoutsAndEngines_EachWithItsOwnFigures()
    {
        using TemporaryFiles files = new();
        Directory.CreateDirectory(files["apex_runs"]);
        File.WriteAllText(files["apex_runs/vllm_runs.csv"], """
            file,model,hardware,parallelism,own_mean_ttft_s,own_tpot_s,own_mean_e2e_s
            vllm/results/llama_a_validation_8TP.txt,Llama-3.1-70B(-Instruct) fp16/bf16,H100-SXM-80GB node of 8,8TP,0.05,0.015,1.5
            vllm/results/llama_a_validation_2DP4TP_0.txt,Llama-3.1-70B(-Instruct) fp16/bf16,H100-SXM-80GB node of 8,2DP4TP,0.05,0.02,2
            vllm/results/mistral_a_validation_8TP_fp8.txt,Mistral-Large-Instruct-2407 123B FP8,H100-SXM-80GB node of 8,8TP,0.05,0.02,2
            vllm/results/llama_a_validation_2TP.txt,,,,,,
            vllm/results/llama_a_validation_2PP.txt,Llama-3.1-70B,H100-SXM-80GB node of 8,2PP,0.05,0.02,2
            vllm/results/llama_b_validation_8TP.txt,Llama-3.1-70B,H100-SXM-80GB node of 8,8TP,0.05,0.02,2

            """.ReplaceLineEndings("\n"));
        File.WriteAllText(files["apex_runs/sglang_runs.csv"], """
            file,model,hardware,parallelism,derived_mean_e2e_s,derived_mean_e2e_per_out_token_ms
            sglang/results/mistral_tp_8_a_validation.txt,Mixtral-8x22B-Instruct-v0.1,8x H100-SXM-80GB (1 node),TP8,5,50
            sglang/results/mistral_ep_8_a_validation.txt,Mixtral-8x22B-Instruct-v0.1,8x H100-SXM-80GB (1 node),EP8,5,50

            """.ReplaceLineEndings("\n"));
        File.WriteAllText(files["apex_runs/requests.csv"], "run,arrival_us,prompt_tokens,output_tokens\n" + string.Concat(
            new[] { "vllm:llama_a_8TP", "vllm:llama_a_2DP4TP_0", "vllm:mistral_a_8TP_fp8", "vllm:llama_a_2PP", "sglang:mistral_tp_8_a", "sglang:mistral_ep_8_a" }
                .SelectMany(run => Enumerable.Range(0, 20).Select(i => $"{run},{i * 1_000_000},300,100\n"))));
        MeasuredSetResult result = ApexRunsSet.Run(ApexRunsSet.Find(files.Folder)!);
        MeasuredRow eight = result.Row("vllm:llama_a_8TP"), four = result.Row("vllm:llama_a_2DP4TP_0"), sglang = result.Row("sglang:mistral_tp_8_a");
        Assert.That(eight.Cell, Is.EqualTo(new MeasuredCell("h100-sxm", "Llama-3.1-70B(-Instruct)", "vllm 0.6.0")));
        Assert.That(eight.Predicted("tpot"), Is.EqualTo((eight.Predicted("e2e") - eight.Predicted("ttft")) / 100).Within(1e-9), "as vLLM 0.6 counts it");
        Assert.That(four.Predicted("tpot"), Is.GreaterThan(1.3 * eight.Predicted("tpot")), "half of the devices");
        Assert.That(result.Row("vllm:mistral_a_8TP_fp8").NotRun, Is.Null);
        Assert.That(sglang.Figures.Select(figure => figure.Name), Is.EqualTo(["e2e", "tpot"]), "its TTFT is that of the fiftieth token");
        Assert.That(sglang.Predicted("tpot"), Is.EqualTo(sglang.Predicted("e2e") / 100).Within(1e-9));
        Assert.That(result.Row("sglang:mistral_ep_8_a").NotRun, Is.Null);
        Assert.That(result.Row("vllm:llama_a_2TP").NotRun, Is.EqualTo("nothing was measured: its file is empty"));
        Assert.That(result.Row("vllm:llama_a_2PP").NotRun, Does.StartWith("the layout is not tensor or expert parallel"));
        Assert.That(result.Row("vllm:llama_b_8TP").NotRun, Is.EqualTo("its requests are not recorded"));
    }

    [Test]
    public void Run_SharedRuns_AllThatWereMeasured()
    {
        string runs = SharedData.Path("data/apex_runs");
        MeasuredSetResult result = ApexRunsSet.Run(runs);
        Assert.That(result.Rows, Has.Count.EqualTo(49));
        Assert.That(result.Rows.Where(row => row.NotRun is not null).Select(row => row.Figures.Count), Is.EqualTo([0, 0]));
        Assert.That(result.ToJson()["e2e"]!["rankCorrelation"]!.GetValue<double>(), Is.GreaterThan(0.95));
    }
}
