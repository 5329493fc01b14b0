namespace Simulator.Models.Costs;

/// <summary>Which iterations run as captured CUDA graphs: vLLM's <c>cudagraph_mode</c>.</summary>
public enum CudaGraphMode
{
    /// <summary>None; <c>enforce_eager</c>.</summary>
    None,

    /// <summary>All, in pieces: attention is launched by the host, everything between two attentions is one graph.</summary>
    Piecewise,

    /// <summary>All, each as one graph.</summary>
    Full,

    /// <summary>Iterations of decode rows alone, each as one graph.</summary>
    FullDecodeOnly,

    /// <summary>Iterations of decode rows alone as one graph, the others in pieces.</summary>
    FullAndPiecewise,
}

/// <summary>How the kernels of one iteration are started.</summary>
public enum LaunchMode
{
    /// <summary>All by one graph: launches take no time.</summary>
    FullGraph,

    /// <summary>Attention by the host, the rest by a graph for each layer and one more.</summary>
    PiecewiseGraph,

    /// <summary>Every kernel by the host.</summary>
    Eager,
}

/// <summary>CUDA graphs: a captured size replays without the host, but runs as many rows as it was captured with.</summary>
/// <remarks>
/// <para>
/// Mirrors vLLM v1 (0.11, <c>vllm/config/compilation.py</c>): an iteration whose tokens (those of the data-parallel rank with the most)
/// are no more than the largest size runs with the next captured size, any other eagerly. Every rank pads to the same size.
/// </para>
/// <para>
/// Padded rows run through all operators that work token by token, experts included, because vLLM routes them like any other row; not
/// through attention, where they have no keys, nor the output head, which takes the rows to be sampled alone. They take time; FLOPs and
/// bytes are those of the real rows. So one row more may take less time where it leaves the largest graph, as ranks with few rows are no
/// longer padded to the most.
/// </para>
/// <para>
/// Without a graph the host launches one kernel after the other ahead of the device: the iteration takes no less than all launches.
/// </para>
/// </remarks>
public sealed record CudaGraphs
{
    /// <summary>Largest size that may be captured.</summary>
    public const int MostTokens = 1 << 16;

    private static readonly int[] VllmSizes =
        [1, 2, 4, .. Enumerable.Range(1, 31).Select(i => 8 * i), .. Enumerable.Range(16, 17).Select(i => 16 * i)];

    /// <summary>The defaults, vLLM's.</summary>
    public static CudaGraphs Default { get; } = new();

    /// <summary>No graphs: every kernel is launched by the host.</summary>
    public static CudaGraphs Eager { get; } = new() { Mode = CudaGraphMode.None };

    /// <summary>Which iterations run as graphs.</summary>
    public CudaGraphMode Mode { get; init; } = CudaGraphMode.FullAndPiecewise;

    /// <summary>Captured sizes in tokens, ascending, each from 1 to <see cref="MostTokens"/>. vLLM's: 1, 2, 4, 8 to 248 by 8, 256 to 512 by 16.</summary>
    public IReadOnlyList<int> CaptureSizes { get; init; } = VllmSizes;

    /// <summary>
    /// Host time of a launch without a graph, seconds: the framework's way to the kernel included. 10 µs is an estimate; the driver
    /// alone takes about 5 µs, and 5 to 20 µs are reported for PyTorch.
    /// </summary>
    public double LaunchSeconds { get; init; } = 10e-6;

    /// <summary>Every fault of these options, in words; none when they are sound.</summary>
    public IEnumerable<string> Validate()
    {
        if (!Enum.IsDefined(Mode))
            yield return $"Graphs.Mode is {Mode}; it must be one of {string.Join(", ", Enum.GetNames<CudaGraphMode>())}.";
        if (!(LaunchSeconds is >= 0 and <= 1))
            yield return $"Graphs.LaunchSeconds is {LaunchSeconds} s; it must be from 0 to 1 s.";
        for (int i = 0; i < CaptureSizes.Count; i++)
        {
            if (CaptureSizes[i] is < 1 or > MostTokens)
                yield return $"Graphs.CaptureSizes has {CaptureSizes[i]}; a size must be from 1 to {MostTokens} tokens.";
            else if (i > 0 && CaptureSizes[i] <= CaptureSizes[i - 1])
                yield return $"Graphs.CaptureSizes has {CaptureSizes[i]} after {CaptureSizes[i - 1]}; sizes must ascend.";
        }
    }

    /// <inheritdoc/>
    public bool Equals(CudaGraphs? other) =>
        other is not null && Mode == other.Mode && LaunchSeconds.Equals(other.LaunchSeconds) && CaptureSizes.SequenceEqual(other.CaptureSizes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Mode, LaunchSeconds, CaptureSizes.Count);

    /// <summary>How an iteration that has this many tokens on the busiest rank is started, and the size that it is padded to; 0 without a graph.</summary>
    internal (LaunchMode Launch, int Size) Choose(int tokens, bool decodeOnly, ReadOnlySpan<int> padded)
    {
        LaunchMode launch = Mode switch
        {
            CudaGraphMode.Piecewise => LaunchMode.PiecewiseGraph,
            CudaGraphMode.Full => LaunchMode.FullGraph,
            CudaGraphMode.FullDecodeOnly when decodeOnly => LaunchMode.FullGraph,
            CudaGraphMode.FullAndPiecewise => decodeOnly ? LaunchMode.FullGraph : LaunchMode.PiecewiseGraph,
            _ => LaunchMode.Eager,
        };
        return launch == LaunchMode.Eager || tokens >= padded.Length ? (LaunchMode.Eager, 0) : (launch, padded[tokens]);
    }

    /// <summary>The captured size of every number of tokens, from 0 to the largest size.</summary>
    internal int[] PaddedSizes()
    {
        if (CaptureSizes.Count == 0)
            return [];
        var padded = new int[CaptureSizes[^1] + 1];
        int next = 0;
        for (int tokens = 0; tokens < padded.Length; tokens++)
        {
            while (CaptureSizes[next] < tokens) next++;
            padded[tokens] = CaptureSizes[next];
        }
        return padded;
    }
}
