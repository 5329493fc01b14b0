using Simulator.Core.Statistics;
using Simulator.Core.Time;
using Simulator.Workloads.Lengths;
using Simulator.Workloads.Requests;

namespace Simulator.Workloads.Traces;

/// <summary>What a trace holds, in figures. Quantiles are exact, by nearest rank.</summary>
public sealed record TraceDescription
{
    /// <summary>Requests, failures among them.</summary>
    public required long Requests { get; init; }

    /// <summary>Requests that the trace recorded as failures.</summary>
    public required long Failures { get; init; }

    /// <summary>From the first arrival to the last.</summary>
    public required SimDuration Span { get; init; }

    /// <summary>Mean rate between the first and the last arrival; null when all arrive at once.</summary>
    public required double? RequestsPerSecond { get; init; }

    /// <summary>Mean gap between arrivals in seconds; null below two requests.</summary>
    public required double? MeanGapSeconds { get; init; }

    /// <summary>Coefficient of variation of the gaps; null below two gaps or when all are 0.</summary>
    public required double? GapCv { get; init; }

    /// <summary>Prompts, failures left out; null when there are none.</summary>
    public required LengthSummary? Prompt { get; init; }

    /// <summary>Outputs, failures left out; null when there are none.</summary>
    public required LengthSummary? Output { get; init; }

    /// <summary>Models in the order of their names.</summary>
    public required IReadOnlyList<TraceShare> Models { get; init; }

    /// <summary>Classes in the order of their names.</summary>
    public required IReadOnlyList<TraceShare> Classes { get; init; }

    /// <summary>Sessions; null when no request has one.</summary>
    public required SessionSummary? Sessions { get; init; }

    /// <summary>Content that is known; null when no request has any.</summary>
    public required ContentSummary? Content { get; init; }

    /// <summary>Reads a trace to its end and describes it. Space grows with different lengths, sessions and content keys.</summary>
    /// <param name="requests">A finite trace.</param>
    /// <exception cref="TraceFormatException">A request cannot be read.</exception>
    public static TraceDescription Of(IEnumerable<Request> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var description = new Describer();
        foreach (Request request in requests) description.Add(request);
        return description.ToDescription();
    }

    private sealed class Describer
    {
        private readonly Tally _gaps = new();
        private readonly LengthHistogram _prompts = new();
        private readonly LengthHistogram _outputs = new();
        private readonly SortedDictionary<string, long> _models = new(StringComparer.Ordinal);
        private readonly SortedDictionary<string, long> _classes = new(StringComparer.Ordinal);
        private readonly Dictionary<string, long> _turns = [];
        private readonly Dictionary<long, long> _seen = [];
        private long _count, _failures, _references, _promptsWithContent, _repeatedTokens;
        private SimTime _first, _last;

        public void Add(Request request)
        {
            if (_count == 0) _first = request.Arrival;
            else _gaps.Add((request.Arrival - _last).ToSeconds());
            _last = request.Arrival;
            _count++;
            Increment(_models, request.Model);
            Increment(_classes, request.Class);
            if (request.Session != null) _turns[request.Session] = _turns.GetValueOrDefault(request.Session) + 1;
            AddContent(request);
            if (request.IsFailure)
            {
                _failures++;
                return;
            }
            _prompts.Add(request.PromptTokens);
            _outputs.Add(request.OutputTokens);
        }

        public TraceDescription ToDescription()
        {
            SimDuration span = _last - _first;
            double? meanGap = _gaps.Mean;
            return new TraceDescription
            {
                Requests = _count,
                Failures = _failures,
                Span = span,
                RequestsPerSecond = span > SimDuration.Zero ? (_count - 1) / span.ToSeconds() : null,
                MeanGapSeconds = meanGap,
                GapCv = _gaps.StandardDeviation is { } deviation && meanGap > 0 ? deviation / meanGap : null,
                Prompt = LengthSummary.Of(_prompts),
                Output = LengthSummary.Of(_outputs),
                Models = Shares(_models),
                Classes = Shares(_classes),
                Sessions = _turns.Count == 0 ? null : SessionSummary.Of(_turns.Values),
                Content = _references == 0 ? null : new ContentSummary(_references, _seen.Count, _promptsWithContent, _repeatedTokens),
            };
        }

