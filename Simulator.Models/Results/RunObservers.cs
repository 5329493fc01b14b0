namespace Simulator.Models.Results;

/// <summary>Several observers of one run, each of which sees what it would see alone, in the order in which they are given.</summary>
public sealed class RunObservers : IRunObserver
{
    private readonly IRunObserver[] _all;
    private readonly IRunObserver[] _ofIterations;
    private readonly IRunObserver[] _ofRows;

    /// <summary>Combines observers.</summary>
    /// <param name="observers">The observers; none is allowed, and then nothing is seen.</param>
    public RunObservers(params IEnumerable<IRunObserver> observers)
    {
        _all = [.. observers];
        _ofIterations = [.. _all.Where(observer => observer.WantsIterations)];
        _ofRows = [.. _all.Where(observer => observer.WantsRows)];
    }

    /// <inheritdoc/>
    public bool WantsIterations => _ofIterations.Length > 0;

    /// <inheritdoc/>
    public bool WantsRows => _ofRows.Length > 0;

    /// <inheritdoc/>
    public void OnRequestEnded(in RequestRecord record)
    {
        foreach (IRunObserver observer in _all) observer.OnRequestEnded(record);
    }

    /// <inheritdoc/>
    public void OnIteration(in IterationRecord record)
    {
        foreach (IRunObserver observer in _ofIterations) observer.OnIteration(record);
    }

    /// <inheritdoc/>
    public void OnRow(in RowRecord record)
    {
        foreach (IRunObserver observer in _ofRows) observer.OnRow(record);
    }

    /// <inheritdoc/>
    public void OnPreemption(in PreemptionRecord record)
    {
        foreach (IRunObserver observer in _ofRows) observer.OnPreemption(record);
    }

    /// <inheritdoc/>
    public void OnSample(in ReplicaSample sample)
    {
        foreach (IRunObserver observer in _all) observer.OnSample(sample);
    }
}
