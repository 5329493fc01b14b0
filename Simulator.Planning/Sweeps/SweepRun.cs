using System.Collections.Concurrent;
using System.Diagnostics;

namespace Simulator.Planning.Sweeps;

/// <summary>Runs the points of a shard that are not done yet. It can be killed at any moment and run again: nothing is lost, and no point that is done runs twice.</summary>
public sealed record SweepRun
{
    /// <summary>The points.</summary>
    public required SweepManifest Manifest { get; init; }

    /// <summary>Where results go.</summary>
    public required SweepResults Results { get; init; }

    /// <summary>
    /// Runs a point and gives its result, JSON on one line: a pure function of the point. It is called by several threads at once. What it throws
    /// is a failure of that point alone, but for <see cref="IOException"/> and <see cref="OutOfMemoryException"/>, which are the machine's.
    /// </summary>
    public required Func<SweepPoint, CancellationToken, string> Evaluate { get; init; }

    /// <summary>Which of the points to run.</summary>
    /// <value>All.</value>
    public Shard Shard { get; init; } = Shard.Whole;

    /// <summary>Points to run at a time, at least 1. Results are the same for any number.</summary>
    /// <value>1.</value>
    public int Cores { get; init; } = 1;

    /// <summary>Runs the points.</summary>
    /// <param name="progress">Called with the number of points that are done or were before, never by two threads at once; null for nothing.</param>
    /// <param name="stop">Ends the run early.</param>
    /// <exception cref="IOException">The machine failed: another try may do.</exception>
    /// <exception cref="OutOfMemoryException">As above.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped early.</exception>
    public SweepTally Run(Action<long>? progress = null, CancellationToken stop = default)
    {
        using var journal = new SweepJournal(Results.Folder);
        var tally = new Tally(progress);
        Exception? machine = null;
        // Without a buffer, so that threads hold one point each and no more.
        Partitioner<SweepPoint> points = Partitioner.Create(Manifest.Points().Where(point => Shard.Has(point.Number)), EnumerablePartitionerOptions.NoBuffering);
        try
        {
            Parallel.ForEach(points, new ParallelOptions { MaxDegreeOfParallelism = Cores }, (point, loop) =>
            {
                if (stop.IsCancellationRequested) loop.Stop();
                if (loop.ShouldExitCurrentIteration) return;
                try
                {
                    RunOne(point, tally, journal, stop);
                }
                catch (Exception) when (stop.IsCancellationRequested)
                {
                    loop.Stop();
                }
                catch (Exception e) when (IsOfMachine(e))
                {
                    Interlocked.CompareExchange(ref machine, e, null);
                    loop.Stop();
                }
                catch (Exception e)
                {
                    tally.Fail(point, e);
                }
            });
        }
        catch (AggregateException e) when (e.InnerExceptions.FirstOrDefault(IsOfMachine) is { } fault)
        {
            // The manifest could not be read on.
            machine = fault;
        }
        if (machine is not null) throw machine is OutOfMemoryException ? machine : new IOException(machine.Message, machine);
        stop.ThrowIfCancellationRequested();
        return tally.ToResult();
    }

    private void RunOne(SweepPoint point, Tally tally, SweepJournal journal, CancellationToken stop)
    {
        if (Results.Has(point))
        {
            tally.Skip();
            return;
        }
        long started = Stopwatch.GetTimestamp();
        Results.Add(point, Evaluate(point, stop));
        journal.Add(point, Stopwatch.GetElapsedTime(started));
        tally.Do();
    }

    private static bool IsOfMachine(Exception fault) => fault is IOException or UnauthorizedAccessException or OutOfMemoryException;

    private sealed class Tally(Action<long>? progress)
    {
        private readonly Lock _lock = new();
        private long _done, _skipped, _failed;
        private (SweepPoint Point, Exception Fault)? _first;

        public void Do()
        {
            lock (_lock)
            {
                _done++;
                progress?.Invoke(_done + _skipped);
            }
        }

        public void Skip()
        {
            lock (_lock)
            {
                _skipped++;
                progress?.Invoke(_done + _skipped);
            }
        }

        public void Fail(SweepPoint point, Exception fault)
        {
            lock (_lock)
            {
                _failed++;
                if (_first is null || point.Number < _first.Value.Point.Number) _first = (point, fault);
            }
        }

        public SweepTally ToResult() => new(_done, _skipped, _failed, _first?.Point, _first?.Fault);
    }
}

/// <summary>What became of the points of a shard.</summary>
/// <param name="Done">Points that ran.</param>
/// <param name="Skipped">Points that were done before.</param>
/// <param name="Failed">Points that failed; they have no result.</param>
/// <param name="FirstFailed">The first of them; null when there is none.</param>
/// <param name="Fault">What went wrong with it; null when none failed.</param>
public sealed record SweepTally(long Done, long Skipped, long Failed, SweepPoint? FirstFailed, Exception? Fault);
