using Simulator.Core.Processes;
using Simulator.Core.Time;

namespace Simulator.Tests.Core.Queueing;

/// <summary>
/// The kernel against queueing theory (Kleinrock, Queueing Systems, volume 1): mean service time 1 s, first come first
/// served unless said otherwise. Seeds are fixed; each mean must lie in its 99.9 % batch-means interval.
/// </summary>
public class ClosedFormTests
{
    private const int Customers = 220_000;
    private const int Skip = 20_000;
    private const int Batch = 8_000;

    private static readonly Service[] Services = [Service.Deterministic, Service.Exponential, Service.Bursty, Service.LogNormal];

    [Test]
    public void MM1_WaitsAndSojourns_FollowTheExponentialLaw([Values] bool processes)
    {
        const double Rho = 0.7;
        var wait = new BatchMeans(Skip, Batch);
        double[] shares = [0.5, 0.9, 0.95, 0.99];
        BatchMeans[] below = [.. shares.Select(_ => new BatchMeans(Skip, Batch))];
        Run(processes, Rho, Service.Exponential, 1, (waited, served) =>
        {
            wait.Add(waited);

            // The sojourn time is exponential of rate μ − λ.
            for (int i = 0; i < shares.Length; i++) below[i].Add(waited + served <= -Math.Log(1 - shares[i]) / (1 - Rho) ? 1 : 0);
        });
        wait.AssertMean(Rho / (1 - Rho), 0.1, "mean wait");
        for (int i = 0; i < shares.Length; i++) below[i].AssertMean(shares[i], 0.05, $"quantile {shares[i]} of the sojourn");
    }

    [Test]
    public void MMc_Waits_FollowErlangC([Values(2, 5, 20)] int servers, [Values] bool processes)
    {
        double load = 0.8 * servers;
        double mustWait = ErlangC(servers, load);
        double rate = servers - load;
        var wait = new BatchMeans(Skip, Batch);
        var delayed = new BatchMeans(Skip, Batch);
        var below90 = new BatchMeans(Skip, Batch);
        Run(processes, load, Service.Exponential, servers, (waited, _) =>
        {
            wait.Add(waited);
            delayed.Add(waited > 0 ? 1 : 0);

            // P(W > t) = C exp(−(cμ − λ) t).
            below90.Add(waited <= Math.Log(mustWait / 0.1) / rate ? 1 : 0);
        });
        wait.AssertMean(mustWait / rate, 0.25, "mean wait");
        delayed.AssertMean(mustWait, 0.1, "probability of waiting");
        below90.AssertMean(0.9, 0.05, "quantile 0.9 of the wait");
    }

    [Test]
    public void MD1_Waits_FollowCrommelinsFormula([Values] bool processes)
    {
        const double Rho = 0.75;
        var wait = new BatchMeans(Skip, Batch);
        double[] times = [0.25, 0.5, 1, 2.5, 4, 6];
        BatchMeans[] below = [.. times.Select(_ => new BatchMeans(Skip, Batch))];
        Run(processes, Rho, Service.Deterministic, 1, (waited, _) =>
        {
            wait.Add(waited);
            for (int i = 0; i < times.Length; i++) below[i].Add(waited <= times[i] ? 1 : 0);
        });
        wait.AssertMean(Rho / (2 * (1 - Rho)), 0.1, "mean wait");
        for (int i = 0; i < times.Length; i++) below[i].AssertMean(Crommelin(Rho, times[i]), 0.05, $"P(W ≤ {times[i]})");
    }

    [Test]
    public void MG1_Waits_HaveTheMomentsOfPollaczekAndKhinchine([ValueSource(nameof(Services))] Service service, [Values] bool processes)
    {
        const double Rho = 0.6;
        double mean = Rho * service.SecondMoment / (2 * (1 - Rho));
        double second = 2 * mean * mean + Rho * service.ThirdMoment / (3 * (1 - Rho));
        var wait = new BatchMeans(Skip, Batch);
        var square = new BatchMeans(Skip, Batch);
        var atOnce = new BatchMeans(Skip, Batch);
        Run(processes, Rho, service, 1, (waited, _) =>
        {
            wait.Add(waited);
            square.Add(waited * waited);
            atOnce.Add(waited == 0 ? 1 : 0);
        });
        wait.AssertMean(mean, 0.15, "mean wait");
        square.AssertMean(second, 0.5, "second moment of the wait");
        atOnce.AssertMean(1 - Rho, 0.05, "share that does not wait");
    }

    [Test]
    public void MG1_ProcessorSharing_IsInsensitiveToTheServiceDistribution([ValueSource(nameof(Services))] Service service)
    {
        const double Rho = 0.6;
        var sojourn = new BatchMeans(Skip, Batch);
        var slowdownOfSmall = new BatchMeans(0, 1000);
        new SharingStation(Rho, service, (time, size) =>
        {
            sojourn.Add(time);

            // A customer of size x stays x / (1 − ρ) on average, whatever x is.
            if (size is > 0.1 and <= 1) slowdownOfSmall.Add(time / size);
        }).Run(Customers);
        sojourn.AssertMean(1 / (1 - Rho), 0.1, "mean sojourn");
        slowdownOfSmall.AssertMean(1 / (1 - Rho), 0.1, "slowdown");
    }

    [Test]
    public void Resource_Statistics_ObeyLittlesLaw()
    {
        const double Load = 1.6;
        var model = new ProcessModel(Load, Service.Exponential, 2, (_, _) => { });
        Resource station = model.Run(Customers);
        double rate = Customers / model.Now;
        Assert.That(station.WaitingTime.Count, Is.EqualTo(Customers));
        double queue = station.QueueLengthOverTime.Average(SimTime.FromSeconds(model.Now));
        Assert.That(queue, Is.EqualTo(rate * station.WaitingTime.Mean!.Value).Within(1e-9));
        Assert.That(station.Utilization, Is.EqualTo(Load / 2).Within(0.01));
    }

    private static void Run(bool processes, double arrivalRate, Service service, int servers, Action<double, double> waitAndService)
    {
        if (processes) new ProcessModel(arrivalRate, service, servers, waitAndService).Run(Customers);
        else new FifoStation(arrivalRate, service, servers, waitAndService).Run(Customers);
    }

    /// <summary>Probability of waiting with c servers and an offered load of a Erlang, through the recurrence of Erlang B.</summary>
    private static double ErlangC(int servers, double load)
    {
        double blocked = 1;
        for (int k = 1; k <= servers; k++) blocked = load * blocked / (k + load * blocked);
        return blocked / (1 - load / servers * (1 - blocked));
    }

    /// <summary>P(W ≤ t) of M/D/1 with service time 1: (1 − ρ) Σ (−ρ(t − k))ᵏ e^{ρ(t − k)} / k! for k = 0 … ⌊t⌋.</summary>
    private static double Crommelin(double rho, double time)
    {
        double sum = 0;
        double factorial = 1;
        for (int k = 0; k <= time; k++)
        {
            if (k > 0) factorial *= k;
            double x = rho * (time - k);
            sum += Math.Pow(-x, k) * Math.Exp(x) / factorial;
        }
        return (1 - rho) * sum;
    }
}
