using System.Globalization;
using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Arrivals;
using Simulator.Workloads.Requests;

namespace Simulator.Workloads.Traces;

/// <summary>What the methods of <see cref="Trace"/> do, request by request.</summary>
internal static class Transforms
{
    private const int NamesInMessage = 8;

    public static IEnumerable<Request> Only(IEnumerable<Request> source, string name, string[] models, string[] classes)
    {
        bool passed = false;
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        foreach (Request request in source)
        {
            if (Matches(request.Model, models) && Matches(request.Class, classes))
            {
                passed = true;
                yield return request;
            }
            else if (!passed && seen.Count < NamesInMessage)
            {
                seen.Add($"{Shown(request.Model)} {Shown(request.Class)}");
            }
        }
        if (passed || seen.Count == 0) yield break;
        throw new TraceFormatException(
            name,
            0,
            null,
            $"no request has {Wanted("model", models)}{(models.Length > 0 && classes.Length > 0 ? " and " : "")}{Wanted("class", classes)}",
            $"The trace has (model, class): {string.Join(", ", seen)}");
    }

    public static IEnumerable<Request> Window(IEnumerable<Request> source, string name, SimDuration from, SimDuration to)
    {
        SimTime? first = null;
        SimDuration last = SimDuration.Zero;
        bool passed = false;
        foreach (Request request in source)
        {
            first ??= request.Arrival;
            last = request.Arrival - first.Value;
            if (last >= to) break;
            if (last < from) continue;
            passed = true;
            yield return request;
        }
        if (passed || first == null) yield break;
        throw new TraceFormatException(
            name,
            0,
            null,
            $"no request arrives between {from} and {to} after the first",
            last < from ? $"The last one arrives {last} after it" : "Make the window longer");
    }

    public static IEnumerable<Request> Take(IEnumerable<Request> source, long count)
    {
        foreach (Request request in source)
        {
            yield return request;
            if (--count == 0) yield break;
        }
    }

    public static IEnumerable<Request> SpeedUp(IEnumerable<Request> source, string name, double factor) => SpeedUp(source, name, new Lazy<double>(factor));

    private static IEnumerable<Request> SpeedUp(IEnumerable<Request> source, string name, Lazy<double> lazyFactor)
    {
        double factor = lazyFactor.Value;
        SimTime? first = null;
        foreach (Request request in source)
        {
            first ??= request.Arrival;
            yield return request with
            {
                Arrival = first.Value + Divide(request.Arrival - first.Value, factor, name),
                RecordedDuration = request.RecordedDuration is { } duration ? Divide(duration, factor, name) : null,
            };
        }
    }

    public static IEnumerable<Request> ToRate(IEnumerable<Request> source, string name, double requestsPerSecond)
    {
        var factor = new Lazy<double>(() => FactorToRate(source, name, requestsPerSecond));
        return SpeedUp(source, name, factor);
    }

    public static Request Clip(Request request, int maxPrompt, int maxOutput)
    {
        if (request.PromptTokens <= maxPrompt && request.OutputTokens <= maxOutput) return request;
        int prompt = Math.Min(request.PromptTokens, maxPrompt);
        return request with
        {
            PromptTokens = prompt,
            OutputTokens = Math.Min(request.OutputTokens, maxOutput),
            Content = ClipContent(request.Content, prompt),
        };
    }

    public static Request AllowOutput(Request request, int? tokens) =>
        request with { MaxOutputTokens = tokens ?? (request.IsFailure ? request.MaxOutputTokens : request.OutputTokens) };

    public static IEnumerable<Request> Loop(IEnumerable<Request> source, long times, SimDuration? until, string name = "")
    {
        SimDuration shift = SimDuration.Zero;
        SimDuration length = SimDuration.Zero;
        SimTime? first = null;
        for (long round = 0; round < times; round++)
        {
            SimTime last = first ?? SimTime.Zero;
            long count = 0;
            foreach (Request request in source)
            {
                first ??= request.Arrival;
                last = request.Arrival;
                count++;
                if (until != null && last + shift - first.Value >= until) yield break;
                yield return round == 0 ? request : Again(request, shift, round);
            }
            if (first == null) yield break;
            if (round == 0) length = LengthWithGap(last - first.Value, count);
            if (until != null && length == SimDuration.Zero)
                throw new TraceFormatException(name, 0, null, "its requests arrive at once, so that repeating them takes no time", "Give them arrivals first");
            shift += length;
        }
    }

