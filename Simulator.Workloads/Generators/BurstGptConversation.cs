using System.Globalization;
using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Lengths;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Workloads.Generators;

/// <summary>A model of BurstGPT with the durations of its responses.</summary>
internal sealed record BurstGptModel(string Name, double BaseSeconds, double SecondsPerPromptToken, double SecondsPerOutputToken)
{
    private static readonly BurstGptModel ChatGpt = new("ChatGPT", 1.10, 0, 0.0109);
    private static readonly BurstGptModel Gpt4 = new("GPT-4", 0.05, 0.00026, 0.1155);

    public static BurstGptModel Draw(RandomStream random, double chatGptShare) => random.NextDouble() < chatGptShare ? ChatGpt : Gpt4;

    /// <summary>Whole seconds, as recorded: the fitted line with a log-normal spread of 30 %.</summary>
    public SimDuration Duration(int promptTokens, int outputTokens, RandomStream random)
    {
        const double Sigma = 0.3;
        double seconds = BaseSeconds + (SecondsPerPromptToken * promptTokens) + (SecondsPerOutputToken * outputTokens);
        return SimDuration.FromSeconds(Math.Round(seconds * random.NextLogNormal(-Sigma * Sigma / 2, Sigma)));
    }
}

/// <summary>A conversation of BurstGPT: each prompt holds the prompts and the outputs before it.</summary>
internal sealed class BurstGptConversation
{
    private readonly BurstGptModel _model;
    private readonly string _session;
    private long _turnsLeft;
    private int _history;
    private int _turn;

    public BurstGptConversation(RandomStream random, double chatGptShare, double meanTurns)
    {
        Random = random;
        _model = BurstGptModel.Draw(random, chatGptShare);
        _session = Uuid(random.NextUInt64(), random.NextUInt64());
        _turnsLeft = random.NextGeometric(meanTurns);
    }

    public RandomStream Random { get; }

    public bool IsOver => _turnsLeft == 0;

    /// <summary>The next turn. A prompt that is full is the last one.</summary>
    public Request Next(SimTime arrival, ILengthDistribution newInput, ILengthDistribution output, int maxPrompt, int maxContext)
    {
        _turnsLeft--;
        int prompt = Math.Min(_history + newInput.Next(Random), maxPrompt);
        int generated = Math.Min(output.Next(Random), maxContext - prompt);
        _history = prompt + generated;
        if (_history >= maxPrompt) _turnsLeft = 0;
        return new Request
        {
            Id = 0,
            Arrival = arrival,
            PromptTokens = prompt,
            OutputTokens = generated,
            Model = _model.Name,
            Class = "conversation",
            Session = _session,
            Turn = _turn++,
            RecordedDuration = _model.Duration(prompt, generated, Random),
            Content = [new ContentSegment(ContentKeys.OfSession(_session), prompt)],
        };
    }

    /// <summary>128 random bits in the form of a version 4 UUID (RFC 9562).</summary>
    private static string Uuid(ulong high, ulong low)
    {
        high = (high & 0xFFFFFFFFFFFF0FFF) | 0x4000;
        low = (low & 0x3FFFFFFFFFFFFFFF) | 0x8000000000000000;
        string digits = string.Create(CultureInfo.InvariantCulture, $"{high:x16}{low:x16}");
        return $"{digits[..8]}-{digits[8..12]}-{digits[12..16]}-{digits[16..20]}-{digits[20..]}";
    }
}
