using FsCheck;
using FsCheck.Fluent;
using Simulator.Planning.Apex;

namespace Simulator.Tests.Planning.Apex;

/// <summary>Batching against a plain loop that goes through every iteration and every request.</summary>
public sealed class ApexBatchTests
{
    private const int Capacity = 4848; // of 49 layers on one H100

    private static readonly Arbitrary<ApexRequest[]> Traces = (
        from count in Gen.Choose(1, 14)
        from gaps in Gen.ArrayOf(Gen.Choose(0, 12000), count)
        from inputs in Gen.ArrayOf(Gen.Choose(1, 2400), count)
        from outputs in Gen.ArrayOf(Gen.Choose(1, 160), count)
        select Enumerable.Range(0, count).Select(i => new ApexRequest(inputs[i], outputs[i], gaps.Take(i).Sum())).ToArray()).ToArbitrary();

    private static ApexProblem Problem(ApexRequest[] requests, int maxBatchSize) =>
        ApexProblems.Llama(49, 1) with { Requests = requests, MaxBatchSize = maxBatchSize, KeepTokenTimes = true };

    [SeededProperty(MaxTest = 300)]
    public Property Run_Compatible_IsThePlainLoop() => Prop.ForAll(Traces, requests =>
    {
        foreach (int maxBatchSize in new[] { 0, 2 })
        {
            ApexOutcome outcome = Problem(requests, maxBatchSize).Run(0, ApexFidelity.Compatible);
            (List<double> iterations, List<double>[] tokens, double[] stamps)? plain = PlainLoop(requests, maxBatchSize);
            Assert.That(outcome.Fault is null, Is.EqualTo(plain.HasValue));
            if (plain is not { } expected) continue;
            Assert.That(outcome.Shares[0].AllIterations(), Is.EqualTo(expected.iterations));
            Assert.That(outcome.Shares[0].TokenMicroseconds, Is.EqualTo(expected.tokens));
            Assert.That(outcome.Shares[0].FinishMicroseconds, Is.EqualTo(expected.stamps));
        }
    });

    [SeededProperty(MaxTest = 300)]
    public Property Run_Corrected_LosesNothing() => Prop.ForAll(Traces, requests =>
    {
        ApexProblem one = Problem(requests, 0);
        ApexProblem four = one with { Cluster = new(ApexDevice.H100, 1, 4) };
        foreach ((ApexProblem problem, ApexPlan plan) in one.Plans().Select(plan => (one, plan)).Concat(four.Plans().Select(plan => (four, plan))))
        {
            ApexOutcome outcome = ApexSimulation.Run(problem, plan, ApexFidelity.Corrected);
            Assert.That(outcome.Fault, Is.Null);
            ApexRequestTimes[] times = [.. outcome.Shares.SelectMany(share => share.Times)];
            Assert.That(times.Select(time => time.Tokens).Order(), Is.EqualTo(requests.Select(request => request.OutputTokens).Order()));
            Assert.That(outcome.Shares.SelectMany(share => share.FinishMicroseconds).Max(), Is.EqualTo(outcome.TotalMicroseconds));
            double fastest = outcome.Shares.SelectMany(share => share.Iterations).Min(run => run.Microseconds) * plan.Stages;
            Assert.That(times.All(time => time.FirstTokenMicroseconds >= fastest - 1e-6
                && time.TotalMicroseconds - time.FirstTokenMicroseconds >= (time.Tokens - 1) * fastest - 1e-6));
            Assert.That(outcome.Breakdown[^1].MeanMicroseconds, Is.GreaterThan(-1e-6), "nobody is busy for longer than the run lasts");
        }
    });

    [SeededProperty(MaxTest = 100)]
    public Property Run_OneReplicaWithoutPreemption_HasTheSameBatchesCorrected() => Prop.ForAll(Traces, requests =>
    {
        ApexProblem roomy = ApexProblems.Llama(8, 1) with { Requests = requests };
        Assert.That(
            roomy.Run(0, ApexFidelity.Corrected).Shares[0].FinishMicroseconds,
            Is.EqualTo(roomy.Run(0, ApexFidelity.Compatible).Shares[0].FinishMicroseconds));
    });

