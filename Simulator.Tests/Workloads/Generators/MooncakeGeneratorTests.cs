using Simulator.Tests.Workloads.Traces;
using Simulator.Workloads.Generators;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Workloads.Generators;

public class MooncakeGeneratorTests
{
    [Test]
    public void ToTrace_LongRun_AgreesWithThePublishedFigures()
    {
        TraceDescription description = TraceDescription.Of(new MooncakeGenerator().ToTrace(seed: 42).Take(12_031));

        Assert.That(description.RequestsPerSecond, Is.EqualTo(3.40).Within(10).Percent);
        Assert.That(description.Prompt!.Mean, Is.EqualTo(12_035).Within(10).Percent);
        Assert.That(description.Prompt.P50, Is.EqualTo(6_909).Within(10).Percent);
        Assert.That(description.Output!.Mean, Is.EqualTo(343).Within(5).Percent);
        Assert.That(description.Output.P50, Is.EqualTo(350).Within(5).Percent);
        Assert.That(description.Output.Max, Is.LessThanOrEqualTo(2000));
        Assert.That(description.Content!.RepeatedShare, Is.EqualTo(0.366).Within(0.03));
    }

    [Test]
    public void ToTrace_Rows_HaveQuantaAndWholeBlocks()
    {
        Request[] rows = [.. new MooncakeGenerator { Rate = 10 }.ToTrace(seed: 1).Take(2000)];

        Assert.That(rows.All(r => r.Arrival.Nanoseconds % 3_000_000_000 == 0));
        Assert.That(rows.All(r => r.Content.Count == (r.PromptTokens + 511) / 512 && r.Content.Sum(s => s.Tokens) == r.PromptTokens));
        Assert.That(rows.All(r => r.Content[0].Key == 0));
        Assert.That(TraceText.Show(TraceText.Read(TraceText.Write(rows, TraceOutput.Mooncake)).KeepClock()), Is.EqualTo(TraceText.Show(rows)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MooncakeGenerator { Rate = double.NaN }.ToTrace(seed: 1));
    }
}
