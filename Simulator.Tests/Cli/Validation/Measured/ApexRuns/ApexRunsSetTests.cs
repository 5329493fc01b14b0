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

    [Test]
    public void Run_SharedRuns_PlansComeInTheMeasuredOrder()
    {
        MeasuredSetResult result = ApexRunsSet.Run(SharedData.Path("data/apex_runs"));
        PlanOrder plans = result.Plans!;
        Assert.That(plans.Orders, Has.Count.EqualTo(20));
        Assert.That(plans.Orders.Where(order => !order.IsRight), Is.Empty);
        Assert.That(plans.Errors.Count(), Is.EqualTo(40));
        Assert.That(plans.Errors.Select(Math.Abs).Max(), Is.LessThan(10));
        Assert.That(plans.LeftOut.Select(plan => plan.Workload).Distinct(), Is.EqualTo(["llama_creation_025", "llama_creation_05"]), "its shards are other requests");
    }

    [Test]
    public void Run_ReplicasOfAPlan_AreComparedWithTheOthers()
    {
        using TemporaryFiles files = new();
        Directory.CreateDirectory(files["apex_runs"]);
        string[] plans = ["8TP", "2DP4TP_0", "2DP4TP_1", "2TP"];
        File.WriteAllText(files["apex_runs/vllm_runs.csv"], "file,model,hardware,parallelism,own_mean_ttft_s,own_tpot_s,own_mean_e2e_s\n" + string.Concat(plans.Select((plan, i) =>
            $"vllm/results/llama_a_05_validation_{plan}.txt,Llama-3.1-70B,H100-SXM-80GB node of 8,{plan.Split('_')[0]},0.05,{0.015 + 0.005 * i},{1.5 + 0.5 * i}\n")));
        File.WriteAllText(files["apex_runs/requests.csv"], "run,arrival_us,prompt_tokens,output_tokens\n" + string.Concat(
            plans.SelectMany(plan => Enumerable.Range(0, plan.Contains("DP", StringComparison.Ordinal) ? 10 : 20).Select(i => $"vllm:llama_a_05_{plan},{i * 1_000_000},300,100\n"))));
        FigureOrder e2e = ApexRunsSet.Run(files["apex_runs"]).Plans!.Orders.Single(order => order.Figure == "e2e");
        Assert.That(e2e.Workload, Is.EqualTo("llama_a_05"));
        Assert.That(e2e.Measured, Is.EqualTo(["8TP", "2DP4TP", "2TP"]));
        Assert.That(e2e.IsRight, Is.True);
        Assert.That(e2e.SpeedUps[0].Measured, Is.EqualTo(2.25 / 1.5).Within(1e-12), "the mean of both replicas");
    }

    /// <summary>The launch scripts of two devices set a window below 32,768 tokens, so that a long prompt holds all others up for one long iteration.</summary>
    [Test]
    public void Run_TwoDevices_PromptsRunWhole()
    {
        using TemporaryFiles files = new();
        Directory.CreateDirectory(files["apex_runs"]);
        File.WriteAllText(files["apex_runs/vllm_runs.csv"], """
            file,model,hardware,parallelism,own_mean_ttft_s,own_tpot_s,own_mean_e2e_s
            vllm/results/llama_a_validation_2TP.txt,Llama-3.1-70B,H100-SXM-80GB node of 8,2TP,0.05,0.02,2
            vllm/results/llama_b_validation_2TP.txt,Llama-3.1-70B,H100-SXM-80GB node of 8,2TP,0.05,0.02,2

            """.ReplaceLineEndings("\n"));
        // One request generates all the while; in the second run a prompt of 8,192 tokens comes beside it.
        File.WriteAllText(files["apex_runs/requests.csv"], """
            run,arrival_us,prompt_tokens,output_tokens
            vllm:llama_a_2TP,0,100,400
            vllm:llama_b_2TP,0,100,400
            vllm:llama_b_2TP,1000000,8192,1

            """.ReplaceLineEndings("\n"));
        MeasuredSetResult result = ApexRunsSet.Run(files["apex_runs"]);
        double alone = result.Row("vllm:llama_a_2TP").Predicted("e2e"), beside = 2 * result.Row("vllm:llama_b_2TP").Predicted("e2e") - 2 * result.Row("vllm:llama_b_2TP").Predicted("ttft");
        double prompt = 2 * result.Row("vllm:llama_b_2TP").Predicted("ttft") - result.Row("vllm:llama_a_2TP").Predicted("ttft");
        // With chunks the request would have gone on beside all sixteen of them.
        Assert.That(beside + result.Row("vllm:llama_a_2TP").Predicted("ttft") - alone, Is.EqualTo(prompt).Within(0.05));
    }
}
