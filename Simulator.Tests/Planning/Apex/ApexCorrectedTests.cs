using Simulator.Planning.Apex;

namespace Simulator.Tests.Planning.Apex;

/// <summary>Where the corrected simulation departs from APEX, on the cases that were recorded from it; figures worked out by hand.</summary>
public sealed class ApexCorrectedTests
{
    private static double[] Totals(ApexOutcome outcome) => [.. outcome.Shares.SelectMany(share => share.Times).Select(time => time.TotalMicroseconds)];

    private static double[] FirstTokens(ApexOutcome outcome) =>
        [.. outcome.Shares.SelectMany(share => share.Times).Select(time => time.FirstTokenMicroseconds)];

    /// <summary>
    /// U3: the second request arrives at 1 ms and joins at 2.2 ms. APEX's first-token time (2.4 ms) leaves that wait out and its total
    /// (13.4 ms) the 88.8 ms without work and the last iteration; users wait from their arrival, and the run lasts until its last token.
    /// </summary>
    [Test]
    public void Run_LateArrivals_CountsWaitingInLatencyAndTotal()
    {
        ApexProblem problem = ApexProblems.Llama(40, 1, (16, 4, 0), (16, 4, 1000), (16, 2, 100000));
        ApexOutcome apex = problem.Run(0, ApexFidelity.Compatible);
        ApexOutcome corrected = problem.Run(0, ApexFidelity.Corrected);

        Assert.That(corrected.Shares[0].FinishMicroseconds, Is.EqualTo(apex.Shares[0].FinishMicroseconds), "one stage: the batches are the same");
        Assert.That(FirstTokens(apex), Is.EqualTo(new[] { 2200.0, 2400, 2200 }));
        Assert.That(FirstTokens(corrected), Is.EqualTo(new[] { 2200.0, 3600, 2200 }));
        Assert.That(Totals(corrected), Is.EqualTo(new[] { 9000.0, 10200, 4400 }));
        Assert.That((apex.TotalMicroseconds, corrected.TotalMicroseconds), Is.EqualTo((13400.0, 104400.0)));
        Assert.That(corrected.Breakdown[^1], Is.EqualTo(new ApexTimePart("Idle", 104400 - 15600, 0)));
    }

    /// <summary>
    /// U5: request 2 is preempted after 117 tokens and comes back when the others finish. APEX lets it go on as if its cache had stayed,
    /// and its completion percentiles skip the time away (0.8085 s); the cache was given to others, so its 1,617 tokens are computed
    /// again, and its user waited 1.301685 s.
    /// </summary>
    [Test]
    public void Run_Preemption_ComputesAgainAndCountsTheTimeAway()
    {
        ApexProblem problem = ApexProblems.Llama(49, 1, (1500, 300, 0), (1500, 300, 0), (1500, 300, 0));
        ApexOutcome apex = problem.Run(0, ApexFidelity.Compatible);
        ApexOutcome corrected = problem.Run(0, ApexFidelity.Corrected);

        Assert.That(apex.Metrics!.CompletionSeconds(95), Is.EqualTo(0.8085).Within(1e-12));
        Assert.That(corrected.Metrics!.CompletionSeconds(100), Is.EqualTo(1.301685).Within(1e-12));
        Assert.That(corrected.Metrics.CompletionSeconds(95), Is.EqualTo(0.8085 + 0.9 * (1.301685 - 0.8085)).Within(1e-12));
        Assert.That(apex.TokensPerIteration * 483, Is.EqualTo(4500 + 3 * 299).Within(1e-9));
        Assert.That(corrected.TokensPerIteration * 483, Is.EqualTo(4500 + 3 * 299 + 1616).Within(1e-9), "1,617 tokens in the place of one decode");
        Assert.That((apex.TotalMicroseconds, corrected.TotalMicroseconds), Is.EqualTo((1298990.0, 1301685.0)));
    }

