using System.Globalization;
using System.Text;

namespace Simulator.Tests.Cli.Validation.Measured.OpenLoop;

/// <summary>A folder of open-loop runs, made for one test.</summary>
internal sealed class OpenLoopFolder
{
    private readonly StringBuilder _summary = new(
        "dataset,experiment,model,hardware,tp,dp,precision,max_num_batched_tokens,max_num_seqs,gpu_mem_util,total_kv_blocks,workload,stages_rate_qps_x_dur_s,"
        + "system_prompt_len,question_len,output_len,variant,stage,n_requests,metric,actual\n");

    public OpenLoopFolder(TemporaryFiles files)
    {
        Folder = files.Folder;
        Directory.CreateDirectory(Path.Combine(Folder, "open_loop"));
    }

    public string Folder { get; }

    public string Summary => Path.Combine(Folder, "open_loop", "summary.csv");

    /// <summary>Adds the rows of an experiment: its mean E2E, TTFT and ITL, its TTFT of 99 % and whatever else, in milliseconds.</summary>
    public OpenLoopFolder Add(
        string data, string experiment, double e2e, double ttft, double itl, string variant = "full", string model = "meta-llama/Llama-3.1-8B-Instruct",
        string stages = "5:20;10:20", string blocks = "", int requests = 300, string stage = "-1", params (string Metric, double Value)[] more)
    {
        foreach ((string metric, double value) in new[] { ("e2e_mean", e2e), ("ttft_mean", ttft), ("itl_mean", itl), ("ttft_p99", 2 * ttft) }.Concat(more))
        {
            _summary.Append(CultureInfo.InvariantCulture,
                $"{data},{experiment},{model},H100,1,1.0,FP16,2048,128,0.9,{blocks},codegen,{stages},100,466,247,{variant},{stage},{requests},{metric},{value}\n");
        }
        File.WriteAllText(Summary, _summary.ToString());
        return this;
    }

    public OpenLoopFolder AddFile(string name, string text)
    {
        File.WriteAllText(Path.Combine(Folder, "open_loop", name), text);
        return this;
    }
}
