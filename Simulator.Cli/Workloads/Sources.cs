using Simulator.Cli.Faults;
using Simulator.Cli.Scenarios;
using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Arrivals;
using Simulator.Workloads.Generators;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Sessions;
using Simulator.Workloads.Traces;

namespace Simulator.Cli.Workloads;

/// <summary>Opens the sources of requests that scenarios name.</summary>
internal static class Sources
{
    private const long MostSessionsWithoutATurn = 1_000_000;

    /// <summary>The requests of a source. The first of a recorded trace arrives at 0; made ones start their clock at 0, which is 0:00.</summary>
    /// <exception cref="TraceFormatException">A file cannot be read.</exception>
    public static Trace Open(SourceSection section, ulong seed) => section switch
    {
        TraceSection trace => Open(trace),
        GeneratorSection generator => Made(Generate(generator, seed), generator),
        BurstGptSection burstGpt => Made(BurstGptOf(burstGpt).ToTrace(seed), burstGpt),
        MooncakeSection mooncake => Made(MooncakeOf(mooncake).ToTrace(seed), mooncake),
        SessionsSection sessions => Made(Trace.From(PlannedTurns(sessions, seed), "session trace"), sessions),
        ServeGenSection serveGen => ServeGenClients.Open(serveGen.Clients, serveGen.Lengths).ToTrace(seed, serveGen.RequestsPerSecond).KeepClock(),
        FitSection fit => TraceFit.Load(fit.File).ToTrace(seed, fit.Scale, fit.Gaps).KeepClock(),
        _ => throw new ArgumentOutOfRangeException(nameof(section), section, "There is no such source."),
    };

    /// <summary>What the conversations of a scenario are like.</summary>
    public static SessionProfile ProfileOf(SessionsSection section) => new()
    {
        Turns = Distributions.Of(section.Turns, Recorded.Outputs),
        NewInput = Distributions.Of(section.NewInput, Recorded.Prompts),
        Output = Distributions.Of(section.Output, Recorded.Outputs),
        Think = Distributions.Of(section.Think),
        SystemPromptTokens = section.SystemPrompt,
        MaxContextTokens = section.MaxContext ?? KnownLimits.MostTokens,
        Model = section.Model,
        Class = section.Class,
    };

    private static Trace Open(TraceSection section)
    {
        TraceFormat format = section.Format is null ? TraceFormat.Auto : KnownNames.TraceFormats.Single(known => known.Name == section.Format).Value;
        Trace trace = Trace.Open(section.File, format, section.Columns, section.Disorder);
        return section.KeepClock ? trace.KeepClock() : trace;
    }

    private static Trace Made(Trace endless, EndlessSection section)
    {
        Trace made = section.Requests is { } requests ? endless.Take(requests) : endless;
        return (section.Duration is { } duration ? Trace.From(Until(made, SimTime.Zero + duration), made.Name) : made).KeepClock();
    }

    /// <summary>Requests of a closed loop come without arrivals: its clients make them.</summary>
    private static Trace Generate(GeneratorSection section, ulong seed)
    {
        IArrivalProcess arrivals = section.Arrivals is { } given ? Distributions.Of(given) : new ConstantArrivals(1);
        return SyntheticTrace.Of(arrivals, [.. section.Kinds.Select(KindOf)], seed).KeepClock();
    }

    private static RequestClass KindOf(KindSection kind) => new(kind.Class, Distributions.Of(kind.Lengths))
    {
        Model = kind.Model,
        Priority = kind.Priority,
        Share = kind.Share,
    };

    private static BurstGptGenerator BurstGptOf(BurstGptSection section)
    {
        var generator = new BurstGptGenerator { Release = section.Release };
        return section.RequestsPerSecond is { } rate ? generator with { Rate = rate } : generator;
    }

    private static MooncakeGenerator MooncakeOf(MooncakeSection section)
    {
        var generator = new MooncakeGenerator();
        return section.RequestsPerSecond is { } rate ? generator with { Rate = rate } : generator;
    }

    private static IEnumerable<Request> PlannedTurns(SessionsSection section, ulong seed)
    {
        var starts = new CountedStarts(Distributions.Of(section.Starts));
        var reply = new ResponseEstimate(section.Planned!.PerRequest, section.Planned.PerOutputToken);
        foreach (Request turn in SessionTrace.Of(starts, ProfileOf(section), reply, seed).KeepClock())
        {
            starts.SinceLastTurn = 0;
            yield return turn;
        }
    }

    private static IEnumerable<Request> Until(IEnumerable<Request> requests, SimTime end)
    {
        bool any = false;
        foreach (Request request in requests)
        {
            if (request.Arrival >= end) break;
            any = true;
            yield return request;
        }

        if (!any) throw new InputException($"workload: no request arrives within {end}; make the duration longer or the rate higher");
    }

    /// <summary>Starts of sessions, which end in a fault when no session has a turn that fits.</summary>
    private sealed class CountedStarts(IArrivalProcess starts) : IArrivalProcess
    {
        public double Rate => starts.Rate;

        public long SinceLastTurn { get; set; }

        public IEnumerable<SimTime> Arrivals(RandomStream random)
        {
            foreach (SimTime start in starts.Arrivals(random))
            {
                if (++SinceLastTurn > MostSessionsWithoutATurn)
                    throw new InputException("workload.sessions: no turn fits in 'maxContext'; make it larger or the prompts shorter");
                yield return start;
            }
        }
    }
}
