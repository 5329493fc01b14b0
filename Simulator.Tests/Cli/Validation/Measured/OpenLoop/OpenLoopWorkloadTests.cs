using Simulator.Cli.Validation.Measured.OpenLoop;
using Simulator.Core.Time;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Cli.Validation.Measured.OpenLoop;

public sealed class OpenLoopWorkloadTests
{
    [Test]
    public void Stated_TwoStages_HasTheirRequestsWithAPauseBetweenThem()
    {
        IReadOnlyList<Request> requests = OpenLoopWorkload.Stated(Run);
        Assert.That(requests, Has.Count.EqualTo(300));
        Assert.That(requests.Select(request => request.Arrival.Nanoseconds), Is.Ordered);
        Assert.That(requests.Select(request => request.Id), Is.EqualTo(Enumerable.Range(0, 300)));
        Assert.That(requests.Count(request => request.Arrival.ToSeconds() < 20), Is.EqualTo(100));
        Assert.That(requests.Skip(100).Select(request => request.Arrival.ToSeconds()), Is.All.InRange(26, 46));
        Assert.That(requests.Select(request => request.PromptTokens).Distinct(), Is.EqualTo([592]), "4.6 % above the stated 566");
        Assert.That(requests.Select(request => request.OutputTokens).Distinct(), Is.EqualTo([247]));
        Assert.That(OpenLoopWorkload.Stated(Run), Is.EqualTo(requests).Using<Request>((a, b) => a.Arrival == b.Arrival));
    }

    [Test]
    public void Stated_HundredPromptsInTurn_RepeatAndShareTheSystemPromptOfTheirGroup()
    {
        IReadOnlyList<Request> requests = OpenLoopWorkload.Stated(Run);
        Assert.That(requests.Take(100).Select(request => request.Content[1]).Distinct().Count(), Is.EqualTo(100));
        Assert.That(requests.Take(100).Select(request => request.Content[0]).Distinct().Count(), Is.EqualTo(10));
        Assert.That(requests.SelectMany(request => request.Content).DistinctBy(segment => segment.Key).Count(), Is.EqualTo(110));
        for (int i = 100; i < 300; i++) Assert.That(requests[i].Content, Is.EqualTo(requests[i - 100].Content));
        Assert.That(requests[0].Content.Sum(segment => segment.Tokens), Is.EqualTo(requests[0].PromptTokens));
    }

    [Test]
    public void Recorded_Requests_AreReplayedAsTheyWereSent()
    {
        OpenLoopRequest[] recorded = [new(0, default, 590, 240), new(2, SimTime.FromSeconds(1), 591, 0), new(102, SimTime.FromSeconds(2), 592, 7)];
        IReadOnlyList<Request> requests = OpenLoopWorkload.Recorded(Run, recorded);
        Assert.That(requests.Select(request => (request.Id, request.Arrival.ToSeconds(), request.PromptTokens, request.OutputTokens)),
            Is.EqualTo([(0L, 0.0, 590, 247), (1L, 1.0, 591, 247), (2L, 2.0, 592, 247)]), "whatever of the text could be counted");
        Assert.That(requests[1].Content[1].Key, Is.EqualTo(requests[2].Content[1].Key).And.Not.EqualTo(requests[0].Content[1].Key));
    }

    private static OpenLoopRun Run { get; } = new()
    {
        Experiments = ["made"], Model = "m", Hardware = "H100", TensorParallel = 1, DataParallel = 1, Precision = "FP16", MaxBatchedTokens = 2048,
        MaxSequences = 128, MemoryUtilization = null, KvBlocks = null, Workload = "codegen", Stages = [new(5, 20), new(10, 20)], SystemPromptTokens = 100,
        QuestionTokens = 466, OutputTokens = 247, Requests = 300,
        Measured = new Dictionary<string, double> { ["e2e_mean"] = 2000, ["ttft_mean"] = 30, ["itl_mean"] = 8.03 },
    };
}
