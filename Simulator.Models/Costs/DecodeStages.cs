namespace Simulator.Models.Costs;

/// <summary>Where in the pipeline the seconds of a decode-only pass fall, by what they go by; without the host, and without attention, which goes by contexts.</summary>
internal sealed class DecodeStages
{
    private DecodeStages(in Sink sink) => (Tokens, Copies, Sequences) = (sink.Tokens, sink.Copies, sink.Sequences);

    /// <summary>Those of a rank's tokens, padded or not.</summary>
    public StageSeconds Tokens { get; }

    /// <summary>Those of copies of the feed-forward.</summary>
    public StageSeconds Copies { get; }

    /// <summary>Those of a rank's sequences.</summary>
    public StageSeconds Sequences { get; }

    /// <summary>Of one number of rows.</summary>
    /// <param name="shape">The rows.</param>
    /// <param name="parameters">Model, plan, device and options, compiled.</param>
    public static DecodeStages Of(in IterationShape shape, in RooflineParameters parameters)
    {
        var sink = new Sink(parameters.FeedForwardCopies != 0);
        Roofline.Visit(shape, parameters, ref sink);
        return new(sink);
    }

    private struct Sink(bool copied) : IOperatorSink
    {
        public StageSeconds Tokens;
        public StageSeconds Copies;
        public StageSeconds Sequences;

        public void Add(in OperatorCost cost)
        {
            if (cost.Operator == Operator.AttentionDecode)
                return;
            switch (DecodeSeconds.PartOf(cost.Operator, copied))
            {
                case DecodePart.Tokens: Tokens.Add(cost); break;
                case DecodePart.Copies: Copies.Add(cost); break;
                case DecodePart.Sequences: Sequences.Add(cost); break;
                default: break;
            }
        }
    }
}
