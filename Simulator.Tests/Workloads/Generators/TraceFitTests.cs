using Simulator.Core.Time;
using Simulator.Tests.Workloads.Traces;
using Simulator.Workloads.Arrivals;
using Simulator.Workloads.Generators;
using Simulator.Workloads.Lengths;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Workloads.Generators;

public class TraceFitTests
{
    private static readonly SimDuration Minute = 60.Seconds();

    private static Trace At(params double[] seconds) => Trace.From(
        seconds.Select((s, i) => new Request { Id = i, Arrival = SimTime.FromSeconds(s), PromptTokens = 10, OutputTokens = 1 }), "made");

    [Test]
    public void Of_SmallTrace_HasTheMomentsOfEachWindow()
    {
        TraceFit fit = TraceFit.Of(At(0, 10, 20, 50, 130, 131, 200), Minute);

        Assert.That(fit.Windows.Select(w => w.Requests), Is.EqualTo(new[] { 4, 0, 2, 1 }));
        Assert.That(fit.SpanSeconds, Is.EqualTo(200));
        Assert.That(fit.Windows[0].MeanGapSeconds, Is.EqualTo(50.0 / 3).Within(1e-9));
        double cv = Math.Sqrt(((10 - (50 / 3.0)) * (10 - (50 / 3.0)) * 2 / 3) + ((30 - (50 / 3.0)) * (30 - (50 / 3.0)) / 3)) / (50 / 3.0);
        Assert.That(fit.Windows[0].Cv, Is.EqualTo(cv).Within(1e-9));
        Assert.That(fit.Windows[0].Alpha, Is.EqualTo(1 / (cv * cv)).Within(1e-9));
        Assert.That(fit.Windows[0].Beta, Is.EqualTo(1 / (cv * cv) / (50 / 3.0)).Within(1e-9));
        Assert.That(fit.Windows[1].MeanGapSeconds, Is.Null);
        Assert.That((fit.Windows[2].MeanGapSeconds, fit.Windows[2].Cv), Is.EqualTo(((double?)1, (double?)null)), "below three requests the mean alone");
        Assert.That((fit.Windows[3].MeanGapSeconds, fit.Windows[3].Alpha), Is.EqualTo(((double?)null, (double?)null)));
    }

    [Test]
    public void Of_EqualGaps_HasNoShape()
    {
        FittedWindow window = TraceFit.Of(At(0, 10, 20, 30), Minute).Windows.Single();

        Assert.That((window.Cv, window.Alpha, window.WeibullShape), Is.EqualTo(((double?)0, (double?)null, (double?)null)));
    }

    [TestCase(0.5)]
    [TestCase(3)]
    public void Of_GammaProcess_RecoversItsShape(double cv)
    {
        Trace trace = SyntheticTrace.Of(new GammaArrivals(50, cv), IndependentLengths.Fixed(10, 10), seed: 3).Take(150_000);

        FittedWindow window = TraceFit.Of(trace, 10.Hours()).Windows.Single();

        Assert.That(window.Alpha, Is.EqualTo(1 / (cv * cv)).Within(4).Percent);
        Assert.That(window.Beta, Is.EqualTo(50 / (cv * cv)).Within(4).Percent);
    }

    [Test]
    public void Of_WeibullProcess_RecoversItsShape()
    {
        Trace trace = SyntheticTrace.Of(WeibullArrivals.OfShape(50, 0.6), IndependentLengths.Fixed(10, 10), seed: 3).Take(150_000);

        FittedWindow window = TraceFit.Of(trace, 10.Hours()).Windows.Single();

        Assert.That(window.WeibullShape, Is.EqualTo(0.6).Within(3).Percent);
        Assert.That(window.WeibullScaleSeconds, Is.EqualTo(1 / (50 * MathNet.Numerics.SpecialFunctions.Gamma(1 + (1 / 0.6)))).Within(4).Percent);
    }

    [TestCase("data/traces/azure2023_code.csv.gz", 0.231, 0.419)]
    [TestCase("data/traces/azure2023_conv.csv.gz", 0.871, null)]
    public void Of_Azure_ComparesWithThePublishedFits(string file, double gammaShape, double? weibullShape)
    {
        Trace trace = Trace.Open(SharedData.Path(file));
        TraceDescription original = TraceDescription.Of(trace);
        TraceFit fit = TraceFit.Of(trace, Minute);

        TraceDescription made = TraceDescription.Of(fit.ToTrace(seed: 1));

        Assert.That(made.Requests, Is.EqualTo(original.Requests));
        Assert.That(made.Prompt!.Mean, Is.EqualTo(original.Prompt!.Mean).Within(3).Percent);
        Assert.That(made.Output!.Mean, Is.EqualTo(original.Output!.Mean).Within(6).Percent);
        Assert.That(made.Span.ToSeconds(), Is.EqualTo(original.Span.ToSeconds()).Within(60));
        double overall = 1 / (original.GapCv!.Value * original.GapCv.Value);
        Assert.That(gammaShape, Is.GreaterThan(overall), "maximum likelihood and moments differ where the tail is heavy");
        Assert.That(fit.Windows.Where(w => w.WeibullShape != null).Select(w => w.WeibullShape!.Value).Order().ElementAt(fit.Windows.Count / 2), Is.EqualTo(weibullShape ?? 0.95).Within(0.35));
    }

