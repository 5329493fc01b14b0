using Simulator.Models.Architectures;
using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;

namespace Simulator.Tests.Models.Costs;

/// <summary>Models and devices written out by hand, so that these tests depend on no catalogue; and a seeded family of random ones.</summary>
internal static class TestModels
{
    public static Device H100 { get; } = new()
    {
        Id = "h100-sxm",
        Name = "H100 SXM",
        Bf16FlopsPerSecond = 989e12,
        Fp8FlopsPerSecond = 1979e12,
        Int8OpsPerSecond = 1979e12,
        MemoryBytes = 80L << 30,
        MemoryBytesPerSecond = 3350e9,
        PeerBytesPerSecond = 450e9,
        NetworkBytesPerSecond = 50e9,
        HostBytesPerSecond = 64e9,
        DevicesPerNode = 8,
        IdleWatts = 70,
        FullWatts = 700,
        UsdPerHour = 3,
        Source = "NVIDIA H100 data sheet",
    };

    public static ModelArchitecture Llama8B { get; } = Model(
        "llama-3.1-8b", 4096, 128256, Repeat(32, new(new GroupedQueryAttention(32, 8, 128), new DenseFeedForward(14336))));

    public static ModelArchitecture Llama70B { get; } = Model(
        "llama-3.1-70b", 8192, 128256, Repeat(80, new(new GroupedQueryAttention(64, 8, 128), new DenseFeedForward(28672))));

    public static ModelArchitecture Llama2_7B { get; } = Model(
        "llama-2-7b", 4096, 32000, Repeat(32, new(new GroupedQueryAttention(32, 32, 128), new DenseFeedForward(11008))));

    public static ModelArchitecture CodeLlama34B { get; } = Model(
        "codellama-34b", 8192, 32000, Repeat(48, new(new GroupedQueryAttention(64, 8, 128), new DenseFeedForward(22016))));

    public static ModelArchitecture Mixtral { get; } = Model(
        "mixtral-8x7b", 4096, 32000, Repeat(32, new(new GroupedQueryAttention(32, 8, 128), new MixtureOfExperts(8, 2, 14336))));

    public static ModelArchitecture DeepSeekV3 { get; } = Model(
        "deepseek-v3", 7168, 129280,
        [
            .. Repeat(3, new(DeepSeekAttention, new DenseFeedForward(18432))),
            .. Repeat(58, new(DeepSeekAttention, new MixtureOfExperts(256, 8, 2048, 2048))),
        ]);

    public static ModelArchitecture GptOss120B { get; } = Model(
        "gpt-oss-120b", 2880, 201088,
        [
            .. Enumerable.Range(0, 36).Select(i => new LayerSpec(
                new GroupedQueryAttention(64, 8, 64, i % 2 == 0 ? 128 : null), new MixtureOfExperts(128, 4, 2880))),
        ]);

    public static ModelArchitecture HybridLinear { get; } = Model(
        "hybrid-80b", 2048, 151936,
        [
            .. Enumerable.Range(0, 48).Select(i => new LayerSpec(
                i % 4 == 3 ? new GroupedQueryAttention(16, 2, 256, OutputGate: true) : new LinearAttention(16, 32, 128, 128, 4),
                new MixtureOfExperts(512, 10, 512, 512))),
        ]);

    public static ModelArchitecture[] All { get; } =
        [Llama8B, Llama70B, Llama2_7B, CodeLlama34B, Mixtral, DeepSeekV3, GptOss120B, HybridLinear];

    private static LatentAttention DeepSeekAttention => new(128, 1536, 512, 128, 64, 128);

    public static ModelArchitecture Model(string id, int hidden, int vocabulary, IReadOnlyList<LayerSpec> layers) => new()
    {
        Id = id,
        Name = id,
        HiddenSize = hidden,
        VocabularySize = vocabulary,
        ContextWindow = 131072,
        Layers = layers,
        Source = "published configuration",
    };

    public static LayerSpec[] Repeat(int count, LayerSpec layer) => [.. Enumerable.Repeat(layer, count)];

