using Simulator.Models.Caching;
using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using Simulator.Workloads.Generators;
using Simulator.Workloads.Traces;

namespace Simulator.Cli.Scenarios;

/// <summary>Names that a scenario and the command line take.</summary>
internal static class KnownNames
{
    public static (string Name, TraceFormat Value)[] TraceFormats { get; } =
    [
        ("burstgpt", TraceFormat.BurstGpt), ("azure", TraceFormat.Azure), ("mooncake", TraceFormat.Mooncake), ("vidur", TraceFormat.Vidur),
        ("apex", TraceFormat.Apex), ("csv", TraceFormat.Csv),
    ];

    public static string[] Formats { get; } = [.. TraceFormats.Select(known => known.Name)];

    /// <summary>Layouts that traces are written in; <c>csv</c> keeps all that a request has.</summary>
    public static (string Name, TraceOutput Value)[] Layouts { get; } =
    [
        ("csv", TraceOutput.Csv), ("burstgpt", TraceOutput.BurstGptV1), ("burstgpt-v3", TraceOutput.BurstGptV3), ("azure", TraceOutput.Azure),
        ("mooncake", TraceOutput.Mooncake), ("vidur", TraceOutput.Vidur), ("apex", TraceOutput.Apex),
    ];

    public static (string Name, ArrivalUnit Value)[] ArrivalUnits { get; } =
    [
        ("s", ArrivalUnit.Seconds), ("ms", ArrivalUnit.Milliseconds), ("us", ArrivalUnit.Microseconds), ("ns", ArrivalUnit.Nanoseconds),
        ("date", ArrivalUnit.Date),
    ];

    public static (string Name, bool Value)[] FailureModes { get; } = [("keep", true), ("drop", false)];

    public static (string Name, BurstGptRelease Value)[] BurstGptReleases { get; } = [("v1", BurstGptRelease.V1), ("v3", BurstGptRelease.V3)];

    public static (string Name, GapDistribution Value)[] GapDistributions { get; } =
        [("gamma", GapDistribution.Gamma), ("weibull", GapDistribution.Weibull)];

    public static string[] Routers { get; } =
    [
        "random", "round-robin", "least-outstanding", "least-waiting", "least-pending-tokens", "power-of-two", "prefix-affinity", "session-affinity",
    ];

    public static (string Name, HostWritePolicy Value)[] HostWritePolicies { get; } =
        [("write-back", HostWritePolicy.WriteBack), ("write-through", HostWritePolicy.WriteThrough)];

    public static (string Name, TokenSampling Value)[] Samplings { get; } = [("greedy", TokenSampling.Greedy), ("top-p", TokenSampling.TopP)];

    public static (string Name, CudaGraphMode Value)[] CudaGraphModes { get; } =
    [
        ("none", CudaGraphMode.None), ("piecewise", CudaGraphMode.Piecewise), ("full", CudaGraphMode.Full),
        ("full-decode-only", CudaGraphMode.FullDecodeOnly), ("full-and-piecewise", CudaGraphMode.FullAndPiecewise),
    ];

    public static (string Name, EngineKernels Value)[] Kernels { get; } = [.. Enum.GetValues<EngineKernels>().Select(engine => (engine.Id(), engine))];

    public static (string Name, NumberFormat Value)[] NumberFormats { get; } =
    [
        ("fp32", NumberFormat.Fp32), ("bf16", NumberFormat.Bf16), ("fp16", NumberFormat.Bf16), ("fp8", NumberFormat.Fp8),
        ("int8", NumberFormat.Int8), ("fp4", NumberFormat.Fp4), ("int4", NumberFormat.Int4),
    ];
}
