using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Arrivals;
using Simulator.Workloads.Lengths;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Spans;
using Simulator.Workloads.Traces;

namespace Simulator.Workloads.Generators;

/// <summary>The releases of BurstGPT that a generated trace can look like.</summary>
public enum BurstGptRelease
{
    /// <summary>The first and second: no sessions, no durations, 1.8 % failures.</summary>
    V1,

    /// <summary>The third: conversations have sessions and requests have durations; 7.3 % failures.</summary>
    V3,
}

/// <summary>
/// Traffic with the shape of BurstGPT (arXiv 2401.17644), without its data: days of log-normal volume, the profile of the hours,
/// conversations that grow turn by turn, bursts of API calls, two models, failures.
/// </summary>
/// <remarks>
/// <para>
/// Volume: a day's rate is log-normal with the spread of the 61 days of BurstGPT_1 (σ 1.144), an hour's follows the mean profile of its
/// 24 hours. 54 % of the requests are API calls, 46 % conversation; 84 % go to ChatGPT, 16 % to GPT-4. Sessions start with Gamma
/// gaps of shape 0.9, API calls come with Gamma gaps of shape 0.35, on a clock that follows the volume.
/// </para>
/// <para>
/// Lengths: quantile tables chosen so that the whole agrees with the published quantiles of the first 59,999 rows. A conversation has
/// 2.9 turns in the mean (1 + geometric); its prompt holds what went before. Think gaps are log-normal (median 116 s, σ 1.93),
/// durations linear in the output, as fitted to the first 400 rows of the third release: ChatGPT 1.10 + 0.0109 s per
/// token, GPT-4 0.05 s + 0.26 ms per prompt token + 0.1155 s per token.
/// </para>
/// <para>Times are whole seconds and the clock starts at 0:00, as in the releases. The trace has no end; cut it with Take or Window.</para>
/// </remarks>
/// <example><code>
/// Trace month = new BurstGptGenerator { Release = BurstGptRelease.V3 }.ToTrace(seed: 42).Window(SimDuration.Zero, 720.Hours());
/// </code></example>
public sealed record BurstGptGenerator
{
    private const double ApiShare = 0.54;
    private const double ChatGptShare = 0.84;
    private const double DaySigma = 1.144;
    private const double MeanTurns = 2.9;
    private const double SessionGapCv = 1.0540925533894598;
    private const double ApiGapCv = 1.6903085094570331;
    private const int MaxContext = 8192;
    private const int MaxPrompt = 6142;

    private static readonly double[] HourProfile = RateProfile.OfDay(
        [940, 893, 572, 513, 368, 342, 194, 153, 178, 416, 879, 1287, 1744, 1501, 1796, 1401, 1476, 1356, 1181, 1568, 1353, 1175, 1129, 1026]);

    private static readonly QuantileLength ApiPrompt = new(
        new(0, 1), new(0.5, 30), new(0.75, 130), new(0.85, 560), new(0.9, 1150), new(0.95, 1510), new(0.985, 2350), new(0.997, 3800), new(1, MaxPrompt));

    private static readonly QuantileLength ApiOutput = new(new(0, 1), new(0.5, 7), new(0.85, 14), new(0.94, 70), new(0.985, 280), new(1, 800));

    private static readonly QuantileLength NewInput = new(new(0, 1), new(0.5, 12), new(0.8, 32), new(0.95, 110), new(0.99, 400), new(1, 2000));

    private static readonly QuantileLength ConversationOutput = new(
        new(0, 1), new(0.05, 8), new(0.25, 40), new(0.5, 150), new(0.75, 350), new(0.9, 530), new(0.95, 650), new(0.99, 900), new(0.999, 1500), new(1, 3000));

    private static readonly LogNormalSpan Think = new(mu: 4.75, sigma: 1.93);

    /// <summary>Which release the trace looks like.</summary>
    public BurstGptRelease Release { get; init; } = BurstGptRelease.V1;

    /// <summary>Mean requests per second, above 0; 0.2713 by default, the mean of BurstGPT_1.</summary>
    public double Rate { get; init; } = 0.2713;

    private double FailureShare => Release == BurstGptRelease.V1 ? 0.018 : 0.073;

