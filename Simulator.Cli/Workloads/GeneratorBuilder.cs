using Simulator.Cli.Faults;
using Simulator.Cli.Scenarios;
using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Arrivals;
using Simulator.Workloads.Generators;
using Simulator.Workloads.Lengths;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;
using Arrivals = Simulator.Workloads.Arrivals;
using Lengths = Simulator.Workloads.Lengths;

namespace Simulator.Cli.Workloads;

/// <summary>Makes the generated requests that a scenario describes.</summary>
internal static class GeneratorBuilder
{
    /// <summary>Requests on a clock that starts at 0, which is 0:00 for a profile of the day.</summary>
    public static Trace Create(GeneratorSection section, ulong seed)
    {
        var lengths = new IndependentLengths(LengthsOf(section.Prompt, prompt: true), LengthsOf(section.Output, prompt: false));
        var kind = new RequestClass(section.Class, lengths) { Model = section.Model };
        Trace trace = SyntheticTrace.Of(ArrivalsOf(section.Arrivals), [kind], seed).KeepClock();
        if (section.Requests is { } requests) trace = trace.Take(requests);
        return section.Duration is { } duration ? Trace.From(Until(trace, SimTime.Zero + duration), trace.Name).KeepClock() : trace;
    }

    /// <summary>An arrival process; requests of a closed loop come without one, and their clients make their arrivals.</summary>
    private static IArrivalProcess ArrivalsOf(ArrivalSection? section) => section switch
    {
        null => new Arrivals.ConstantArrivals(1),
        Scenarios.ConstantArrivals constant => new Arrivals.ConstantArrivals(constant.RequestsPerSecond),
        Scenarios.PoissonArrivals poisson => new Arrivals.PoissonArrivals(poisson.RequestsPerSecond),
        Scenarios.GammaArrivals gamma => new Arrivals.GammaArrivals(gamma.RequestsPerSecond, gamma.Cv),
        Scenarios.WeibullArrivals weibull => new Arrivals.WeibullArrivals(weibull.RequestsPerSecond, CvOfWeibull(weibull.Shape)),
        Scenarios.OnOffArrivals onOff => new Arrivals.OnOffArrivals(onOff.RequestsPerSecond, onOff.On, onOff.Off),
        Scenarios.DiurnalArrivals diurnal => new Arrivals.DiurnalArrivals(new Arrivals.PoissonArrivals(diurnal.RequestsPerSecond), diurnal.Profile),
        _ => throw new ArgumentOutOfRangeException(nameof(section), section, "There is no such arrival process."),
    };

    private static ILengthDistribution LengthsOf(LengthSection section, bool prompt) => section switch
    {
        Scenarios.FixedLength same => new Lengths.FixedLength(same.Tokens),
        Scenarios.UniformLength uniform => new Lengths.UniformLength(uniform.Least, Math.Min(uniform.Most, KnownLimits.MostTokens)),
        Scenarios.ZipfLength zipf => new Lengths.ZipfLength(zipf.Exponent, zipf.Most),
        Scenarios.LogNormalLength normal => LogNormalOf(normal),
        EmpiricalLength recorded => new RecordedLength(new EmpiricalLengths(Trace.Open(recorded.TraceFile)), prompt),
        _ => throw new ArgumentOutOfRangeException(nameof(section), section, "There is no such distribution of lengths."),
    };

    private static Lengths.LogNormalLength LogNormalOf(Scenarios.LogNormalLength section)
    {
        double variance = DeterministicMath.Log1p(section.Cv * section.Cv);
        double mu = DeterministicMath.Log(section.Mean) - (variance / 2);
        return new Lengths.LogNormalLength(mu, Math.Sqrt(variance), section.Most ?? KnownLimits.MostTokens);
    }

    /// <summary>CV² = Γ(1 + 2/k) / Γ(1 + 1/k)² − 1.</summary>
    private static double CvOfWeibull(double shape) => Math.Sqrt(
        DeterministicMath.Expm1(DeterministicMath.LogGamma(1 + (2 / shape)) - (2 * DeterministicMath.LogGamma(1 + (1 / shape)))));

    private static IEnumerable<Request> Until(IEnumerable<Request> requests, SimTime end)
    {
        bool any = false;
        foreach (Request request in requests)
        {
            if (request.Arrival >= end) break;
            any = true;
            yield return request;
        }

        if (!any) throw new InputException($"workload.generate: no request arrives within {end}; make 'duration' longer or the rate higher");
    }

    /// <summary>The prompts, or the outputs, of recorded requests.</summary>
    private sealed class RecordedLength(EmpiricalLengths recorded, bool prompt) : ILengthDistribution
    {
        public int Next(RandomStream random)
        {
            (int promptTokens, int outputTokens) = recorded.Next(random);
            return prompt ? promptTokens : outputTokens;
        }
    }
}