    /// <summary>
    /// U6, two replicas: APEX files both requests under one key, so the short one is lost and P50 = P95 = 0.022 s; of 4.4 and 22 ms the
    /// percentiles are 0.0132 and 0.02112 s.
    /// </summary>
    [Test]
    public void Run_TwoReplicas_KeepsBothRequests()
    {
        ApexProblem problem = ApexProblems.Llama(40, 2, (16, 2, 0), (16, 10, 0));
        ApexOutcome apex = problem.Run(4, ApexFidelity.Compatible);
        ApexOutcome corrected = problem.Run(4, ApexFidelity.Corrected);

        Assert.That(corrected.Plan.Replicas, Is.EqualTo(2));
        Assert.That((apex.Metrics!.Requests, corrected.Metrics!.Requests), Is.EqualTo((1, 2)));
        Assert.That(apex.Metrics.CompletionSeconds(50), Is.EqualTo(0.022).Within(1e-12));
        Assert.That(corrected.Metrics.CompletionSeconds(50), Is.EqualTo(0.0132).Within(1e-12));
        Assert.That(corrected.Metrics.CompletionSeconds(95), Is.EqualTo(0.02112).Within(1e-12));
        Assert.That(corrected.TotalMicroseconds, Is.EqualTo(22000), "the last iteration counts");
    }

    /// <summary>
    /// U6, two stages of 1,103 µs: APEX says 11.03 ms in all although request 1 alone takes 22.06. One micro-batch fills half of the
    /// pipeline; request 1 enters when request 0 has left the first stage (1,103) and needs ten times both stages: 23,163 µs.
    /// </summary>
    [Test]
    public void Run_TwoStages_CountsBubblesAndTheWayThroughAllStages()
    {
        ApexProblem problem = ApexProblems.Llama(40, 2, (16, 2, 0), (16, 10, 0));
        ApexOutcome apex = problem.Run(3, ApexFidelity.Compatible);
        ApexOutcome corrected = problem.Run(3, ApexFidelity.Corrected);

        Assert.That(corrected.Plan.Stages, Is.EqualTo(2));
        Assert.That((apex.TotalMicroseconds, corrected.TotalMicroseconds), Is.EqualTo((11030.0, 1103 + 10 * 2206.0)));
        Assert.That(Totals(corrected), Is.EqualTo(new[] { 4412.0, 23163 }));
        Assert.That(FirstTokens(corrected), Is.EqualTo(new[] { 2206.0, 3309 }));
    }

    /// <summary>
    /// U6, two attention replicas that share a SwiGLU of two devices: they keep step, so the short request ends after two common
    /// iterations and the long one after ten; APEX agrees here but files both under one key.
    /// </summary>
    [Test]
    public void Run_AttentionReplicas_KeepStepOnOneClock()
    {
        ApexOutcome corrected = ApexProblems.Llama(40, 2, (16, 2, 0), (16, 10, 0)).Run(1, ApexFidelity.Corrected);

        Assert.That(corrected.Plan.AttentionReplicas, Is.EqualTo(2));
        Assert.That(corrected.Shares, Has.Count.EqualTo(1));
        Assert.That(Totals(corrected), Is.EqualTo(new[] { 4880.0, 24400 }));
        Assert.That(corrected.TotalMicroseconds, Is.EqualTo(24400));
        Assert.That(corrected.RequestsPerIteration, Is.EqualTo(1.2).Within(1e-12));
        Assert.That(corrected.Breakdown[^1].MeanMicroseconds, Is.Zero.Within(1e-9));
    }

    /// <summary>
    /// U7, two stages of 2,203 µs (2,403 with a prompt beside a decode): APEX compares arrivals with the time of one stage, so the
    /// requests of 5 ms enter at 6.6 on its clock, 13.2 ms in truth, and no decode shares an iteration with them. Every step by hand:
    /// micro-batch 0 enters at 0, 4406, 9012, 13818, 18224; micro-batch 1 at 2203, 6609, 11415, 16021.
    /// </summary>
    [Test]
    public void Run_TwoStagesWithArrivals_AdmitsOnTheClockOfAll()
    {
        ApexProblem problem = ApexProblems.Llama(80, 2, (16, 3, 0), (16, 3, 0), (16, 3, 5000), (16, 3, 5000));
        ApexOutcome apex = problem.Run(2, ApexFidelity.Compatible);
        ApexOutcome corrected = problem.Run(2, ApexFidelity.Corrected);

        Assert.That(apex.Shares[0].FinishMicroseconds, Is.EqualTo(new[] { 13218.0, 26436 }));
        Assert.That(corrected.Shares[0].FinishMicroseconds, Is.EqualTo(new[] { 13818.0, 22630 }));
        Assert.That(corrected.Shares[1].FinishMicroseconds, Is.EqualTo(new[] { 16021.0, 20427 }));
        Assert.That(FirstTokens(corrected), Is.EqualTo(new[] { 4406.0, 13818 - 5000, 6609, 11415 - 5000 }));
        Assert.That(corrected.Shares[1].AllIterations(), Is.EqualTo(new[] { 2203.0, 2403, 2203, 2203 }));
        Assert.That((apex.TotalMicroseconds, corrected.TotalMicroseconds), Is.EqualTo((22030.0, 22630.0)));
    }