        private void AddContent(Request request)
        {
            bool isPrefix = true;
            for (int i = 0; i < request.Content.Count; i++)
            {
                (long key, int tokens) = request.Content[i];
                long known = _seen.GetValueOrDefault(key);
                if (isPrefix) _repeatedTokens += Math.Min(known, tokens);
                isPrefix &= known >= tokens;
                long covered = i < request.Content.Count - 1 ? tokens : (long)tokens + request.OutputTokens;
                if (covered > known) _seen[key] = covered;
                _references++;
            }
            if (request.Content.Count > 0) _promptsWithContent += request.PromptTokens;
        }

        private TraceShare[] Shares(SortedDictionary<string, long> counts) =>
            [.. counts.Select(entry => new TraceShare(entry.Key, entry.Value, (double)entry.Value / _count))];

        private static void Increment(SortedDictionary<string, long> counts, string name) => counts[name] = counts.GetValueOrDefault(name) + 1;
    }
}

/// <summary>A part of a trace.</summary>
/// <param name="Name">Model or class; empty for requests without one.</param>
/// <param name="Requests">Requests in it.</param>
/// <param name="Share">Its share of all requests, from 0 to 1.</param>
public readonly record struct TraceShare(string Name, long Requests, double Share);

/// <summary>Lengths in tokens.</summary>
/// <param name="Total">Sum.</param>
/// <param name="Mean">Mean.</param>
/// <param name="P50">Median.</param>
/// <param name="P90">90th percentile.</param>
/// <param name="P95">95th percentile.</param>
/// <param name="P99">99th percentile.</param>
/// <param name="Max">Longest.</param>
public sealed record LengthSummary(long Total, double Mean, int P50, int P90, int P95, int P99, int Max)
{
    internal static LengthSummary? Of(LengthHistogram lengths) => lengths.Count == 0
        ? null
        : new(
            lengths.Total,
            (double)lengths.Total / lengths.Count,
            lengths.Quantile(0.5),
            lengths.Quantile(0.9),
            lengths.Quantile(0.95),
            lengths.Quantile(0.99),
            lengths.Quantile(1));
}

/// <summary>Sessions and their turns.</summary>
/// <param name="Sessions">Sessions.</param>
/// <param name="MeanTurns">Mean turns of a session.</param>
/// <param name="MaxTurns">Most turns of a session.</param>
/// <param name="MultiTurnShare">Share of the sessions with more than one turn, from 0 to 1.</param>
public sealed record SessionSummary(long Sessions, double MeanTurns, long MaxTurns, double MultiTurnShare)
{
    internal static SessionSummary Of(IReadOnlyCollection<long> turns) =>
        new(turns.Count, (double)turns.Sum() / turns.Count, turns.Max(), (double)turns.Count(n => n > 1) / turns.Count);
}

/// <summary>Content that prompts share.</summary>
/// <param name="References">Segments (blocks, in a Mooncake trace) of all prompts.</param>
/// <param name="Distinct">Different ones.</param>
/// <param name="PromptTokens">Tokens of the prompts whose content is known.</param>
/// <param name="RepeatedTokens">Of these, the tokens that a prefix cache without limit would hold when the prompt arrives, at best.</param>
public sealed record ContentSummary(long References, long Distinct, long PromptTokens, long RepeatedTokens)
{
    /// <summary>Share of the references that repeat an earlier one, from 0 to 1: 0.366 for Mooncake's conversations.</summary>
    public double RepeatedShare => 1 - ((double)Distinct / References);

    /// <summary>Share of the tokens that a prefix cache without limit would hold, from 0 to 1.</summary>
    public double RepeatedTokenShare => PromptTokens == 0 ? 0 : (double)RepeatedTokens / PromptTokens;
}
