using Simulator.Models.Results;
using Simulator.Models.Results.Comparison;

namespace Simulator.Tests.Models.Results.Comparison;

public sealed class RunComparisonTests
{
    private static readonly RunResult Run = TinyRun.Run();

    [Test]
    public void Of_RunAndItself_NothingHasChanged()
    {
        RunComparison comparison = RunComparison.Of(Run, RunResultJson.Read(RunResultJson.Write(Run)));
        Assert.That(comparison.Settings, Is.Empty);
        Assert.That(comparison.Changed, Is.Empty);
        Assert.That(comparison.Figures.Select(figure => figure.Path), Is.EqualTo(RunFigures.Of(Run).Select(figure => figure.Path)));
        Assert.That(comparison.Figures.Select(figure => figure.IsSignificant), Is.All.Null);
    }

    [Test]
    public void Of_RunsThatDiffer_ChangesInFixedOrder()
    {
        RunResult b = Run with
        {
            Iterations = Run.Iterations * 2,
            Ttft = Run.Ttft with { P99 = Run.Ttft.P99 * 3, Max = null },
            Throughput = Run.Throughput with { RequestsPerSecond = 1 },
        };
        RunResult a = Run with { Throughput = Run.Throughput with { RequestsPerSecond = 4 } };
        Assert.That(RunComparison.Of(a, b).Changed.Select(figure => (figure.Path, figure.A, figure.B, figure.Ratio, figure.IsBetter)), Is.EqualTo(
            new (string, double?, double?, double?, bool?)[]
            {
                ("iterations", 5, 10, 2, null),
                ("ttft.p99", Run.Ttft.P99, Run.Ttft.P99 * 3, 3, false),
                ("ttft.max", Run.Ttft.Max, null, null, null),
                ("throughput.requestsPerSecond", 4, 1, 0.25, false),
            }));
    }

    [TestCase(2, 3, 1, 1.5, FigureGoal.Higher, true)]
    [TestCase(2, 3, 1, 1.5, FigureGoal.Lower, false)]
    [TestCase(3, 2, -1, 2 / 3.0, FigureGoal.Lower, true)]
    [TestCase(2, 3, 1, 1.5, FigureGoal.None, null)]
    [TestCase(2, 2, 0, 1, FigureGoal.Lower, null)]
    [TestCase(0, 2, 2, null, FigureGoal.Lower, false)]
    [TestCase(0, 0, 0, null, FigureGoal.Lower, null)]
    [TestCase(null, 2, null, null, FigureGoal.Lower, null)]
    [TestCase(2, null, null, null, FigureGoal.Lower, null)]
    [TestCase(null, null, null, null, FigureGoal.Lower, null)]
    public void FigureChange_TwoValues_DifferenceRatioAndVerdict(double? a, double? b, double? difference, double? ratio, FigureGoal goal, bool? better)
    {
        FigureChange change = new("x", "s", goal, a, b);
        Assert.That((change.Difference, change.Ratio, change.IsBetter), Is.EqualTo((difference, ratio, better)));
        Assert.That(change.HasChanged, Is.EqualTo(a != b));
    }

    [Test]
    public void Of_RunsOfOtherClusters_SettingsAreReported()
    {
        GoodputSummary goodput = new(0.5, null, null, 3, 1, 2);
        RunResult a = Run with
        {
            Goodput = goodput,
            Replicas = [Run.Replicas[0], Run.Replicas[0] with { Replica = 1 }, Run.Replicas[0] with { Replica = 2, Pool = "old" }],
            Classes = [.. Run.Classes.Where(group => group.Class.Length == 0)],
        };
        RunResult b = Run with { Seed = 7, Goodput = goodput with { TtftSeconds = 0.25, E2eSeconds = 10 } };

        Assert.That(RunComparison.Of(a, b).Settings, Is.EqualTo((SettingChange[])
        [
            new("seed", "0", "7"),
            new("pools[chat].replicas", "2", "1"),
            new("pools[old].replicas", "1", null),
            new("goodput.ttftSeconds", "0.5", "0.25"),
            new("goodput.e2eSeconds", null, "10"),
            new("classes[chat/a,b]", null, "present"),
        ]));
        FigureChange gone = RunComparison.Of(b, a).Figures.Single(figure => figure.Path == "classes[chat/a,b].ttft.mean");
        Assert.That((gone.A, gone.B, gone.HasChanged), Is.EqualTo((0.02, (double?)null, true)));
        Assert.That(RunComparison.Of(a, b).Figures[^1].Path, Is.EqualTo("classes[chat/a,b].goodput.requestsPerSecond"), "what B alone has comes last");
    }

