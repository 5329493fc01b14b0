using Simulator.Cli.Reading;
using Simulator.Core.Time;

namespace Simulator.Cli.Scenarios;

internal static partial class ScenarioReader
{
    private const int HoursPerDay = 24;

    /// <summary>Bursts with fewer requests than this in the mean would take for ever to make one.</summary>
    private const double LeastRequestsPerBurst = 0.001;

    /// <summary>An arrival process.</summary>
    internal static ArrivalSection ReadArrivals(Cursor arrivals)
    {
        _ = arrivals.One(["constant", "poisson", "gamma", "weibull", "onOff", "diurnal"], required: true);
        double? constant = arrivals.Optional("constant", Rate());
        double? poisson = arrivals.Optional("poisson", Rate());
        ArrivalSection.Gamma? gamma = arrivals.Map("gamma", of => new ArrivalSection.Gamma(MeanRate(of),
            of.Required("cv", Spread(), "the coefficient of variation of the gaps; 1 is Poisson, more is burstier")));
        ArrivalSection? weibull = arrivals.Map("weibull", ReadWeibull);
        ArrivalSection.OnOff? onOff = arrivals.Map("onOff", ReadOnOff);
        ArrivalSection.Diurnal? diurnal = arrivals.Map("diurnal", ReadDiurnal);
        if (constant is { } every) return new ArrivalSection.Constant(every);
        if (poisson is { } mean) return new ArrivalSection.Poisson(mean);
        return gamma ?? weibull ?? onOff ?? (ArrivalSection?)diurnal ?? new ArrivalSection.Poisson(1);
    }

    private static ArrivalSection ReadWeibull(Cursor weibull)
    {
        double rate = MeanRate(weibull);
        _ = weibull.One(["shape", "cv"], required: true);
        double? shape = weibull.Optional("shape", Values.Number(0.1, 100));
        double cv = weibull.Optional("cv", Spread(), 1);
        return shape is { } given ? new ArrivalSection.WeibullOfShape(rate, given) : new ArrivalSection.WeibullOfCv(rate, cv);
    }

    private static ArrivalSection.OnOff ReadOnOff(Cursor onOff)
    {
        var section = new ArrivalSection.OnOff(
            onOff.Required("rate", Rate(), "the rate in a burst, such as 20/s"),
            onOff.Required("on", Quantities.Duration(positive: true), "the mean length of a burst"),
            onOff.Required("off", Quantities.Duration(positive: true), "the mean pause between bursts"),
            onOff.Optional("offRate", Rate(), 0));
        if (section.OnRate > 0 && section.On > SimDuration.Zero && section.OnRate * section.On.ToSeconds() < LeastRequestsPerBurst)
            onOff.Fault("on", $"such a burst has less than {LeastRequestsPerBurst} requests in the mean; make it longer or the rate higher");
        return section;
    }

    private static ArrivalSection.Diurnal ReadDiurnal(Cursor diurnal)
    {
        double rate = diurnal.Required("rate", Rate(), "the mean rate over a day, such as 5/s");
        double cv = diurnal.Optional("cv", Spread(), 1);
        IReadOnlyList<double> profile = diurnal.Many("profile", Values.Number(0, 1e9));
        if (!diurnal.Has("profile"))
            diurnal.Fault($"'profile' is missing; it is a list of {HoursPerDay} weights, one for each hour from midnight");
        else if (profile.Count != HoursPerDay)
            diurnal.Fault("profile", $"expected {HoursPerDay} weights, one for each hour from midnight, got {profile.Count}");
        else if (profile.All(weight => weight == 0)) diurnal.Fault("profile", "all weights are 0; at least one hour must be above");
        return new ArrivalSection.Diurnal(rate, profile, cv);
    }

    private static LengthPairSection ReadLengths(Cursor kind)
    {
        string? recorded = kind.Optional("lengths", Values.Text("the path of a trace whose lengths are drawn"), null!);
        if (!kind.Has("lengths")) return new LengthPairSection.Independent(ReadLength(kind, "prompt"), ReadLength(kind, "output"));
        kind.Refuse(["prompt", "output"], "'lengths' draws prompts with their outputs from a trace; keep one of the two");
        return new LengthPairSection.Recorded(kind.Resolve(recorded ?? ""));
    }

    private static LengthSection ReadLength(Cursor of, string key)
    {
        if (!of.Has(key))
            of.Fault($"'{key}' is missing; it is a number of {(key == "turns" ? "turns" : "tokens")}, or a distribution such as {Example(key)}");
        return of.MapOrValue(key, ReadLength, FixedTokens) ?? new LengthSection.Fixed(1);

        static string Example(string key) => key == "turns" ? "{ geometric: 2.9 }" : "{ logNormal: { mean: 1000, cv: 1.2 } }";
    }

