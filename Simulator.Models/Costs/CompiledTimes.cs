using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Simulator.Models.Devices;

namespace Simulator.Models.Costs;

/// <summary>
/// Times that were compiled from a part of a profile, by shape and rates of the device; kept as long as the profile is. Plans of one model have few
/// shapes, and most of what a plan takes to compile is their times. Safe to share between threads.
/// </summary>
/// <typeparam name="TProfile">Part of a profile; told apart by reference.</typeparam>
/// <typeparam name="TShape">Shape of an operator.</typeparam>
/// <typeparam name="TTime">Its time by rows, a function of the others alone.</typeparam>
internal sealed class CompiledTimes<TProfile, TShape, TTime>
    where TProfile : class
    where TShape : struct, IEquatable<TShape>
    where TTime : struct
{
    private readonly ConditionalWeakTable<TProfile, ConcurrentDictionary<Key, TTime>> _times = new();

    /// <summary>The time of a shape.</summary>
    /// <param name="profile">The part of the profile.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="device">The device, of which the rates count alone.</param>
    /// <param name="activations">Format that it computes in.</param>
    /// <param name="compile">Compiles it.</param>
    public TTime Of(TProfile profile, in TShape shape, Device device, NumberFormat activations, Func<TProfile, TShape, Device, TTime> compile)
    {
        ConcurrentDictionary<Key, TTime> known = _times.GetValue(profile, static _ => new());
        var key = new Key(shape, device.MemoryBytesPerSecond, device.PeakFlopsPerSecond(activations));
        if (known.TryGetValue(key, out TTime time))
            return time;
        time = compile(profile, shape, device);
        known.TryAdd(key, time);
        return time;
    }

    private readonly record struct Key(TShape Shape, double BytesPerSecond, double FlopsPerSecond);
}
