namespace Simulator.Cli.Validation.Measured.ClosedLoop;

/// <summary>The batch sizes that each engine captures as CUDA graphs, up to the largest.</summary>
internal static class CaptureSizes
{
    /// <summary>vLLM: 1, 2, 4, by 8 below 256, then by 16 (<c>VllmConfig._set_cudagraph_sizes</c>).</summary>
    public static IEnumerable<int> Vllm(int most) => Upto(most, [1, 2, 4, .. Steps(8, 248, 8), .. Steps(256, most, 16)]);

    /// <summary>SGLang: 1, 2, 4, 8, 12, by 8 to 256, by 16 below 512, then by 32 (<c>ServerArgs._generate_cuda_graph_batch_sizes</c>).</summary>
    public static IEnumerable<int> Sglang(int most) => Upto(most, [1, 2, 4, 8, 12, .. Steps(16, 256, 8), .. Steps(272, 511, 16), .. Steps(512, most, 32)]);

    /// <summary>TensorRT-LLM with padding: 1, 2, 4, by 8 to 128, powers of two, the largest (<c>CudaGraphConfig._generate_cuda_graph_batch_sizes</c>).</summary>
    public static IEnumerable<int> TensorRtLlm(int most)
    {
        List<int> sizes = [1, 2, 4, .. Steps(8, 128, 8)];
        for (int size = 256; size < most; size *= 2) sizes.Add(size);
        return Upto(most, sizes).Append(most).Distinct();
    }

    private static IEnumerable<int> Steps(int from, int to, int step)
    {
        for (int size = from; size <= to; size += step) yield return size;
    }

    private static IEnumerable<int> Upto(int most, IEnumerable<int> sizes) => sizes.Where(size => size <= most);
}
