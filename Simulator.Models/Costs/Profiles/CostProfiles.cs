using System.Collections.Concurrent;
using System.Reflection;
using Simulator.Models.Devices;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Models.Costs.Profiles;

/// <summary>The profiles that are shipped, one for each device and engine that was measured, and what follows from them for the others.</summary>
/// <remarks>
/// Efficiencies are shares of the data sheet's rates, so that a device that was not measured takes those of the nearest family and its own rates;
/// fixed times stay as they are. Its provenance says so.
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
        (Device relative, EngineKernels kernels) = Nearest(device, engine);
        CostProfile source = Load(relative, kernels)
            ?? throw new InvalidOperationException($"No profile of {relative.Id} under {kernels.Id()} is shipped.");
        string reason = relative.Id == device.Id
            ? $"derived: {device.Id} was not measured under {engine.Id()}; its efficiencies are those under {kernels.Id()}"
            : $"derived: {device.Id} was not measured under {engine.Id()}; its efficiencies are those of {relative.Id} under {kernels.Id()}, its rates those of its data sheet";
        return source with
        {
            Device = device.Id,
            Engine = engine.Id(),
            Provenance = [reason, .. source.Provenance],
            Collectives = source.Collectives.On(relative, device),
        };
    }

    // Of the same kind of memory and of the nearest generation of tensor cores; another device under the same engine before another engine.
    private static (Device Device, EngineKernels Engine) Nearest(Device device, EngineKernels engine)
    {
        Device family = device.Fp4FlopsPerSecond > 0 && device.PeerBytesPerSecond > device.HostBytesPerSecond ? DeviceCatalogue.B200
            : device.PeerBytesPerSecond <= device.HostBytesPerSecond && device.Fp8FlopsPerSecond > 0 && device.MemoryBytesPerSecond < 1.8e12 ? DeviceCatalogue.L40S
            : device.Fp8FlopsPerSecond == 0 ? DeviceCatalogue.A100Sxm80
            : device.MemoryBytesPerSecond > 4e12 ? DeviceCatalogue.H200
            : DeviceCatalogue.H100Sxm;
        if (Measured.Contains((family, engine)))
            return (family, engine);
        // TensorRT-LLM was measured on A100 and H100 alone: Hopper takes H100's, the others what another engine reaches on their own family.
        return family == DeviceCatalogue.H200 ? (DeviceCatalogue.H100Sxm, engine) : (family, EngineKernels.Vllm);
    }

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
