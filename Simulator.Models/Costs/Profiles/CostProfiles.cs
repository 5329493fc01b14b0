using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using Simulator.Models.Devices;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Models.Costs.Profiles;

/// <summary>The profiles that are shipped, one for each device and engine that was measured, and what follows from them for the others.</summary>
/// <remarks>
/// Efficiencies are shares of the data sheet's rates, so that a device that was not measured takes those of the nearest family, as much larger or
/// smaller as its power and its kind of memory make them (<see cref="ReachRatio"/>), and its own rates; fixed times stay as they are. Its provenance
/// says so. So does a device at a lower clock (<see cref="DeviceClock"/>), from itself at the rated one.
/// </remarks>
public static class CostProfiles
{
    private static readonly ConcurrentDictionary<(Device, EngineKernels), CostProfile> Known = new();

    /// <summary>Devices and engines that were measured, in the order of the catalogue.</summary>
    public static IReadOnlyList<(Device Device, EngineKernels Engine)> Measured { get; } =
    [
        .. from device in DeviceCatalogue.All
           from engine in Enum.GetValues<EngineKernels>()
           where typeof(CostProfiles).Assembly.GetManifestResourceInfo(Resource(device, engine)) is not null
           select (device, engine),
    ];

    /// <summary>The profile of a device and an engine: the measured one, or one derived from the nearest that was.</summary>
    /// <param name="device">The device, of the catalogue or not.</param>
    /// <param name="engine">The engine.</param>
    public static CostProfile Of(Device device, EngineKernels engine)
    {
        ArgumentNullException.ThrowIfNull(device);
        return Known.GetOrAdd((device, engine), static key => Make(key.Item1, key.Item2));
    }

    private static CostProfile Make(Device device, EngineKernels engine)
    {
        CostProfile profile = Kernels(device, engine);
        return profile.Host is null && Text($"{engine.Id()}.host.json") is { } host ? profile with { Host = CostProfileFile.ReadHost(host, engine.Id()) } : profile;
    }

    private static CostProfile Kernels(Device device, EngineKernels engine)
    {
        if (Load(device, engine) is { } measured)
            return measured;
        Device relative = device.Rated ?? Relative(device);
        // TensorRT-LLM was measured on A100 and H100 alone. H200 is the chip of H100.
        if (engine == EngineKernels.TensorRtLlm && relative == DeviceCatalogue.H200)
            relative = DeviceCatalogue.H100Sxm;
        CostProfile source = device.Rated is null ? Load(relative, engine) ?? StandIn(relative) : Kernels(relative, engine);
        var reach = ReachRatio.Of(relative, device);
        return source with
        {
            Device = device.Id,
            Engine = engine.Id(),
            Provenance = [$"derived: {device.Id} was not measured under {engine.Id()}; {Origin(source, relative, device, reach)}", .. source.Provenance],
            Matrix = source.Matrix.On(relative, reach),
            Attention = source.Attention.On(reach),
            Experts = source.Experts.On(reach),
            Collectives = source.Collectives.On(relative, device),
            Elementwise = source.Elementwise.On(reach),
        };
    }

    // Of the same kind of memory and of the nearest generation of tensor cores.
    private static Device Relative(Device device) =>
        device.Fp4FlopsPerSecond > 0 && device.PeerBytesPerSecond > device.HostBytesPerSecond ? DeviceCatalogue.B200
        : device.PeerBytesPerSecond <= device.HostBytesPerSecond && device.Fp8FlopsPerSecond > 0 && device.MemoryBytesPerSecond < 1.8e12 ? DeviceCatalogue.L40S
        : device.Fp8FlopsPerSecond == 0 ? DeviceCatalogue.A100Sxm80
        : device.MemoryBytesPerSecond > 4e12 ? DeviceCatalogue.H200
        : DeviceCatalogue.H100Sxm;

    // Class by class, the engine whose kernels are nearest to TensorRT-LLM's on H100, where all three were measured (docs/calibration.md).
    private static CostProfile StandIn(Device device)
    {
        CostProfile vllm = Require(device, EngineKernels.Vllm), sglang = Require(device, EngineKernels.Sglang);
        return vllm with
        {
            Engine = "vllm (attention, experts) and sglang (matrix products, collectives)",
            Matrix = sglang.Matrix,
            Collectives = sglang.Collectives,
            Provenance = [.. vllm.Provenance.Union(sglang.Provenance)],
            Residuals = [],
        };
    }

    private static string Origin(CostProfile source, Device relative, Device device, ReachRatio reach)
    {
        string origin = $"its efficiencies are those of {relative.Id} under {source.Engine}";
        if (relative.Id == device.Id)
            return origin;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{origin}, {reach.Arithmetic:0.00} times in arithmetic for its power and {reach.Memory:0.00} times in memory for its error correction; its rates are those of its data sheet");
    }

    private static CostProfile Require(Device device, EngineKernels engine) =>
        Load(device, engine) ?? throw new InvalidOperationException($"No profile of {device.Id} under {engine.Id()} is shipped.");

    private static CostProfile? Load(Device device, EngineKernels engine)
    {
        string name = Resource(device, engine);
        return Text(name) is { } json ? CostProfileFile.Read(json, name) : null;
    }

    private static string? Text(string resource)
    {
        using Stream? stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource);
        if (stream is null)
            return null;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string Resource(Device device, EngineKernels engine) => $"{device.Id}.{engine.Id()}.json";
}