    /// <summary>U7 on two devices in tensor parallelism: the same batches, but the requests of 5 ms wait 4,760 µs, which APEX leaves out.</summary>
    [Test]
    public void Run_TensorParallelWithArrivals_CountsTheWaitForTheRunningIteration()
    {
        ApexProblem problem = ApexProblems.Llama(80, 2, (16, 3, 0), (16, 3, 0), (16, 3, 5000), (16, 3, 5000));
        ApexOutcome corrected = problem.Run(0, ApexFidelity.Corrected);

        Assert.That(FirstTokens(problem.Run(0, ApexFidelity.Compatible)), Is.EqualTo(new[] { 4880.0, 4880, 5280, 5280 }));
        Assert.That(FirstTokens(corrected), Is.EqualTo(new[] { 4880.0, 4880, 10040, 10040 }));
        Assert.That(Totals(corrected), Is.EqualTo(new[] { 15040.0, 15040, 19800, 19800 }));
        Assert.That(corrected.TotalMicroseconds, Is.EqualTo(24800));
    }

    [Test]
    public void Run_EnergyOfBothSimulations_IsTheSameWhereTheIterationsAre()
    {
        ApexProblem problem = ApexProblems.Llama(80, 2, (128, 3, 0), (128, 3, 0)) with { Costs = new ConstantApexCosts(new(10, 1000), new(5, 500), 2, 3) };
        for (int plan = 0; plan < 3; plan++)
        {
            Assert.That(problem.Run(plan, ApexFidelity.Compatible).Microjoules, Is.EqualTo(2_640_000));
            Assert.That(problem.Run(plan, ApexFidelity.Corrected).Microjoules, Is.EqualTo(2_640_000).Within(1e-6));
        }
    }

    /// <summary>
    /// Sixteen attention replicas that share the tokens of an iteration: APEX takes all to be as full as the one with the prompt of
    /// 5,000 tokens, finds 80,000 and crashes; there are 5,000 in the first iteration.
    /// </summary>
    [Test]
    public void Run_ManyAttentionReplicas_CountsTheTokensThatThereAre()
    {
        ApexProblem problem = ApexProblems.Llama(8, 8, (5000, 3, 0)) with { Cluster = new(ApexDevice.H100, 2, 8) };
        ApexPlan plan = problem.Plans().First(plan => plan.AttentionReplicas == 16);

        Assert.That(
            ApexSimulation.Run(problem, plan).Fault,
            Does.StartWith("request 0 of a replica has 5000 prompt tokens").And.EndWith("nor the 4096 tokens of an iteration hold them"));
        ApexOutcome corrected = ApexSimulation.Run(problem, plan, ApexFidelity.Corrected);
        Assert.That(corrected.Fault, Is.Null);
        Assert.That(corrected.TokensPerIteration * 3, Is.EqualTo(5002).Within(1e-9));

        ApexProblem full = problem with { Requests = [.. Enumerable.Repeat(new ApexRequest(5000, 3, 0), 16)] };
        ApexOutcome inTurns = ApexSimulation.Run(full, plan, ApexFidelity.Corrected);
        Assert.That(
            FirstTokens(inTurns).GroupBy(time => time).Select(group => group.Count()), Is.EqualTo(new[] { 13, 3 }),
            "13 prompts of 5,000 tokens fit into an iteration of 65,536");
    }
}
