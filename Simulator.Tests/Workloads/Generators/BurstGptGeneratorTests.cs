using Simulator.Core.Time;
using Simulator.Tests.Workloads.Traces;
using Simulator.Workloads.Generators;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Workloads.Generators;

/// <summary>The generated traffic against the published figures of BurstGPT.</summary>
public class BurstGptGeneratorTests
{
    private static readonly Request[] Rows = [.. new BurstGptGenerator { Release = BurstGptRelease.V3 }.ToTrace(seed: 1).Take(150_000)];

    [Test]
    public void ToTrace_Lengths_AgreeWithTheFirst59999Rows()
    {
        TraceDescription description = TraceDescription.Of(Rows);

        Assert.That(description.Prompt!.Mean, Is.EqualTo(374).Within(20).Percent);
        Assert.That(description.Prompt.P50, Is.EqualTo(74).Within(30).Percent);
        Assert.That(description.Prompt.P90, Is.EqualTo(1291).Within(15).Percent);
        Assert.That(description.Prompt.P95, Is.EqualTo(1697).Within(15).Percent);
        Assert.That(description.Prompt.P99, Is.EqualTo(3023).Within(15).Percent);
        Assert.That(description.Prompt.Max, Is.LessThanOrEqualTo(6142));
        Assert.That(description.Output!.Mean, Is.EqualTo(122).Within(10).Percent);
        Assert.That(description.Output.P50, Is.EqualTo(14).Within(2));
        Assert.That(description.Output.P90, Is.EqualTo(401).Within(10).Percent);
        Assert.That(description.Output.P95, Is.EqualTo(510).Within(10).Percent);
        Assert.That(description.Output.P99, Is.EqualTo(757).Within(15).Percent);
    }

    [Test]
    public void ToTrace_Mix_AgreesWithThePublishedShares()
    {
        Assert.That(Share(r => r.Class == "api"), Is.EqualTo(0.538).Within(0.04));
        Assert.That(Share(r => r.Model == "ChatGPT"), Is.EqualTo(0.842).Within(0.02));
        Assert.That(Share(r => r.IsFailure), Is.EqualTo(0.073).Within(0.005));
        Assert.That(Rows.Where(r => r.IsFailure).All(r => r.PromptTokens == 0), "failures of the genuine rows have no tokens at all");
        Assert.That(new BurstGptGenerator().ToTrace(seed: 2).Take(50_000).Count(r => r.IsFailure) / 50_000.0, Is.EqualTo(0.018).Within(0.003));
    }

    [Test]
    public void ToTrace_Sessions_HaveTurnsAndThinkGaps()
    {
        var sessions = Rows.Where(r => r.Session != null).GroupBy(r => r.Session).Select(g => g.ToArray()).ToArray();
        double[] thinks = [.. sessions.SelectMany(s => s.Zip(s.Skip(1), (a, b) => (b.Arrival - a.Arrival - a.RecordedDuration!.Value).ToSeconds())).Order()];

        Assert.That(sessions.Average(s => s.Length), Is.EqualTo(2.92).Within(8).Percent);
        Assert.That(sessions.All(s => s.Select(r => r.Turn).SequenceEqual(Enumerable.Range(0, s.Length))));
        Assert.That(sessions.All(s => s.Select(r => r.Model).Distinct().Count() == 1));
        Assert.That(Rows.All(r => (r.Session != null) == (r.Class == "conversation")));
        Assert.That(thinks[thinks.Length / 2], Is.EqualTo(116).Within(10).Percent);
        Assert.That(thinks[thinks.Length * 9 / 10], Is.EqualTo(1372).Within(15).Percent);
    }

    [Test]
    public void ToTrace_Prompts_HoldWhatWentBefore()
    {
        foreach (IGrouping<string?, Request> session in Rows.Take(20_000).Where(r => r.Session != null).GroupBy(r => r.Session))
        {
            Request? before = null;
            foreach (Request turn in session.Where(r => !r.IsFailure))
            {
                if (before != null) Assert.That(turn.PromptTokens, Is.GreaterThanOrEqualTo(Math.Min(before.PromptTokens + before.OutputTokens, 6142)));
                Assert.That(turn.Content.Single().Tokens, Is.EqualTo(turn.PromptTokens));
                before = turn;
            }
        }
    }

    [Test]
    public void ToTrace_Volume_FollowsTheHoursAndSpreadsOverDays()
    {
        var hours = new double[24];
        var days = new Dictionary<long, double>();
        foreach (Request request in new BurstGptGenerator { Rate = 0.03 }.ToTrace(seed: 3).Window(SimDuration.Zero, (400 * 24).Hours()))
        {
            long hour = (long)(request.Arrival.ToSeconds() / 3600);
            hours[hour % 24]++;
            days[hour / 24] = days.GetValueOrDefault(hour / 24) + 1;
        }
        double mean = days.Values.Sum() / 400;
        double[] logs = [.. days.Values.Select(count => Math.Log(count))];

        Assert.That(hours[14] / hours[7], Is.EqualTo(11.7).Within(25).Percent);
        Assert.That(mean / 86_400, Is.EqualTo(0.03).Within(20).Percent);
        Assert.That(Math.Sqrt(logs.Average(l => (l - logs.Average()) * (l - logs.Average()))), Is.EqualTo(1.144).Within(10).Percent);
    }

    [Test]
    public void ToTrace_Rate_IsTheMean()
    {
        double Mean(double rate) => new BurstGptGenerator { Rate = rate }.ToTrace(seed: 5).Window(SimDuration.Zero, (100 * 24).Hours()).Count();

        Assert.That(Mean(0.04) / Mean(0.02), Is.EqualTo(2).Within(3).Percent, "the same days at twice the rate");
        Assert.Throws<ArgumentOutOfRangeException>(() => new BurstGptGenerator { Rate = 0 }.ToTrace(seed: 1));
    }

    [Test]
    public void ToTrace_FirstRelease_HasWholeSecondsAndNoSessions()
    {
        Request[] rows = [.. new BurstGptGenerator().ToTrace(seed: 4).Take(5000)];

        Assert.That(rows.All(r => r.Arrival.Nanoseconds % 1_000_000_000 == 0));
        Assert.That(rows.All(r => r.Session == null && r.RecordedDuration == null && r.Content.Count == 0));
        Assert.That(rows.Select(r => r.Arrival.Nanoseconds), Is.Ordered);
        Assert.That(TraceText.Show(new BurstGptGenerator().ToTrace(seed: 4).Take(5000)), Is.EqualTo(TraceText.Show(rows)));
    }

    [Test]
    public void ToTrace_ThirdRelease_RoundTripsThroughItsLayout()
    {
        Trace trace = new BurstGptGenerator { Release = BurstGptRelease.V3 }.ToTrace(seed: 6).Take(2000);

        Trace again = TraceText.Read(TraceText.Write(trace, TraceOutput.BurstGptV3)).WithSessionPrefixes().KeepClock();

        Assert.That(TraceText.Show(again), Is.EqualTo(TraceText.Show(trace)), "sessions, turns, durations and content come back");
        Assert.That(trace.Where(r => r.Session != null).All(r => Guid.TryParse(r.Session, out _)));
    }

    private static double Share(Func<Request, bool> of) => Rows.Count(of) / (double)Rows.Length;
}
