using System.Globalization;
using Simulator.Core.Time;
using Simulator.Models.Results;
using Simulator.Workloads.Requests;

namespace Simulator.Cli.Validation;

/// <summary>Compares a run with Vidur's as it goes: times of requests to a microsecond, of iterations to a nanosecond, and everything else exactly.</summary>
/// <param name="requests">Vidur's requests.</param>
/// <param name="iterations">Vidur's iterations; null where they are not recorded.</param>
internal sealed class VidurRunCheck(IReadOnlyList<VidurRequest> requests, IReadOnlyList<VidurIteration>? iterations) : IRunObserver
{
    private const double RequestTolerance = 1e-6;

    // A nanosecond, in which both ends of an iteration are cut, and what doubles cannot tell after a thousand seconds.
    private const double IterationTolerance = 1e-9 + 1e-12;

    private readonly Dictionary<long, RequestRecord> _ended = [];
    private readonly List<IterationRecord> _ran = [];
    private double _largest;
    private string? _first;

    public bool WantsIterations => iterations is not null;

    public void OnRequestEnded(in RequestRecord record) => _ended.Add(record.Request.Id, record);

    public void OnIteration(in IterationRecord record) => _ran.Add(record);

    public void OnSample(in ReplicaSample sample)
    {
    }

    /// <summary>The outcome, once the run is over.</summary>
    public ValidationCase Result(string name, long ran)
    {
        foreach (VidurRequest request in requests) Compare(request);
        if (iterations is not null) CompareIterations(iterations);
        return new ValidationCase(name, _first is null, _largest, _first, requests.Count, ran);
    }

    private static string Text(double seconds) => seconds.ToString("0.#########", CultureInfo.InvariantCulture) + " s";

    private void Compare(in VidurRequest theirs)
    {
        string request = $"request {theirs.Request.Id}";
        if (!_ended.TryGetValue(theirs.Request.Id, out RequestRecord ours))
        {
            Expect(false, () => $"{request} did not end");
            return;
        }
        if (ours.Outcome != RequestOutcome.Completed)
        {
            Expect(false, () => $"{request} did not complete: {ours.Outcome} ({ours.Rejection})");
            return;
        }
        if (theirs.Replica is { } replica) ExpectEqual(request, "served by replica", ours.Replica, replica);
        ExpectTime(request, "scheduled", ours.FirstScheduled!.Value, theirs.Scheduled);
        ExpectTime(request, "first token", ours.FirstToken!.Value, theirs.FirstToken);
        ExpectTime(request, "completed", ours.End, theirs.Completed);
        ExpectEqual(request, "restarts", ours.Preemptions, theirs.Restarts);
    }

    private void CompareIterations(IReadOnlyList<VidurIteration> theirs)
    {
        // Iterations of one replica come in the order of their starts; those of several interleave.
        IterationRecord[] ours = [.. _ran.OrderBy(iteration => iteration.Start)];
        for (int i = 0; i < Math.Min(ours.Length, theirs.Count); i++)
        {
            string iteration = $"iteration {theirs[i].Id}";
            ExpectEqual(iteration, "prompt tokens", ours[i].PrefillTokens, theirs[i].PrefillTokens);
            ExpectEqual(iteration, "decode tokens", ours[i].DecodeRows, theirs[i].DecodeTokens);
            ExpectEqual(iteration, "requests", ours[i].DecodeRows + ours[i].PrefillRows, theirs[i].Rows);
            ExpectWithin(iteration, "duration", (ours[i].End - ours[i].Start).ToSeconds(), theirs[i].Seconds, IterationTolerance);
        }
        Expect(ours.Length == theirs.Count, () => $"{ours.Length} iterations ran and Vidur has {theirs.Count}");
    }

    private void ExpectTime(string where, string what, SimTime ours, double theirs) =>
        ExpectWithin(where, what, ours.ToSeconds(), theirs, RequestTolerance);

    private void ExpectWithin(string where, string what, double ours, double theirs, double tolerance)
    {
        double error = Math.Abs(ours - theirs);
        _largest = Math.Max(_largest, error);
        Expect(error <= tolerance, () => $"{where}: {what} {Text(ours)}, Vidur has {Text(theirs)}");
    }

    private void ExpectEqual(string where, string what, long ours, long theirs) =>
        Expect(ours == theirs, () => $"{where}: {what} {ours}, Vidur has {theirs}");

    private void Expect(bool holds, Func<string> mismatch)
    {
        if (!holds) _first ??= mismatch();
    }
}