    [Test]
    public void ToTrace_Scale_MultipliesEachWindow()
    {
        Trace trace = SyntheticTrace.Of(new GammaArrivals(2, 2), IndependentLengths.Fixed(10, 10), seed: 3).Take(20_000);
        TraceFit fit = TraceFit.Of(trace, Minute);

        Assert.That(fit.ToTrace(seed: 1).Count(), Is.EqualTo(20_000));
        Assert.That(fit.ToTrace(seed: 1, scale: 2.5).Count(), Is.EqualTo(50_000).Within(1).Percent);
        Assert.That(fit.ToTrace(seed: 1, scale: 0.1).Count(), Is.EqualTo(2_000).Within(3).Percent);
        Assert.That(TraceFit.Of(fit.ToTrace(seed: 1).KeepClock(), Minute).Windows.Count, Is.EqualTo(fit.Windows.Count).Within(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => fit.ToTrace(seed: 1, scale: 0));
    }

    [TestCase(GapDistribution.Gamma)]
    [TestCase(GapDistribution.Weibull)]
    public void ToTrace_BurstyWindow_KeepsItsVariation(GapDistribution gaps)
    {
        Trace trace = SyntheticTrace.Of(new GammaArrivals(20, 3), IndependentLengths.Fixed(10, 10), seed: 3).Take(100_000);

        double? cv = TraceDescription.Of(TraceFit.Of(trace, 600.Seconds()).ToTrace(seed: 1, gaps: gaps)).GapCv;

        Assert.That(cv, Is.EqualTo(3).Within(6).Percent);
    }

    [Test]
    public void ToTrace_Kinds_KeepSharesFailuresAndLengths()
    {
        Trace burst = new BurstGptGenerator { Release = BurstGptRelease.V3 }.ToTrace(seed: 1).Take(60_000);
        TraceDescription original = TraceDescription.Of(burst);

        TraceDescription made = TraceDescription.Of(TraceFit.Of(burst, 1.Hours()).ToTrace(seed: 2));

        Assert.That(made.Classes.Select(c => c.Name), Is.EqualTo(new[] { "api", "conversation" }));
        Assert.That(made.Classes[0].Share, Is.EqualTo(original.Classes[0].Share).Within(0.01));
        Assert.That(made.Models[0].Share, Is.EqualTo(original.Models[0].Share).Within(0.01));
        Assert.That(made.Failures, Is.EqualTo(original.Failures).Within(5).Percent);
        Assert.That(made.Output!.Mean, Is.EqualTo(original.Output!.Mean).Within(4).Percent);
        Assert.That(made.Prompt!.P90, Is.EqualTo(original.Prompt!.P90).Within(6).Percent);
    }

    [Test]
    public void Save_Load_GivesTheSameFitAndBytes()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string path = Path.Combine(folder, "fit.json");
            TraceFit fit = TraceFit.Of(new BurstGptGenerator().ToTrace(seed: 1).Take(3000), 600.Seconds());
            fit.Save(path);
            string bytes = File.ReadAllText(path);

            TraceFit loaded = TraceFit.Load(path);
            loaded.Save(path);

            Assert.That(File.ReadAllText(path), Is.EqualTo(bytes));
            Assert.That(TraceText.Show(loaded.ToTrace(seed: 9)), Is.EqualTo(TraceText.Show(fit.ToTrace(seed: 9))));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCase("nothing", "this is not a fit of a trace")]
    [TestCase("null", "this is not a fit of a trace")]
    [TestCase("{\"windowSeconds\": 60}", "this is not a fit of a trace")]
    [TestCase("{\"windowSeconds\": 60, \"spanSeconds\": 0, \"windows\": [{\"requests\": -1}], \"kinds\": []}", "the fit is not valid")]
    [TestCase("{\"windowSeconds\": 60, \"spanSeconds\": 0, \"windows\": [{\"requests\": 1}], \"kinds\": []}", "the fit is not valid: It has requests of no kind")]
    [TestCase("{\"windowSeconds\": 0, \"spanSeconds\": 0, \"windows\": [], \"kinds\": []}", "the fit is not valid")]
    [TestCase("{\"windowSeconds\": 60, \"spanSeconds\": 61, \"windows\": [], \"kinds\": []}", "the fit is not valid: Its span is not that of its windows")]
    [TestCase("{\"windowSeconds\": 60, \"spanSeconds\": 0, \"windows\": [], \"kinds\": [], \"more\": 1}", "this is not a fit of a trace")]
    [TestCase(
        "{\"windowSeconds\": 60, \"spanSeconds\": 0, \"windows\": [], \"kinds\": [{\"model\": \"\", \"class\": \"\", \"requests\": 1, \"failureShare\": 2, \"prompt\": [], \"output\": []}]}",
        "the fit is not valid")]
    public void Load_BadFile_IsAFault(string json, string fault)
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string path = Path.Combine(folder, "fit.json");
            File.WriteAllText(path, json);

            Assert.That(() => TraceFit.Load(path), Throws.TypeOf<TraceFormatException>().With.Message.StartsWith(path).And.Message.Contains(fault));
            Assert.That(() => TraceFit.Load(path + "x"), Throws.TypeOf<TraceFormatException>().With.Message.Contains("the file does not exist"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Of_NothingToFit_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => TraceFit.Of([], Minute));
        Assert.Throws<ArgumentOutOfRangeException>(() => TraceFit.Of(At(0, 1), SimDuration.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => TraceFit.Of(At(0, 1), SimDuration.FromNanoseconds(1)));
    }
}
