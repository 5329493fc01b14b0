using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Simulator.Cli.Validation.Measured;

/// <summary>Independent runs on all cores, with results in the order of what was run.</summary>
internal static class InOrder
{
    /// <summary>Runs every item; the result does not depend on how many cores there are.</summary>
    /// <param name="items">The items; long ones are best put first.</param>
    /// <param name="run">Runs one, and touches nothing that another run touches.</param>
    /// <returns>What each item came to, in the order of the items. Of several faults that of the first item that has one is thrown.</returns>
    public static IReadOnlyList<TResult> Run<TItem, TResult>(IReadOnlyList<TItem> items, Func<TItem, TResult> run)
    {
        TResult[] results = new TResult[items.Count];
        ExceptionDispatchInfo?[] faults = new ExceptionDispatchInfo?[items.Count];
        Parallel.ForEach(Partitioner.Create(Enumerable.Range(0, items.Count), EnumerablePartitionerOptions.NoBuffering), i =>
        {
            try
            {
                results[i] = run(items[i]);
            }
#pragma warning disable CA1031 // Thrown again below, in the order of the items.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                faults[i] = ExceptionDispatchInfo.Capture(fault);
            }
        });
        foreach (ExceptionDispatchInfo? fault in faults) fault?.Throw();
        return results;
    }
}
