using Simulator.Cli.Terminal;

namespace Simulator.Cli.Validation.Measured.Accuracy;

/// <summary>Cells whose errors are far above those of their set, and what is likely to cause them.</summary>
internal static class StubbornCells
{
    /// <summary>Below this nothing is called bad, percent.</summary>
    public const double LeastPercent = 15;

    private const double Times = 2;

    // What is known of the servers and of the measurements; the first that fits a cell counts.
    private static readonly (string Set, string System, string Model, string Engine, string Cause)[] Causes =
    [
        ("closed_loop", "b200", "DeepSeek-R1-NVFP4", "trtllm", "the time per token is the same whatever number of users is recorded: the server ran another number"),
        ("closed_loop", "", "Qwen3-32B-NVFP4", "trtllm", "the recorded number of users is contradicted: with it the devices would do more FLOPs a second than they have"),
        ("closed_loop", "", "DeepSeek-V3.1-NVFP4", "trtllm", "the batch limit of the server differs from the recorded number of users"),
        ("closed_loop", "h200", "Llama-3.1-8B-Instruct-FP8", "vllm", "the recorded number of users is contradicted: with it some points would take more FLOPs a second than the device has"),
        ("closed_loop", "h100", "gpt-oss-120b", "trtllm", "the batch limit of the server differs from the recorded number of users"),
        ("closed_loop", "b200", "gpt-oss-120b", "trtllm", "TensorRT-LLM was not measured on B200: attention and experts are those under vLLM, without the small kernels that TensorRT-LLM joins to them"),
        ("closed_loop", "b200", "gpt-oss-120b", "vllm", "the MXFP4 experts of the tables are slower at 32 rows and more than those that these servers chose"),
        ("closed_loop", "b200", "DS-", "sglang", "runs of late 2025 had no warm-up: the first full chunk of prompts of the FP4 checkpoint takes more than a minute there"),
        ("closed_loop", "h200", "DS-", "trtllm", "not known; a prompt that comes alone already takes several times what its kernels take"),
        ("closed_loop", "b200", "DS-", "trtllm", "prompts under a budget of about one prompt an iteration wait for longer than its flags say"),
        ("closed_loop", "", "GLM-5", "sglang", "early builds of a model with sparse attention; which of its kernels is slow is not known"),
        ("closed_loop", "", "Qwen3.5-397B", "sglang", "at the same number of users short outputs have a far higher time per token than long ones: a pause early in the run, as of kernels that compile when first used"),
        ("closed_loop", "h100", "Llama-8B", "trtllm", "a grid whose flags nobody recorded"),
        ("closed_loop", "h100", "Qwen3-", "", "a grid whose flags nobody recorded"),
        ("open_loop", "l40s", "Qwen3-14B", "", "near saturation, where the queue multiplies a small error of each iteration"),
    ];

    /// <summary>The cells, in the order of the set.</summary>
    public static MarkdownTable Of(string set, MeasuredSetResult result)
    {
        MarkdownTable table = new(3, "cell", "figures: median (signed)", "likely cause", "runs");
        foreach ((MeasuredCell cell, RowsSummary summary) in result.Cells)
        {
            string[] bad =
            [
                .. from figure in result.FigureNames
                   let errors = summary.Ours.Of(figure)
                   where errors is not null && errors.Median > LeastPercent && errors.Median > Times * result.All.Ours.Of(figure)!.Median
                   select $"{FigureNames.Of(figure)} {FigureNames.Percent(errors.Median)} ({FigureNames.Signed(errors.SignedMedian)})",
            ];
            if (bad.Length > 0) table.Add(SetSection.Name(cell), string.Join(", ", bad), Cause(set, cell), Figures.Count(summary.Ran));
        }
        return table;
    }

    private static string Cause(string set, MeasuredCell cell)
    {
        foreach ((string of, string system, string model, string engine, string cause) in Causes)
        {
            if (of == set && Has(cell.System, system) && Has(cell.Model, model) && Has(cell.Engine, engine)) return cause;
        }
        return "not known";
    }

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.Ordinal);
}
