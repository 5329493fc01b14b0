using Simulator.Core.Time;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;

namespace Simulator.Cli.Validation.Measured;

/// <summary>What a server takes beside what its device takes, in seconds.</summary>
/// <param name="HostPerIteration">Host time of an iteration.</param>
/// <param name="HostPerSequence">Host time of a sequence in an iteration.</param>
/// <param name="Launch">Host time of a kernel that no CUDA graph launches, the framework's way to it included.</param>
/// <param name="Request">From the arrival of a request until the scheduler sees it: HTTP and tokenising.</param>
internal sealed record ServerTimes(double HostPerIteration, double HostPerSequence, double Launch, double Request)
{
    /// <summary>What an overlapping scheduler does not hide.</summary>
    public HostPart Exposed { get; init; }

    /// <summary>The times of a profile.</summary>
    public static ServerTimes Of(HostProfile host) => new(host.IterationSeconds, host.SequenceSeconds, host.LaunchSeconds, host.RequestSeconds)
    {
        Exposed = new(host.ExposedSeconds, host.ExposedSequenceSeconds),
    };

    /// <summary>The pool with these times.</summary>
    public PoolSpec ApplyTo(PoolSpec pool) => pool with
    {
        Engine = pool.Engine with { RequestOverhead = SimDuration.FromSeconds(Request) },
        Roofline = pool.Roofline with
        {
            Host = pool.Roofline.Host.WithTotal(HostPerIteration, HostPerSequence) with { Exposed = Exposed }, Graphs = pool.Roofline.Graphs with { LaunchSeconds = Launch },
        },
    };
}
