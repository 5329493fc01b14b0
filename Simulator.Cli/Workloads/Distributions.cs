using Simulator.Cli.Faults;
using Simulator.Cli.Scenarios;
using Simulator.Workloads.Arrivals;
using Simulator.Workloads.Lengths;
using Simulator.Workloads.Spans;
using Simulator.Workloads.Traces;

namespace Simulator.Cli.Workloads;

/// <summary>Which lengths of a recorded trace are drawn.</summary>
internal enum Recorded
{
    Prompts,
    Outputs,
}

/// <summary>Makes the distributions that scenarios describe.</summary>
internal static class Distributions
{
    /// <summary>An arrival process.</summary>
    public static IArrivalProcess Of(ArrivalSection section) => section switch
    {
        ArrivalSection.Constant constant => new ConstantArrivals(constant.RequestsPerSecond),
        ArrivalSection.Poisson poisson => new PoissonArrivals(poisson.RequestsPerSecond),
        ArrivalSection.Gamma gamma => new GammaArrivals(gamma.RequestsPerSecond, gamma.Cv),
        ArrivalSection.WeibullOfShape weibull => WeibullArrivals.OfShape(weibull.RequestsPerSecond, weibull.Shape),
        ArrivalSection.WeibullOfCv weibull => new WeibullArrivals(weibull.RequestsPerSecond, weibull.Cv),
        ArrivalSection.OnOff bursts => new OnOffArrivals(bursts.OnRate, bursts.On, bursts.Off, bursts.OffRate),
        ArrivalSection.Diurnal day => new DiurnalArrivals(StationaryOf(day), day.Profile),
        _ => throw new ArgumentOutOfRangeException(nameof(section), section, "There is no such arrival process."),
    };

    /// <summary>A distribution of lengths.</summary>
    /// <param name="section">What the scenario says.</param>
    /// <param name="recorded">What to draw where the lengths are those of a trace.</param>
    public static ILengthDistribution Of(LengthSection section, Recorded recorded) => section switch
    {
        LengthSection.Fixed same => new FixedLength(same.Tokens),
        LengthSection.Uniform uniform => new UniformLength(uniform.Least, uniform.Most),
        LengthSection.Zipf zipf => new ZipfLength(zipf.Exponent, zipf.Most),
        LengthSection.LogNormal normal => LogNormalLength.OfMean(normal.Mean, normal.Cv, normal.Most ?? KnownLimits.MostTokens),
        LengthSection.Geometric geometric => new GeometricLength(geometric.Mean, KnownLimits.MostTokens),
        LengthSection.Empirical file when recorded == Recorded.Prompts => LengthsOf(file.TraceFile).Prompts,
        LengthSection.Empirical file => LengthsOf(file.TraceFile).Outputs,
        _ => throw new ArgumentOutOfRangeException(nameof(section), section, "There is no such distribution of lengths."),
    };

    /// <summary>Prompts and outputs.</summary>
    public static IRequestLengths Of(LengthPairSection section) => section switch
    {
        LengthPairSection.Independent pair => new IndependentLengths(Of(pair.Prompt, Recorded.Prompts), Of(pair.Output, Recorded.Outputs)),
        LengthPairSection.Recorded file => LengthsOf(file.TraceFile),
        _ => throw new ArgumentOutOfRangeException(nameof(section), section, "There is no such pair of lengths."),
    };

    /// <summary>A distribution of spans of time.</summary>
    public static ISpanDistribution Of(SpanSection section) => section switch
    {
        SpanSection.Fixed same => new FixedSpan(same.Span),
        SpanSection.Exponential exponential => new ExponentialSpan(exponential.Mean.ToSeconds()),
        SpanSection.Gamma gamma => new GammaSpan(gamma.Mean.ToSeconds(), gamma.Cv),
        SpanSection.Weibull weibull => new WeibullSpan(weibull.Mean.ToSeconds(), weibull.Cv),
        SpanSection.LogNormal normal => LogNormalSpan.OfQuantiles(normal.Median, normal.P90),
        _ => throw new ArgumentOutOfRangeException(nameof(section), section, "There is no such distribution of spans."),
    };

    private static IArrivalProcess StationaryOf(ArrivalSection.Diurnal day) =>
        day.Cv == 1 ? new PoissonArrivals(day.RequestsPerSecond) : new GammaArrivals(day.RequestsPerSecond, day.Cv);

    private static EmpiricalLengths LengthsOf(string file)
    {
        try
        {
            return new EmpiricalLengths(Trace.Open(file));
        }
        catch (ArgumentException)
        {
            throw new InputException($"{file}: all its requests are failures, so that it has no lengths to draw; name another trace");
        }
    }
}
