using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Arrivals;
using Simulator.Workloads.Clients;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Cli.Validation.Measured.BenchmarkRuns;

/// <summary>One whole run of a serving benchmark: what its client sent, and the means of what it saw.</summary>
/// <param name="Name">Name of the run.</param>
/// <param name="Requests">Lengths of the requests that completed, in the order in which they were sent.</param>
/// <param name="TtftSeconds">Mean time to the first token, above 0.</param>
/// <param name="TpotSeconds">Mean time per output token after it; 0 where no request had a second one.</param>
internal sealed record BenchmarkRun(string Name, IReadOnlyList<(int Prompt, int Output)> Requests, double TtftSeconds, double TpotSeconds)
{
    /// <summary>Requests that are out at a time at most (<c>max_concurrency</c>); null for no bound.</summary>
    public int? Concurrency { get; init; }

    /// <summary>Mean requests a second (<c>request_rate</c>); null for all at once, or as slots come free.</summary>
    public double? Rate { get; init; }

    /// <summary>Shape of the Gamma gaps (<c>burstiness</c>): 1 is a Poisson process, less is burstier.</summary>
    public double Burstiness { get; init; } = 1;

    /// <summary>When each request was sent, seconds since the first; null where it was not recorded.</summary>
    public IReadOnlyList<double>? Starts { get; init; }

    /// <summary>The requests as the client sent them.</summary>
    /// <remarks>
    /// Of a rate the times are drawn again, and stretched so that the last comes at requests ÷ rate, as the client does; a bound on the requests that are
    /// out counts where there is no rate. Recorded times go before both.
    /// </remarks>
    public IWorkload Workload()
    {
        if (Starts is null && Rate is null && Concurrency is { } users)
            return new ClosedLoopWorkload(Of(new SimTime[Requests.Count]), users);
        return new TraceWorkload(Of(Starts is null ? Arrivals() : [.. Starts.Select(SimTime.FromSeconds)]).OrderBy(request => request.Arrival));
    }

    private IEnumerable<Request> Of(SimTime[] arrivals) => Requests.Select((lengths, i) => new Request
    {
        // Benchmarks ask for as many tokens as they count, and have the end-of-sequence token ignored.
        Id = i, Arrival = arrivals[i], PromptTokens = lengths.Prompt, OutputTokens = lengths.Output, MaxOutputTokens = lengths.Output,
    });

    private SimTime[] Arrivals()
    {
        if (Rate is not { } rate)
            return new SimTime[Requests.Count];
        double[] drawn =
        [
            .. new GammaArrivals(rate, 1 / Math.Sqrt(Burstiness)).Arrivals(new RandomStreams(0).Stream("benchmark/" + Name))
                .Take(Requests.Count).Select(arrival => (arrival - SimTime.Zero).ToSeconds()),
        ];
        double stretch = drawn[^1] > 0 ? Requests.Count / rate / drawn[^1] : 1;
        return [.. drawn.Select(arrival => SimTime.FromSeconds(arrival * stretch))];
    }
}
