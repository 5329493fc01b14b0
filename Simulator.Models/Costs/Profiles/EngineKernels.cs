namespace Simulator.Models.Costs.Profiles;

/// <summary>Engines whose kernels were measured.</summary>
public enum EngineKernels
{
    /// <summary>vLLM.</summary>
    Vllm,

    /// <summary>SGLang.</summary>
    Sglang,

    /// <summary>TensorRT-LLM.</summary>
    TensorRtLlm,
}

/// <summary>Names of engines in profiles and in the files of measured tables.</summary>
public static class EngineKernelNames
{
    /// <summary>The name: <c>vllm</c>, <c>sglang</c> or <c>trtllm</c>.</summary>
    /// <param name="kernels">The engine.</param>
    public static string Id(this EngineKernels kernels) => kernels switch
    {
        EngineKernels.Vllm => "vllm",
        EngineKernels.Sglang => "sglang",
        _ => "trtllm",
    };
}
