using Simulator.Core.Time;

namespace Simulator.Workloads.Sessions;

/// <summary>Turns in the order of their times, and those of one time in the order in which they became known.</summary>
internal sealed class TurnOrder : IComparer<(SimTime At, long Order)>
{
    public static TurnOrder Instance { get; } = new();

    public int Compare((SimTime At, long Order) x, (SimTime At, long Order) y)
    {
        int byTime = x.At.CompareTo(y.At);
        return byTime != 0 ? byTime : x.Order.CompareTo(y.Order);
    }
}
