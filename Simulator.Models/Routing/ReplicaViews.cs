namespace Simulator.Models.Routing;

/// <summary>Searches among replicas.</summary>
public static class ReplicaViews
{
    /// <summary>Position of the replica with the smallest measure; of several, the first.</summary>
    /// <param name="replicas">At least one replica.</param>
    /// <param name="measure">What to compare.</param>
    public static int IndexOfMinimum(this ReadOnlySpan<ReplicaView> replicas, Func<ReplicaView, long> measure)
    {
        ArgumentNullException.ThrowIfNull(measure);
        int best = 0;
        long least = measure(replicas[0]);
        for (int i = 1; i < replicas.Length; i++)
        {
            long value = measure(replicas[i]);
            if (value < least) (best, least) = (i, value);
        }
        return best;
    }
}