    [Test]
    public void Run_RequestThatOutgrowsTheCache_SaysSo()
    {
        foreach (ApexFidelity fidelity in Enum.GetValues<ApexFidelity>())
        {
            Assert.That(
                ApexProblems.Llama(49, 1, (10, 10, 0), (4840, 20, 0)).Run(0, fidelity).Fault,
                Is.EqualTo("request 1 of a replica outgrows the KV cache of 4848 tokens"));
            Assert.That(
                ApexProblems.Llama(49, 1, (10, 10, 0), (4900, 20, 0)).Run(0, fidelity).Fault,
                Does.StartWith("request 1 of a replica has 4900 prompt tokens"));
        }
    }

    [Test]
    public void Run_WeightsThatLeaveNoWorkspace_SaysSo()
    {
        ApexOutcome outcome = ApexProblems.Llama(50, 1, (10, 10, 0)).Run(0, ApexFidelity.Compatible);
        Assert.That(outcome.ParameterBytes / (double)(1 << 30), Is.EqualTo(79.6875), "below the device's 80 GiB, so that the plan is listed");
        Assert.That(outcome.Fault, Does.Contain("workspace"));
        Assert.That(outcome.Metrics, Is.Null);
    }

    [Test]
    public void Run_EmptyTrace_Throws() => Assert.That(
        () => ApexProblems.Llama(40, 1).Run(0, ApexFidelity.Compatible), Throws.ArgumentException.With.Message.Contains("no request"));

    /// <summary>Iteration by iteration, request by request; null when a request cannot be served.</summary>
    private static (List<double> Iterations, List<double>[] Tokens, double[] Stamps)? PlainLoop(ApexRequest[] requests, int maxBatchSize)
    {
        List<double> iterations = [];
        List<double>[] tokens = [.. requests.Select(_ => new List<double>())];
        double[] stamps = new double[requests.Length];
        List<int> running = [];
        SortedSet<int> stopped = [];
        int next = 0;
        int cached = 0;
        double clock = 0;
        while (true)
        {
            int Length(int id) => requests[id].InputTokens + tokens[id].Count;
            int prompts = 0;
            int decodes = 0;
            var kept = new List<int>();
            while (running.Count > 0)
            {
                int id = running[0];
                running.RemoveAt(0);
                bool fits = true;
                while (fits && cached + 1 > Capacity)
                {
                    int victim = running.Count > 0 ? running[^1] : id;
                    fits = victim != id;
                    running.Remove(victim);
                    stopped.Add(victim);
                    cached -= Length(victim);
                }
                if (!fits) break;
                cached++;
                decodes++;
                kept.Add(id);
            }
            running = kept;
            while (stopped.Count > 0 && cached + Length(stopped.Min) + 1 <= Capacity)
            {
                int id = stopped.Min;
                stopped.Remove(id);
                cached += Length(id) + 1;
                decodes++;
                running.Add(id);
            }
            while (stopped.Count == 0 && next < requests.Length && cached + requests[next].InputTokens <= Capacity
                && (maxBatchSize == 0 || running.Count < maxBatchSize) && requests[next].ArrivalMicroseconds <= clock)
            {
                cached += requests[next].InputTokens;
                prompts++;
                running.Add(next++);
            }
            if (running.Count == 0)
            {
                if (stopped.Count > 0) return null;
                if (next == requests.Length) return (iterations, tokens, stamps);
                if (requests[next].ArrivalMicroseconds <= clock || requests[next].InputTokens > Capacity) return null;
                clock = requests[next].ArrivalMicroseconds;
                continue;
            }
            double time = 49 * (20 + (prompts > 0 ? 5 : 0) + (decodes > 0 ? 5 : 0) + 30);
            iterations.Add(time);
            clock += time;
            foreach (int id in running.ToArray())
            {
                tokens[id].Add(time);
                if (tokens[id].Count < requests[id].OutputTokens) continue;
                running.Remove(id);
                cached -= Length(id) - 1;
                stamps[id] = clock;
            }
        }
    }
}
