namespace Simulator.Models.Costs;

/// <summary>A part of the host's work in an iteration. Blittable.</summary>
/// <param name="PerIteration">Seconds in every iteration, from 0 to 10.</param>
/// <param name="PerSequence">Further seconds for each sequence of the batch, from 0 to 10.</param>
public readonly record struct HostPart(double PerIteration, double PerSequence)
{
    /// <summary>Seconds with that many sequences.</summary>
    /// <param name="sequences">Sequences of the batch.</param>
    public double Seconds(double sequences) => PerIteration + sequences * PerSequence;

    /// <summary>The part so many times as long.</summary>
    /// <param name="factor">The factor, at least 0.</param>
    public HostPart Times(double factor) => new(PerIteration * factor, PerSequence * factor);
}

/// <summary>What the host does around every iteration, and whether the device waits for it.</summary>
/// <remarks>
/// The parts are the steps of vLLM's engine core (<c>EngineCore.step</c>): <c>schedule</c>, the model runner's <c>_prepare_inputs</c>,
/// reading the sampled tokens back (<c>sample_tokens</c>), and <c>update_from_output</c> with detokenising and sending. By default they
/// take 1 ms and 4 µs a sequence together; how the sum is divided is an estimate, which matters between pipeline stages alone.
/// </remarks>
public sealed record HostOverhead
{
    /// <summary>No host time at all.</summary>
    public static HostOverhead None { get; } = new() { Schedule = default, Prepare = default, Sample = default, Detokenize = default };

    /// <summary>Choosing the rows of the iteration. Before the first pipeline stage.</summary>
    public HostPart Schedule { get; init; } = new(0.25e-3, 1e-6);

    /// <summary>Building its input: positions, block tables, attention metadata. Before the first pipeline stage.</summary>
    public HostPart Prepare { get; init; } = new(0.25e-3, 1e-6);

    /// <summary>Reading the sampled tokens back. After the last pipeline stage.</summary>
    public HostPart Sample { get; init; } = new(0.25e-3, 1e-6);

    /// <summary>Appending the tokens to their sequences, detokenising, sending. After the last pipeline stage.</summary>
    public HostPart Detokenize { get; init; } = new(0.25e-3, 1e-6);

    /// <summary>
    /// Whether the host works while the device runs the iteration before (vLLM's <c>async_scheduling</c>, SGLang's overlap scheduler):
    /// an iteration then takes the longer of the two instead of the sum.
    /// </summary>
    public bool Overlapped { get; init; }

    /// <summary>What overlapping leaves between two iterations, in which neither works for the other: tokens copied back, states updated. Counts when <see cref="Overlapped"/>.</summary>
    public HostPart Exposed { get; init; }

    /// <summary>All parts together.</summary>
    public HostPart Total => new(
        Schedule.PerIteration + Prepare.PerIteration + Sample.PerIteration + Detokenize.PerIteration,
        Schedule.PerSequence + Prepare.PerSequence + Sample.PerSequence + Detokenize.PerSequence);

    /// <summary>The same with every part so many times as long.</summary>
    /// <param name="factor">The factor, at least 0.</param>
    public HostOverhead Times(double factor) => this with
    {
        Schedule = Schedule.Times(factor), Prepare = Prepare.Times(factor), Sample = Sample.Times(factor), Detokenize = Detokenize.Times(factor),
        Exposed = Exposed.Times(factor),
    };

    /// <summary>The same, with other sums that each part has its share of as before (a fourth where the sum was 0).</summary>
    /// <param name="perIteration">Seconds per iteration of all parts.</param>
    /// <param name="perSequence">Seconds per sequence of all parts.</param>
    public HostOverhead WithTotal(double perIteration, double perSequence)
    {
        HostPart total = Total;
        return this with { Schedule = Scaled(Schedule), Prepare = Scaled(Prepare), Sample = Scaled(Sample), Detokenize = Scaled(Detokenize) };

        HostPart Scaled(HostPart part) => new(
            total.PerIteration > 0 ? part.PerIteration / total.PerIteration * perIteration : perIteration / 4,
            total.PerSequence > 0 ? part.PerSequence / total.PerSequence * perSequence : perSequence / 4);
    }

    /// <summary>Every fault of these options, in words; none when they are sound.</summary>
    public IEnumerable<string> Validate()
    {
        foreach ((string name, HostPart part) in new[]
        {
            (nameof(Schedule), Schedule), (nameof(Prepare), Prepare), (nameof(Sample), Sample), (nameof(Detokenize), Detokenize),
            (nameof(Exposed), Exposed),
        })
        {
            if (!(part.PerIteration is >= 0 and <= 10))
                yield return $"Host.{name} is {part.PerIteration} s per iteration; it must be from 0 to 10 s.";
            if (!(part.PerSequence is >= 0 and <= 10))
                yield return $"Host.{name} is {part.PerSequence} s per sequence; it must be from 0 to 10 s.";
        }
    }
}
