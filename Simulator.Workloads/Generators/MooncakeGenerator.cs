using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Arrivals;
using Simulator.Workloads.Lengths;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Sessions;
using Simulator.Workloads.Spans;
using Simulator.Workloads.Traces;

namespace Simulator.Workloads.Generators;

/// <summary>
/// Traffic with the shape of Mooncake's conversations (kvcache-ai/Mooncake, FAST25-release), without its data: long prompts in blocks
/// of 512 tokens, a first block that all share, turns that repeat the whole blocks of the turn before, times in steps of 3 s.
/// </summary>
/// <remarks>
/// Chosen to agree with the published figures: prompts of 12,000 tokens in the mean with a median of 7,000, outputs of 343 tokens,
/// 36.6 % of the block references repeated. The trace has no end; cut it with Take or Window.
/// </remarks>
public sealed record MooncakeGenerator
{
    private const int BlockTokens = Traces.Reading.JsonLinesTraceReader.BlockTokens;
    private const long Quantum = 3 * SimDuration.NanosecondsPerSecond;
    private const double MeanTurns = 1.6;
    private const int MaxPrompt = 126_000;

    private static readonly LogNormalLength FirstPrompt = LogNormalLength.OfMean(mean: 11_000, cv: 1.55, max: MaxPrompt);

    private static readonly LogNormalLength NewInput = LogNormalLength.OfMean(mean: 900, cv: 2, max: 30_000);

    private static readonly QuantileLength Output = new(new(0, 1), new(0.25, 110), new(0.5, 340), new(0.75, 440), new(0.95, 680), new(1, 2000));

    private static readonly LogNormalSpan Think = LogNormalSpan.OfQuantiles(SimDuration.FromSeconds(60), SimDuration.FromSeconds(300));

    /// <summary>Mean requests per second, above 0; 3.4 by default, as recorded.</summary>
    public double Rate { get; init; } = 3.4;

    /// <summary>The traffic as a trace without end.</summary>
    /// <param name="seed">The same seed gives the same trace on every platform.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not a number above 0.</exception>
    public Trace ToTrace(ulong seed)
    {
        Seconds.Positive(Rate, nameof(Rate));
        return Trace.From(Requests(new RandomStreams(seed)), "Mooncake-like trace");
    }

    private IEnumerable<Request> Requests(RandomStreams streams)
    {
        RandomStream sessions = streams.Stream("sessions");
        var due = new PriorityQueue<Dialogue, (SimTime At, long Order)>(TurnOrder.Instance);
        long order = 0, id = 0, nextBlock = 1;
        foreach (SimTime start in new PoissonArrivals(Rate / MeanTurns).Arrivals(streams.Stream("arrivals")))
        {
            due.Enqueue(new Dialogue(sessions.Substream(order)), (start, order++));
            while (due.TryPeek(out Dialogue? dialogue, out (SimTime At, long Order) turn) && turn.At <= start)
            {
                due.Dequeue();
                SimTime stamped = SimTime.FromNanoseconds(turn.At.Nanoseconds / Quantum * Quantum);
                yield return dialogue.Next(id++, stamped, ref nextBlock);
                if (!dialogue.IsOver) due.Enqueue(dialogue, (turn.At + Think.Next(dialogue.Random), order++));
            }
        }
    }

    /// <summary>A conversation and the blocks of its last prompt that were whole.</summary>
    private sealed class Dialogue(RandomStream random)
    {
        private readonly List<long> _wholeBlocks = [0];
        private long _turnsLeft = random.NextGeometric(MeanTurns);
        private int _history;

        public RandomStream Random => random;

        public bool IsOver => _turnsLeft == 0;

        public Request Next(long id, SimTime arrival, ref long nextBlock)
        {
            int prompt = _history == 0 ? BlockTokens + FirstPrompt.Next(random) : _history + NewInput.Next(random);
            int output = Math.Max(1, Output.Next(random));
            _turnsLeft--;
            _history = prompt + output;
            if (_history > MaxPrompt) _turnsLeft = 0;

            var content = new ContentSegment[(prompt + BlockTokens - 1) / BlockTokens];
            for (int i = 0; i < content.Length; i++)
            {
                int tokens = Math.Min(BlockTokens, prompt - (i * BlockTokens));
                long block = i < _wholeBlocks.Count ? _wholeBlocks[i] : nextBlock++;
                if (i >= _wholeBlocks.Count && tokens == BlockTokens) _wholeBlocks.Add(block);
                content[i] = new ContentSegment(block, tokens);
            }
            return new Request { Id = id, Arrival = arrival, PromptTokens = prompt, OutputTokens = output, Content = content };
        }
    }
}
