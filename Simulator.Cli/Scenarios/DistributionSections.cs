using Simulator.Core.Time;

namespace Simulator.Cli.Scenarios;

/// <summary>An arrival process.</summary>
internal abstract record ArrivalSection
{
    internal sealed record Constant(double RequestsPerSecond) : ArrivalSection;

    internal sealed record Poisson(double RequestsPerSecond) : ArrivalSection;

    /// <summary>Gamma gaps whose coefficient of variation is <c>Cv</c>.</summary>
    internal sealed record Gamma(double RequestsPerSecond, double Cv) : ArrivalSection;

    /// <summary>Weibull gaps: a shape below 1 is bursty, 1 is Poisson.</summary>
    internal sealed record WeibullOfShape(double RequestsPerSecond, double Shape) : ArrivalSection;

    /// <summary>Weibull gaps whose coefficient of variation is <c>Cv</c>.</summary>
    internal sealed record WeibullOfCv(double RequestsPerSecond, double Cv) : ArrivalSection;

    /// <summary>Poisson arrivals at one rate in bursts and at another between them.</summary>
    internal sealed record OnOff(double OnRate, SimDuration On, SimDuration Off, double OffRate = 0) : ArrivalSection;

    /// <summary>Arrivals whose rate follows the hour of the day: <c>Profile</c> weighs each, from midnight.</summary>
    /// <param name="RequestsPerSecond">Mean rate over a day.</param>
    /// <param name="Profile">24 weights.</param>
    /// <param name="Cv">Coefficient of variation of the gaps on the clock of the profile; 1 is Poisson.</param>
    internal sealed record Diurnal(double RequestsPerSecond, IReadOnlyList<double> Profile, double Cv = 1) : ArrivalSection;
}

/// <summary>A distribution of lengths in tokens, or of counts.</summary>
internal abstract record LengthSection
{
    internal sealed record Fixed(int Tokens) : LengthSection;

    internal sealed record Uniform(int Least, int Most) : LengthSection;

    /// <summary>Zipf on 1 … <c>Most</c>.</summary>
    internal sealed record Zipf(double Exponent, int Most) : LengthSection;

    /// <param name="Mean">Mean in tokens, before the cut at <c>Most</c>.</param>
    /// <param name="Cv">Coefficient of variation.</param>
    /// <param name="Most">Longer draws are cut to this; null for no cut.</param>
    internal sealed record LogNormal(double Mean, double Cv, int? Most) : LengthSection;

    /// <summary>1, 2, 3, …: as many as there are trials up to the first success.</summary>
    internal sealed record Geometric(double Mean) : LengthSection;

    /// <summary>Lengths as they occur in a trace.</summary>
    internal sealed record Empirical(string TraceFile) : LengthSection;
}

/// <summary>How long prompts and outputs are.</summary>
internal abstract record LengthPairSection
{
    /// <summary>Prompts and outputs that do not depend on each other.</summary>
    internal sealed record Independent(LengthSection Prompt, LengthSection Output) : LengthPairSection;

    /// <summary>Pairs as they occur in a trace.</summary>
    internal sealed record Recorded(string TraceFile) : LengthPairSection;
}

/// <summary>A distribution of spans of time.</summary>
internal abstract record SpanSection
{
    internal sealed record Fixed(SimDuration Span) : SpanSection;

    internal sealed record Exponential(SimDuration Mean) : SpanSection;

    internal sealed record Gamma(SimDuration Mean, double Cv) : SpanSection;

    internal sealed record Weibull(SimDuration Mean, double Cv) : SpanSection;

    internal sealed record LogNormal(SimDuration Median, SimDuration P90) : SpanSection;
}