    public static IEnumerable<Request> SpreadQuantum(IEnumerable<Request> source, SimDuration quantum)
    {
        var group = new List<Request>();
        foreach (Request request in source)
        {
            if (group.Count > 0 && request.Arrival != group[0].Arrival)
            {
                SimDuration room = request.Arrival - group[0].Arrival;
                foreach (Request spread in Spread(group, room < quantum ? room : quantum)) yield return spread;
                group.Clear();
            }
            group.Add(request);
        }
        foreach (Request spread in Spread(group, quantum)) yield return spread;
    }

    public static IEnumerable<Request> WithArrivals(IEnumerable<Request> source, IArrivalProcess arrivals, ulong seed) =>
        source.Zip(arrivals.Arrivals(new RandomStreams(seed).Stream("arrivals")), (request, arrival) => request with { Arrival = arrival });

    public static Request WithSessionPrefix(Request request) => request.Session == null || request.PromptTokens == 0
        ? request
        : request with { Content = [new ContentSegment(ContentKeys.OfSession(request.Session), request.PromptTokens)] };

    /// <summary>Count of the requests, and the span from the first arrival to the last.</summary>
    public static (long Count, SimDuration Span) Measure(IEnumerable<Request> source)
    {
        SimTime? first = null;
        SimTime last = SimTime.Zero;
        long count = 0;
        foreach (Request request in source)
        {
            first ??= request.Arrival;
            last = request.Arrival;
            count++;
        }
        return (count, first == null ? SimDuration.Zero : last - first.Value);
    }

    private static IEnumerable<Request> Spread(List<Request> group, SimDuration room)
    {
        for (int i = 0; i < group.Count; i++)
        {
            long offset = (long)((Int128)room.Nanoseconds * i / group.Count);
            yield return offset == 0 ? group[i] : group[i] with { Arrival = group[i].Arrival + SimDuration.FromNanoseconds(offset) };
        }
    }

    private static Request Again(Request request, SimDuration shift, long round) => request with
    {
        Arrival = request.Arrival + shift,
        Session = request.Session == null ? null : $"{request.Session}#{round + 1}",
        Content = [.. request.Content.Select(segment => segment with { Key = ContentKeys.OfRepetition(segment.Key, round) })],
    };

    private static SimDuration LengthWithGap(SimDuration span, long count) => count < 2
        ? SimDuration.Zero
        : span + SimDuration.FromNanoseconds(span.Nanoseconds / (count - 1));

    private static IReadOnlyList<ContentSegment> ClipContent(IReadOnlyList<ContentSegment> content, int promptTokens)
    {
        int left = promptTokens;
        var clipped = new List<ContentSegment>(content.Count);
        foreach (ContentSegment segment in content)
        {
            if (left == 0) break;
            int tokens = Math.Min(segment.Tokens, left);
            clipped.Add(segment with { Tokens = tokens });
            left -= tokens;
        }
        return clipped.Count == content.Count && (clipped.Count == 0 || clipped[^1] == content[^1]) ? content : clipped;
    }

    private static double FactorToRate(IEnumerable<Request> source, string name, double requestsPerSecond)
    {
        (long count, SimDuration span) = Measure(source);
        if (span > SimDuration.Zero) return requestsPerSecond * span.ToSeconds() / (count - 1);
        throw new TraceFormatException(name, 0, null, $"its requests ({count}) arrive at once, which is no rate", "Give them arrivals first");
    }

    private static SimDuration Divide(SimDuration span, double factor, string name)
    {
        double nanoseconds = Math.Round(span.Nanoseconds / factor);
        if (nanoseconds < 9.2e18) return SimDuration.FromNanoseconds((long)nanoseconds);
        string speed = factor.ToString(CultureInfo.InvariantCulture);
        throw new TraceFormatException(name, 0, null, $"at {speed} times its speed the trace lasts longer than 292 years", "Play it faster");
    }

    private static bool Matches(string value, string[] wanted) => wanted.Length == 0 || wanted.Contains(value, StringComparer.OrdinalIgnoreCase);

    private static string Wanted(string what, string[] names) =>
        names.Length == 0 ? "" : $"{what} {string.Join(" or ", names.Select(name => $"'{name}'"))}";

    private static string Shown(string value) => value.Length == 0 ? "-" : $"'{value}'";
}