    /// <summary>A distribution of lengths.</summary>
    internal static LengthSection ReadLength(Cursor length)
    {
        _ = length.One(["fixed", "uniform", "zipf", "logNormal", "geometric", "empirical"], required: true);
        int? tokens = length.Optional("fixed", Tokens());
        LengthSection.Uniform? uniform = length.Map("uniform", ReadUniform);
        LengthSection.Zipf? zipf = length.Map("zipf", of => new LengthSection.Zipf(
            of.Required("exponent", Values.Number(0.01, 100), "the exponent of the rank, such as 1.1"),
            of.Required("max", Tokens(), "the longest length in tokens")));
        LengthSection.LogNormal? logNormal = length.Map("logNormal", of => new LengthSection.LogNormal(
            of.Required("mean", MeanTokens(), "the mean length in tokens"),
            of.Required("cv", Spread(), "the coefficient of variation"),
            of.Optional("max", Tokens())));
        double? geometric = length.Optional("geometric", MeanTokens());
        string? empirical = length.Optional("empirical", Values.Text("the path of a trace whose lengths are drawn"), null!);
        if (tokens is { } count) return new LengthSection.Fixed(count);
        if (geometric is { } mean) return new LengthSection.Geometric(mean);
        if (empirical is not null) return new LengthSection.Empirical(length.Resolve(empirical));
        return uniform ?? zipf ?? (LengthSection?)logNormal ?? new LengthSection.Fixed(1);
    }

    private static LengthSection.Uniform ReadUniform(Cursor uniform)
    {
        int least = uniform.Required("min", Tokens(), "the shortest length in tokens");
        int most = uniform.Required("max", Tokens(), "the longest length in tokens");
        if (most > 0 && most < least) uniform.Fault("max", $"it is below 'min', {least}");
        return new LengthSection.Uniform(least, most);
    }

    private static SpanSection ReadSpan(Cursor span)
    {
        _ = span.One(["fixed", "exponential", "gamma", "weibull", "logNormal"], required: true);
        SimDuration? same = span.Optional("fixed", Quantities.Duration());
        SimDuration? exponential = span.Optional("exponential", Quantities.Duration(positive: true));
        SpanSection.Gamma? gamma = span.Map("gamma", of => new SpanSection.Gamma(Mean(of), Cv(of)));
        SpanSection.Weibull? weibull = span.Map("weibull", of => new SpanSection.Weibull(Mean(of), Cv(of)));
        SpanSection.LogNormal? logNormal = span.Map("logNormal", ReadLogNormalSpan);
        if (same is { } every) return new SpanSection.Fixed(every);
        if (exponential is { } mean) return new SpanSection.Exponential(mean);
        return gamma ?? weibull ?? (SpanSection?)logNormal ?? new SpanSection.Fixed(default);

        static SimDuration Mean(Cursor of) => of.Required("mean", Quantities.Duration(positive: true), "the mean, such as 30s");

        static double Cv(Cursor of) => of.Required("cv", Spread(), "the coefficient of variation");
    }

    private static SpanSection.LogNormal ReadLogNormalSpan(Cursor logNormal)
    {
        SimDuration median = logNormal.Required("median", Quantities.Duration(positive: true), "the median, such as 116s");
        SimDuration p90 = logNormal.Required("p90", Quantities.Duration(positive: true), "the 90th percentile, such as 1372s");
        if (p90 > SimDuration.Zero && p90 < median) logNormal.Fault("p90", $"it is below the median, {median}");
        return new SpanSection.LogNormal(median, p90);
    }

    /// <summary>A number of tokens alone, for a length that is always the same.</summary>
    internal static bool FixedTokens(string text, out LengthSection value, out string fault)
    {
        bool read = Tokens()(text, out int tokens, out fault);
        value = new LengthSection.Fixed(tokens);
        return read;
    }

    private static bool FixedSpan(string text, out SpanSection value, out string fault)
    {
        bool read = Quantities.Duration()(text, out SimDuration span, out fault);
        value = new SpanSection.Fixed(span);
        return read;
    }

    private static double MeanRate(Cursor of) => of.Required("rate", Rate(), "the mean rate, such as 5/s");

    private static ValueReader<double> Spread() => Values.Number(0.02, 100);

    private static ValueReader<int> Tokens() => Values.Whole(1, KnownLimits.MostTokens);

    private static ValueReader<double> MeanTokens() => Values.Number(1, KnownLimits.MostTokens);

    /// <summary>A rate whose gaps are not lost between two nanoseconds.</summary>
    internal static ValueReader<double> Rate() => (string text, out double value, out string fault) =>
    {
        if (!Quantities.Rate()(text, out value, out fault)) return false;
        fault = $"'{text}' is too fast: rates go up to {KnownLimits.MostRequestsPerSecond}/s";
        return value <= KnownLimits.MostRequestsPerSecond;
    };
}