    /// <summary>A model, a plan, formats, a device and options picked by a seed: 1 to 4 kinds of layers, sometimes with a window.</summary>
    public static RooflineParameters Random(int seed)
    {
        var pick = new Picker(seed);
        int tensor = pick.From(1, 2, 4, 8), data = pick.From(1, 1, 2, 4), pipeline = pick.From(1, 1, 2, 4);
        int window = pick.From(16, 128, 1000, 4096);
        var kinds = new List<LayerSpec>();
        int count = pick.Between(1, 4);
        for (int i = 0; i < count; i++)
        {
            int heads = pick.From(8, 16, 32, 64, 128);
            AttentionSpec attention = pick.Between(0, 5) switch
            {
                0 or 1 => new GroupedQueryAttention(heads, pick.From(1, 4, 8), pick.From(64, 128, 256)),
                2 or 3 => new GroupedQueryAttention(heads, pick.From(1, 4, 8), pick.From(64, 128, 256), window),
                4 => new LatentAttention(heads, pick.From(0, 1536), 512, 128, 64, 128),
                _ => new LinearAttention(8, heads, 128, 128, 4),
            };
            FeedForwardSpec feedForward = pick.Between(0, 1) == 0
                ? new DenseFeedForward(pick.From(4096, 14336, 28672), pick.Between(0, 1) == 0)
                : new MixtureOfExperts(pick.From(32, 128, 256), pick.From(1, 4, 8), pick.From(768, 2048), pick.From(0, 2048));
            kinds.Add(new(attention, feedForward));
        }
        LayerSpec[] layers = [.. kinds.SelectMany(kind => Repeat(pick.Between(1, 20), kind)), .. Repeat(4, kinds[0])];
        ModelArchitecture model = Model($"random-{seed}", pick.From(1024, 4096, 8192), pick.From(32000, 128256), layers);
        NumberFormat weights = pick.From(NumberFormat.Bf16, NumberFormat.Fp8, NumberFormat.Int4, NumberFormat.Fp4);
        NumberFormat activations = pick.From(NumberFormat.Bf16, NumberFormat.Fp8);
        NumberFormat cache = pick.From(NumberFormat.Bf16, NumberFormat.Fp8);
        var options = new RooflineOptions
        {
            Host = new HostOverhead { Overlapped = pick.Between(0, 2) == 0 }.WithTotal(pick.From(0, 1e-3, 5e-2), pick.From(0, 4e-6)),
            Graphs = RandomGraphs(seed),
            ExpertImbalance = pick.From(1, 1, 1.5, 100),
            Sampling = seed % 2 == 0 ? TokenSampling.Greedy : TokenSampling.TopP,
            AttentionComputeEfficiency = pick.From(0.02, 0.3, 0.6, 1),
            AttentionMemoryEfficiency = pick.From(0.5, 0.86, 1),
            AttentionKernelSeconds = pick.From(0, 2e-6, 5e-5),
        };
        if (pick.Between(0, 1) == 0)
            options = options with { Profile = CostProfile.Flat(options, H100.Id) with { Attention = RandomAttention(seed) } };
        int expert = kinds.Exists(kind => kind.FeedForward is MixtureOfExperts) ? pick.From(1, tensor, tensor * data) : 1;
        int context = kinds.Exists(kind => kind.Attention is LinearAttention) ? 1 : pick.From(1, 1, 2, 3);
        ParallelPlan plan = new(tensor, pipeline, data, expert, context);
        if (context == 1 && pick.Between(0, 1) == 0)
        {
            int[] divisors = [1, 2, 4, 8, 16, 32];
            plan = plan with { FeedForward = pick.From([.. divisors.Where(devices => tensor * data % devices == 0 && devices % expert == 0)]) };
        }
        if (pick.Between(0, 1) == 0)
            plan = plan with { StageLayers = [.. Enumerable.Repeat(1, pipeline - 1), layers.Length - pipeline + 1] };
        return RooflineCompiler.Compile(model, plan, new(weights, activations, cache) { ExpertWeights = pick.From<NumberFormat?>(null, NumberFormat.Fp4) }, H100, options);
    }

