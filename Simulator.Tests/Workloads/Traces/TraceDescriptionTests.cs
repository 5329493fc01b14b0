using Simulator.Core.Time;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Workloads.Traces;

public class TraceDescriptionTests
{
    [TestCase("data/traces/azure2023_code.csv.gz", 2.57, 13.2, 2_048, 1_469, 5_188, 7_436, 27.9, 13, 55, 251)]
    [TestCase("data/traces/azure2023_conv.csv.gz", 5.53, 1.09, 1_155, 1_020, 2_734, 4_142, 211, 129, 424, 601)]
    public void Of_Azure_HasThePublishedStatistics(
        string file, double rate, double cv, double promptMean, int promptP50, int promptP90, int promptP99, double outputMean, int outputP50, int outputP90, int outputP99)
    {
        TraceDescription description = TraceDescription.Of(Trace.Open(SharedData.Path(file)));

        Assert.That(description.RequestsPerSecond, Is.EqualTo(rate).Within(0.005));
        Assert.That(description.GapCv, Is.EqualTo(cv).Within(0.5).Percent);
        Assert.That(description.Prompt!.Mean, Is.EqualTo(promptMean).Within(0.5));
        Assert.That(description.Prompt.P50, Is.EqualTo(promptP50));
        Assert.That(description.Prompt.P90, Is.EqualTo(promptP90).Within(0.2).Percent, "published with another rule for ranks between two values");
        Assert.That(description.Prompt.P99, Is.EqualTo(promptP99));
        Assert.That(description.Output!.Mean, Is.EqualTo(outputMean).Within(0.5));
        Assert.That((description.Output.P50, description.Output.P90), Is.EqualTo((outputP50, outputP90)));
        Assert.That(description.Output.P99, Is.EqualTo(outputP99).Within(1), "the same");
        Assert.That((description.Sessions, description.Content), Is.EqualTo(((SessionSummary?)null, (ContentSummary?)null)));
    }

    [TestCase("data/traces/mooncake_conversation.jsonl.gz", 288_500, 182_790, 0.366)]
    [TestCase("data/traces/mooncake_synthetic.jsonl.gz", 121_877, 43_924, 0.640)]
    public void Of_Mooncake_HasThePublishedShareOfRepeatedBlocks(string file, long references, long distinct, double share)
    {
        ContentSummary content = TraceDescription.Of(Trace.Open(SharedData.Path(file))).Content!;

        Assert.That((content.References, content.Distinct), Is.EqualTo((references, distinct)));
        Assert.That(content.RepeatedShare, Is.EqualTo(share).Within(0.0005));
        Assert.That(content.RepeatedTokenShare, Is.EqualTo(share).Within(0.03));
    }

    [Test]
    public void Of_BurstGptSlice_HasItsFailuresSessionsAndShares()
    {
        TraceDescription description = TraceDescription.Of(Trace.Open(SharedData.Path("data/burstgpt/BurstGPT_3_first400.csv")));

        Assert.That((description.Requests, description.Failures), Is.EqualTo((400, 1)));
        Assert.That(description.Sessions!.Sessions, Is.EqualTo(135));
        Assert.That(description.Sessions.MeanTurns, Is.EqualTo(2.92).Within(0.005));
        Assert.That(description.Sessions.MaxTurns, Is.EqualTo(24));
        Assert.That(description.Sessions.MultiTurnShare, Is.EqualTo(0.56).Within(0.005));
        Assert.That(description.Models.Select(m => m.Name), Is.EqualTo(new[] { "ChatGPT", "GPT-4" }));
        Assert.That(description.Models.Sum(m => m.Share), Is.EqualTo(1).Within(1e-12));
    }

    [Test]
    public void Of_Session_CountsWhatAnUnlimitedCacheWouldHold()
    {
        Request Make(int prompt, int output, params ContentSegment[] content) =>
            new() { Id = 0, Arrival = SimTime.Zero, PromptTokens = prompt, OutputTokens = output, Content = content };

        ContentSummary content = TraceDescription.Of(
        [
            Make(150, 20, new(1, 100), new(7, 50)),
            Make(200, 10, new(1, 100), new(7, 100)),
            Make(160, 10, new(1, 100), new(8, 60)),
            Make(140, 10, new(9, 40), new(7, 100)),
        ]).Content!;

        Assert.That((content.References, content.Distinct, content.PromptTokens), Is.EqualTo((8, 4, 650)));
        Assert.That(content.RepeatedTokens, Is.EqualTo(0 + (100 + 70) + 100 + 0), "the second turn repeats the first prompt and its output; after an unknown segment nothing repeats");
        Assert.That(content.RepeatedTokenShare, Is.EqualTo(270 / 650.0));
    }

    [Test]
    public void Of_NothingOrOneRequest_HasNoRates()
    {
        TraceDescription none = TraceDescription.Of([]);
        TraceDescription one = TraceDescription.Of([new Request { Id = 0, Arrival = SimTime.FromSeconds(5), PromptTokens = 3, OutputTokens = 0 }]);

        Assert.That((none.Requests, none.RequestsPerSecond, none.Prompt), Is.EqualTo((0, (double?)null, (LengthSummary?)null)));
        Assert.That((one.Requests, one.Failures, one.RequestsPerSecond, one.MeanGapSeconds, one.GapCv, one.Prompt), Is.EqualTo((1, 1, (double?)null, (double?)null, (double?)null, (LengthSummary?)null)));
    }
}
