using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Arrivals;
using Simulator.Workloads.Lengths;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Workloads.Generators;

/// <summary>Traces made of an arrival process and distributions of lengths. They have no end: cut them with Take or Window.</summary>
/// <example><code>
/// Trace trace = SyntheticTrace.Of(new GammaArrivals(rate: 4, cv: 2), IndependentLengths.Fixed(512, 128), seed: 42).Take(10_000);
/// </code></example>
public static class SyntheticTrace
{
    /// <summary>Requests of one kind.</summary>
    /// <param name="arrivals">When they arrive.</param>
    /// <param name="lengths">How long they are.</param>
    /// <param name="seed">The same seed gives the same trace on every platform.</param>
    public static Trace Of(IArrivalProcess arrivals, IRequestLengths lengths, ulong seed) => Of(arrivals, [new RequestClass("", lengths)], seed);

    /// <summary>A mix of several kinds, each request of one of them at random.</summary>
    /// <param name="arrivals">When requests arrive.</param>
    /// <param name="mix">The kinds, at least one.</param>
    /// <param name="seed">The same seed gives the same trace on every platform.</param>
    /// <exception cref="ArgumentException">There is no kind, or a share is not a number above 0.</exception>
    public static Trace Of(IArrivalProcess arrivals, IReadOnlyList<RequestClass> mix, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(arrivals);
        ArgumentNullException.ThrowIfNull(mix);
        var choice = new WeightedChoice([.. mix.Select(kind => kind.Share)]);
        return Trace.From(Requests(arrivals, [.. mix], choice, new RandomStreams(seed)), "synthetic trace");
    }

    private static IEnumerable<Request> Requests(IArrivalProcess arrivals, RequestClass[] mix, WeightedChoice choice, RandomStreams streams)
    {
        RandomStream kinds = streams.Stream("classes");
        RandomStream lengths = streams.Stream("lengths");
        long id = 0;
        foreach (SimTime arrival in arrivals.Arrivals(streams.Stream("arrivals")))
        {
            RequestClass kind = mix[choice.Next(kinds)];
            (int prompt, int output) = kind.Lengths.Next(lengths);
            yield return new Request
            {
                Id = id++,
                Arrival = arrival,
                PromptTokens = prompt,
                OutputTokens = output,
                Model = kind.Model,
                Class = kind.Name,
                Priority = kind.Priority,
            };
        }
    }
}
