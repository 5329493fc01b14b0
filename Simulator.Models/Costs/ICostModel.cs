namespace Simulator.Models.Costs;

/// <summary>A cost model, compiled once for a model, a plan, a device and an engine; batches take accumulators from it.</summary>
/// <typeparam name="TAccumulator">What follows one batch.</typeparam>
public interface ICostModel<out TAccumulator>
    where TAccumulator : struct, ICostAccumulator
{
    /// <summary>An accumulator of an empty batch.</summary>
    TAccumulator CreateAccumulator();
}