    /// <summary>Attention kernels picked by a seed: times of the order of measured ones, and sometimes none at all.</summary>
    public static AttentionProfile RandomAttention(int seed)
    {
        var pick = new Picker(unchecked(seed * 17 + 3));
        double Time(double most) => pick.From(0, 0.01, 0.3, 1) * most;
        AttentionProfile profile = new() { ComputeEfficiency = 0.5, MemoryEfficiency = 0.8, KernelSeconds = 1e-5 };
        if (pick.Between(0, 7) == 0)
            return profile;
        PrefillKernel Prefill() => new()
        {
            HeadDim = pick.From(64, 128, 192), Window = pick.From(0, 128, 1024), Cache = pick.From(NumberFormat.Bf16, NumberFormat.Fp8),
            Sharing = pick.From(Enum.GetValues<HeadSharing>()), FixedSeconds = Time(2e-5), HiddenSeconds = Time(2e-5),
            ComputeEfficiency = pick.From(0.05, 0.6, 1), QueryPasses = Time(10), KeyPasses = Time(10), RowHeadSeconds = Time(1e-7), TileShare = pick.From(1e-3, 0.01, 1),
        };
        DecodeKernel Decode() => new()
        {
            HeadDim = pick.From(64, 128, 576), Window = pick.From(0, 128, 1024), Cache = pick.From(NumberFormat.Bf16, NumberFormat.Fp8),
            Sharing = pick.From(Enum.GetValues<HeadSharing>()), FixedSeconds = Time(2e-5), HiddenSeconds = Time(2e-5), TileSeconds = Time(1e-7),
            HeadSeconds = Time(1e-8), MemoryEfficiency = pick.From(0.1, 0.9, 1), ComputeEfficiency = pick.From(0.01, 0.6, 1), RampSeconds = Time(6e-5),
            RampBytes = pick.From(1e5, 2e7, 1e8), WalkSeconds = Time(3e-5), WalkSecondsPerKey = Time(1e-7),
        };
        return profile with
        {
            PrefillKernels = [Prefill(), Prefill(), Prefill()],
            DecodeKernels = [Decode(), Decode(), Decode()],
            LatentPrefillKernels = pick.Between(0, 1) == 0 ? [] : [Prefill()],
            LatentDecodeKernels = [Decode(), Decode()],
            LinearKernel = new()
            {
                PrefillFixedSeconds = Time(2e-5), PrefillHiddenSeconds = Time(2e-5), TokenHeadSeconds = Time(1e-9), RowHeadSeconds = Time(1e-7),
                ChainSecondsPerToken = Time(1e-7), DecodeFixedSeconds = Time(2e-5), DecodeHiddenSeconds = Time(2e-5), MemoryEfficiency = pick.From(0.1, 0.9, 1),
            },
        };
    }

    /// <summary>The cost model of <see cref="Random"/>, with CUDA graphs picked by the same seed.</summary>
    public static RooflineCostModel RandomCostModel(int seed) => new(Random(seed), RandomGraphs(seed));

    public static CudaGraphs RandomGraphs(int seed)
    {
        var pick = new Picker(unchecked(seed * 31 + 7));
        return new()
        {
            Mode = pick.From(Enum.GetValues<CudaGraphMode>()),
            CaptureSizes = pick.Between(0, 1) == 0 ? CudaGraphs.Default.CaptureSizes : [1, 3, 10, 17],
            LaunchSeconds = pick.From(0, 1e-5, 1e-4),
        };
    }

    /// <summary>A small generator of its own (xorshift), so that seeds mean the same on every platform.</summary>
    public sealed class Picker(int seed)
    {
        private ulong _state = unchecked(((ulong)(uint)seed + 1) * 0x9E3779B97F4A7C15UL) | 1;

        public int Between(int low, int high)
        {
            unchecked
            {
                _state ^= _state << 13;
                _state ^= _state >> 7;
                _state ^= _state << 17;
                return low + (int)((_state >> 11) % (ulong)(high - low + 1));
            }
        }

        public T From<T>(params ReadOnlySpan<T> values) => values[Between(0, values.Length - 1)];
    }
}
