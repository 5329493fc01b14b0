using Simulator.Cli.Validation.Measured;
using Simulator.Cli.Validation.Measured.BurstGpt;

namespace Simulator.Tests.Cli.Validation.Measured.BurstGpt;

public sealed class BurstGptSetTests
{
    /// <summary>An engine whose iterations take 4 ms and 0.3 ms a sequence, with eight sequences of 200 tokens from 1 s on.</summary>
    [Test]
    public void Of_SamplesOfAKnownEngine_FindsItsTimesAndLengths()
    {
        const double Iteration = 0.004, Sequence = 0.0003;
        double Step(int running) => Iteration + Sequence * running;
        double end = 1 + 200 * Step(8);
        EngineSample[] samples =
        [
            .. Enumerable.Range(0, 900).Select(i =>
            {
                int running = i * 0.01 is var t && t > 1 && t <= end ? 8 : t is > 4 and < 8 ? 1 + i % 50 : 0;
                return new EngineSample(t, 0, running > 0 ? running / Step(running) : 0, running, 0);
            }),
        ];
        BurstGptRequest[] requests = [.. Enumerable.Range(0, 8).Select(i => new BurstGptRequest(i, 0.95, 100, 0.05, end - 0.95)), new(9, 3, 100, 0.05, 0.051)];
        BurstGptFit fit = BurstGptFit.Of(requests, samples);
        Assert.That(fit.Times.IterationSeconds, Is.EqualTo(Iteration).Within(1e-9));
        Assert.That(fit.Times.SequenceSeconds, Is.EqualTo(Sequence).Within(1e-9));
        Assert.That(Enumerable.Range(0, 8).Select(i => fit.OutputTokens[i]), Is.All.InRange(197, 203));
        Assert.That(fit.OutputTokens[9], Is.EqualTo(1));
    }

    [Test]
    public void Of_NothingButIdleSamples_IsNotSupported()
    {
        EngineSample[] idle = [.. Enumerable.Range(0, 9).Select(i => new EngineSample(i, 0, 0, 0, 0))];
        Assert.That(() => BurstGptFit.Of([new(0, 0, 10, 1, 2)], idle), Throws.InstanceOf<NotSupportedException>());
    }

    [Test]
    public void Run_WithoutTheFittedSpeedUp_NothingRuns()
    {
        using TemporaryFiles files = new();
        Directory.CreateDirectory(files["burstgpt_replay"]);
        File.WriteAllText(files["burstgpt_replay/requests.csv"], "scale,event_id,prompt_tokens,ttft_s,total_s,finish_record_s\n500,0,100,0.1,2,3\n");
        File.WriteAllText(files["burstgpt_replay/engine_samples.csv"],
            "scale,t_s,prompt_tok_per_s,gen_tok_per_s,running,pending\n500,0.0,3.9,3.4,0,0\n");
        MeasuredRow row = BurstGptSet.Run(BurstGptSet.Find(files.Folder)!).Row("500");
        Assert.That(row.NotRun, Is.EqualTo("the replay that the server is fitted on is missing"));
        Assert.That((row.Measured("ttft"), row.Measured("e2e")), Is.EqualTo((0.1, 2.0)));
    }

    [Test]
    public void Run_SharedReplays_PredictsTheFasterOnesFromTheSlowest()
    {
        string runs = SharedData.Path("data/burstgpt_replay");
        MeasuredSetResult result = BurstGptSet.Run(runs);
        Assert.That(result.Rows.Select(row => row.NotRun), Is.All.Null);
        MeasuredRow fitted = result.Row("100"), predicted = result.Row("500");
        Assert.That((fitted.Groups, predicted.Groups), Is.EqualTo((new[] { "fitted" }, new[] { "predicted" })));
        Assert.That(ErrorSummary.Percent(fitted.Predicted("ttft"), fitted.Measured("ttft")), Is.EqualTo(0).Within(1));
        foreach (string figure in (string[])["ttft", "e2e"])
            Assert.That(ErrorSummary.Percent(predicted.Predicted(figure), predicted.Measured(figure)), Is.EqualTo(0).Within(25), figure);
    }
}