    // Half-width of a mean of three: 4.302653/√3 × deviation = 2.484138 × deviation.
    [TestCase(new double[] { 1, 2, 3 }, new double[] { 5.9, 6.9, 7.9 }, 4.9, 4.968275, false)]
    [TestCase(new double[] { 1, 2, 3 }, new double[] { 6, 7, 8 }, 5, 4.968275, true)]
    public void Of_ReplicationsWithOtherSeeds_SignificantWhenTheIntervalsDoNotMeet(double[] a, double[] b, double difference, double halfWidth, bool significant)
    {
        FigureChange change = MeanTtft(RunComparison.Of(Replications(a, firstSeed: 0), Replications(b, firstSeed: 3)));
        Assert.That(change.Difference, Is.EqualTo(difference).Within(1e-12));
        Assert.That(change.HalfWidth, Is.EqualTo(halfWidth).Within(1e-6));
        Assert.That(change.IsSignificant, Is.EqualTo(significant));
        Assert.That(change.IsBetter, Is.False);
    }

    // Differences seed by seed, and 2.484138 times their deviation.
    [TestCase(new double[] { 1, 2, 3 }, new double[] { 1.5, 2.6, 3.7 }, 0.6, 0.2484138, true)]
    [TestCase(new double[] { 1, 2, 3 }, new double[] { 4, 3, 2 }, 1, 4.968275, false)]
    [TestCase(new double[] { 1, 2, 3 }, new double[] { 1, 2, 3 }, 0, 0, false)]
    public void Of_ReplicationsWithTheSameSeeds_IntervalOfTheDifferencesSeedBySeed(double[] a, double[] b, double difference, double halfWidth, bool significant)
    {
        RunComparison comparison = RunComparison.Of(Replications(a, firstSeed: 5), Replications(b, firstSeed: 5));
        FigureChange change = MeanTtft(comparison);
        Assert.That(change.Difference, Is.EqualTo(difference).Within(1e-12));
        Assert.That(change.HalfWidth, Is.EqualTo(halfWidth).Within(1e-6));
        Assert.That(change.IsSignificant, Is.EqualTo(significant));
        Assert.That(comparison.Settings, Is.Empty);
    }

    [Test]
    public void Of_ReplicationsTooFewForAnInterval_SignificanceIsNotKnown()
    {
        FigureChange change = MeanTtft(RunComparison.Of(Replications([1], firstSeed: 0), Replications([2], firstSeed: 0)));
        Assert.That((change.Difference, change.HalfWidth, change.IsSignificant), Is.EqualTo((1.0, (double?)null, (bool?)null)));
        FigureChange undefined = MeanTtft(RunComparison.Of(Replications([null, null, 1], firstSeed: 0), Replications([2, 3, null], firstSeed: 0)));
        Assert.That((undefined.Difference, undefined.IsSignificant), Is.EqualTo((1.5, (bool?)null)));
    }

    [Test]
    public void Of_ReplicationsOfOtherKinds_SettingsAreReported()
    {
        ReplicationResult a = Replications([1, 2, 3], firstSeed: 0);
        ReplicationResult b = ReplicationResult.Of([Run with { Seed = 9, Replicas = [.. Run.Replicas, Run.Replicas[0]] }]);
        Assert.That(RunComparison.Of(a, b).Settings, Is.EqualTo((SettingChange[])
            [new("replications", "3", "1"), new("seeds", "0 to 2", "9 to 9"), new("pools[chat].replicas", "1", "2")]));
    }

    private static FigureChange MeanTtft(RunComparison comparison) => comparison.Figures.Single(figure => figure.Path == "ttft.mean");

    private static ReplicationResult Replications(double?[] means, ulong firstSeed) =>
        ReplicationResult.Of([.. means.Select((mean, i) => Run with { Seed = firstSeed + (ulong)i, Ttft = Run.Ttft with { Mean = mean } })]);

    private static ReplicationResult Replications(double[] means, ulong firstSeed) => Replications([.. means.Select(mean => (double?)mean)], firstSeed);
}