    /// <summary>The traffic as a trace without end.</summary>
    /// <param name="seed">The same seed gives the same trace on every platform.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not a number above 0.</exception>
    public Trace ToTrace(ulong seed)
    {
        Seconds.Positive(Rate, nameof(Rate));
        return Trace.From(Requests(new RandomStreams(seed)), $"BurstGPT-like {Release} trace").KeepClock();
    }

    private static IEnumerable<double> HourFactors(RandomStream random)
    {
        while (true)
        {
            double day = random.NextLogNormal(-DaySigma * DaySigma / 2, DaySigma);
            foreach (double hour in HourProfile) yield return day * hour;
        }
    }

    private IEnumerable<Request> Requests(RandomStreams streams)
    {
        using IEnumerator<Request> api = ApiCalls(streams).GetEnumerator();
        using IEnumerator<Request> conversation = ConversationTurns(streams).GetEnumerator();
        RandomStream failures = streams.Stream("failures");
        api.MoveNext();
        conversation.MoveNext();
        for (long id = 0; ; id++)
        {
            IEnumerator<Request> first = api.Current.Arrival <= conversation.Current.Arrival ? api : conversation;
            Request request = first.Current;
            long second = request.Arrival.Nanoseconds / SimDuration.NanosecondsPerSecond;
            bool failed = failures.NextDouble() < FailureShare;
            yield return request with
            {
                Id = id,
                Arrival = SimTime.FromNanoseconds(second * SimDuration.NanosecondsPerSecond),
                PromptTokens = failed ? 0 : request.PromptTokens,
                OutputTokens = failed ? 0 : request.OutputTokens,
                Content = failed ? [] : request.Content,
            };
            first.MoveNext();
        }
    }

    private IEnumerable<Request> ApiCalls(RandomStreams streams)
    {
        RandomStream lengths = streams.Stream("api lengths");
        RandomStream models = streams.Stream("api models");
        RandomStream durations = streams.Stream("api durations");
        IEnumerable<SimTime> stationary = new GammaArrivals(Rate * ApiShare, ApiGapCv).Arrivals(streams.Stream("api arrivals"));
        foreach (SimTime arrival in RateProfile.Rescale(stationary, HourFactors(streams.Stream("days"))))
        {
            var model = BurstGptModel.Draw(models, ChatGptShare);
            int prompt = ApiPrompt.Next(lengths);
            int output = Math.Min(ApiOutput.Next(lengths), MaxContext - prompt);
            yield return new Request
            {
                Id = 0,
                Arrival = arrival,
                PromptTokens = prompt,
                OutputTokens = output,
                Model = model.Name,
                Class = "api",
                RecordedDuration = Release == BurstGptRelease.V3 ? model.Duration(prompt, output, durations) : null,
            };
        }
    }

    private IEnumerable<Request> ConversationTurns(RandomStreams streams)
    {
        var due = new PriorityQueue<BurstGptConversation, (SimTime At, long Order)>(Sessions.TurnOrder.Instance);
        RandomStream sessions = streams.Stream("sessions");
        IEnumerable<SimTime> stationary = new GammaArrivals(Rate * (1 - ApiShare) / MeanTurns, SessionGapCv).Arrivals(streams.Stream("session arrivals"));
        long order = 0;
        foreach (SimTime start in RateProfile.Rescale(stationary, HourFactors(streams.Stream("days"))))
        {
            due.Enqueue(new BurstGptConversation(sessions.Substream(order), ChatGptShare, MeanTurns), (start, order++));
            while (due.TryPeek(out BurstGptConversation? conversation, out (SimTime At, long Order) turn) && turn.At <= start)
            {
                due.Dequeue();
                Request request = conversation.Next(turn.At, NewInput, ConversationOutput, MaxPrompt, MaxContext);
                if (!conversation.IsOver) due.Enqueue(conversation, (turn.At + request.RecordedDuration!.Value + Think.Next(conversation.Random), order++));
                yield return Release == BurstGptRelease.V3
                    ? request
                    : request with { Session = null, Turn = 0, RecordedDuration = null, Content = [] };
            }
        }
    }
}
