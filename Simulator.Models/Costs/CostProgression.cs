namespace Simulator.Models.Costs;

/// <summary>Costs of consecutive decode-only iterations of one batch: an arithmetic progression.</summary>
/// <remarks>
/// Iteration j (from 0) costs <c>First + j × Increment</c>. While the pieces of the cost model are linear in the sum of
/// contexts, k iterations have a closed form, and stepping one by one gives the same integers (invariant 7).
/// </remarks>
/// <param name="First">Cost of the first iteration.</param>
/// <param name="Increment">What each further iteration costs more.</param>
/// <param name="Iterations">How many iterations the progression holds for, at least 1.</param>
public readonly record struct CostProgression(IterationCost First, IterationCost Increment, int Iterations)
{
    /// <summary>Cost of iteration <paramref name="index"/>, from 0.</summary>
    public IterationCost At(long index) => First + Increment * index;

    /// <summary>Cost of the first <paramref name="count"/> iterations together.</summary>
    public IterationCost Sum(long count) => First * count + Increment * (count * (count - 1) / 2);
}
