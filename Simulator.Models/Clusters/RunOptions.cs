using Simulator.Core.Time;
using Simulator.Models.Results;

namespace Simulator.Models.Clusters;

/// <summary>What to measure in a run, and for how long to run.</summary>
public sealed record RunOptions
{
    /// <summary>Objectives that goodput counts.</summary>
    public SloTargets Slo { get; init; }

    /// <summary>Requests that arrive before are not measured: warm-up.</summary>
    /// <value>The start.</value>
    public SimTime MeasureFrom { get; init; }

    /// <summary>Requests that arrive at or after are not measured: drain. Null to measure to the end.</summary>
    /// <value>Null.</value>
    public SimTime? MeasureUntil { get; init; }

    /// <summary>Stops the run at this instant, with what is left in flight; null to run until all requests have ended.</summary>
    /// <value>Null.</value>
    public SimTime? Until { get; init; }

    /// <summary>Sees the run as it goes; null for none.</summary>
    public IRunObserver? Observer { get; init; }

    /// <summary>How often <see cref="IRunObserver.OnSample"/> is called; null for never.</summary>
    public SimDuration? SampleEvery { get; init; }

    /// <summary>Whether to tell what the devices' time and energy went to, operator by operator; it takes time for every iteration.</summary>
    /// <value>False.</value>
    public bool Operators { get; init; }

    /// <summary>Called now and then with the number of requests that have ended; null for none. It cannot change the run.</summary>
    public Action<long>? Progress { get; init; }
}
