using Simulator.Core.Time;

namespace Simulator.Core.Processes;

/// <summary>A request for one unit of a <see cref="Resource"/>: it succeeds when granted, and holds the unit until disposed.</summary>
public sealed class Lease : Claim
{
    internal Lease(Simulation simulation, IClaimServer server, int priority)
        : base(simulation, server, priority) => RequestedAt = simulation.Now;

    /// <summary>When the unit was asked for.</summary>
    public SimTime RequestedAt { get; }

    /// <summary>True once the unit was given back or the request withdrawn.</summary>
    internal bool IsEnded { get; set; }
}
