using System.Text.Json;
using System.Text.Json.Serialization;
using Simulator.Core.Randomness;
using Simulator.Core.Statistics;
using Simulator.Core.Time;
using Simulator.Workloads.Lengths;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Spans;
using Simulator.Workloads.Traces;

namespace Simulator.Workloads.Generators;

/// <summary>The distribution of gaps that a fitted trace is made with.</summary>
public enum GapDistribution
{
    /// <summary>Gamma, as BurstGPT's authors use.</summary>
    Gamma,

    /// <summary>Weibull, whose tail is heavier.</summary>
    Weibull,
}

/// <summary>
/// A trace in a few numbers: window by window how many requests came and how bursty they were, and how long they are. It can be kept
/// as JSON, and traces of the same form can be made from it (BurstGPT's "modelled" mode, arXiv 2401.17644, fitted by moments).
/// </summary>
/// <example><code>
/// TraceFit fit = TraceFit.Of(Trace.Open("azure2023_code.csv.gz"), window: 60.Seconds());
/// Trace twice = fit.ToTrace(seed: 42, scale: 2);
/// </code></example>
public sealed record TraceFit
{
    private const int MostWindows = 10_000_000;

    /// <summary>Length of a window in seconds.</summary>
    public required double WindowSeconds { get; init; }

    /// <summary>From the first arrival to the last, in seconds; the last window ends there.</summary>
    public required double SpanSeconds { get; init; }

    /// <summary>The windows, from the first arrival on.</summary>
    public required IReadOnlyList<FittedWindow> Windows { get; init; }

    /// <summary>The kinds of requests, by model and class.</summary>
    public required IReadOnlyList<FittedKind> Kinds { get; init; }

    /// <summary>Fits a trace by the method of moments.</summary>
    /// <param name="requests">A finite trace with at least one request.</param>
    /// <param name="window">Length of a window, 60 s to 1 h as a rule; above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The window is not above 0, or so short that there are more than ten million.</exception>
    /// <exception cref="ArgumentException">The trace has no requests.</exception>
    public static TraceFit Of(IEnumerable<Request> requests, SimDuration window)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(window, SimDuration.Zero);
        var windows = new List<FittedWindow>();
        var kinds = new SortedDictionary<(string Model, string Class), KindFitter>();
        var gaps = new Tally();
        SimTime? first = null;
        SimTime last = default;
        long count = 0;
        foreach (Request request in requests)
        {
            first ??= request.Arrival;
            long index = (request.Arrival - first.Value).Nanoseconds / window.Nanoseconds;
            if (index > MostWindows) throw new ArgumentOutOfRangeException(nameof(window), window, $"The trace has more than {MostWindows:N0} windows of that length.");
            while (windows.Count < index)
            {
                windows.Add(FittedWindow.Of(count, gaps));
                count = 0;
                gaps = new Tally();
            }
            if (count > 0) gaps.Add((request.Arrival - last).ToSeconds());
            last = request.Arrival;
            count++;
            if (!kinds.TryGetValue((request.Model, request.Class), out KindFitter? kind)) kinds.Add((request.Model, request.Class), kind = new KindFitter());
            kind.Add(request);
        }
        if (first == null) throw new ArgumentException("The trace has no requests to fit.", nameof(requests));
        windows.Add(FittedWindow.Of(count, gaps));
        return new TraceFit
        {
            WindowSeconds = window.ToSeconds(),
            SpanSeconds = (last - first.Value).ToSeconds(),
            Windows = windows,
            Kinds = [.. kinds.Select(entry => entry.Value.ToKind(entry.Key.Model, entry.Key.Class))],
        };
    }

    /// <summary>Reads a fit from JSON.</summary>
    /// <param name="path">A file that <see cref="Save"/> wrote.</param>
    /// <exception cref="TraceFormatException">The file cannot be read or is no fit.</exception>
    public static TraceFit Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            TraceFit? fit = JsonSerializer.Deserialize(File.ReadAllBytes(path), TraceFitJson.Default.TraceFit);
            if (fit == null) throw new JsonException("The file holds null.");
            fit.Validate();
            return fit;
        }
        catch (JsonException error)
        {
            throw new TraceFormatException(
                path, (error.LineNumber ?? -1) + 1, error.Path, $"this is not a fit of a trace: {error.Message.TrimEnd('.')}", "Give a file that a fit was saved to", error);
        }
        catch (Exception error) when (error is ArgumentException or OverflowException)
        {
            throw new TraceFormatException(path, 0, null, $"the fit is not valid: {error.Message.TrimEnd('.')}", "Fit the trace again", error);
        }
        catch (Exception error) when (Traces.Reading.TraceSource.IsInputError(error))
        {
            throw new Traces.Reading.TraceSource(path, () => Stream.Null).Unreadable(0, error);
        }
    }

    /// <summary>Writes the fit as JSON, the same bytes for the same fit.</summary>
    /// <param name="path">The file; it is replaced.</param>
    public void Save(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        File.WriteAllText(path, ToJson());
    }

    /// <summary>The fit as the JSON that <see cref="Save"/> writes.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, TraceFitJson.Default.TraceFit).ReplaceLineEndings("\n") + "\n";

    /// <summary>Makes a trace of the fitted form, as long as the fitted one.</summary>
    /// <param name="seed">The same seed gives the same trace on every platform.</param>
    /// <param name="scale">How many times as many requests, above 0.</param>
    /// <param name="gaps">The distribution of gaps within a window.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not a number above 0.</exception>
    /// <remarks>
    /// Each window gets its fitted number of requests, times the scale; the gaps are drawn with the window's shape and scaled to fill
    /// it. (Drawing gap after gap across windows, as BurstGPT's script does, begins every window with a burst.)
    /// </remarks>
    public Trace ToTrace(ulong seed, double scale = 1, GapDistribution gaps = GapDistribution.Gamma)
    {
        Seconds.Positive(scale, nameof(scale));
        Validate();
        return Trace.From(Requests(new RandomStreams(seed), scale, gaps), "fitted trace");
    }

    private void Validate()
    {
        Seconds.Positive(WindowSeconds, nameof(WindowSeconds));
        if (!(SpanSeconds >= 0 && SpanSeconds <= WindowSeconds * Windows.Count)) throw new ArgumentException("Its span is not that of its windows.");
        if (WindowSeconds * Windows.Count > Seconds.Longest) throw new ArgumentException("Its windows last longer than 29 years.");
        foreach (FittedWindow window in Windows) window.Validate();
        if (Windows.Any(window => window.Requests > 0) && !Kinds.Any(kind => kind.Requests > 0)) throw new ArgumentException("It has requests of no kind.");
        foreach (FittedKind kind in Kinds) kind.Validate();
    }

    private IEnumerable<Request> Requests(RandomStreams streams, double scale, GapDistribution distribution)
    {
        RandomStream counts = streams.Stream("counts");
        RandomStream arrivals = streams.Stream("arrivals");
        RandomStream choices = streams.Stream("kinds");
        RandomStream lengths = streams.Stream("lengths");
        FittedKind[] kinds = [.. Kinds.Where(kind => kind.Requests > 0)];
        KindSampler[] samplers = [.. kinds.Select(kind => new KindSampler(kind))];
        WeightedChoice? choice = kinds.Length == 0 ? null : new WeightedChoice([.. kinds.Select(kind => (double)kind.Requests)]);
        SimDuration window = SimDuration.FromSeconds(WindowSeconds);
        long id = 0;
        for (int i = 0; i < Windows.Count; i++)
        {
            double expected = Windows[i].Requests * scale;
            long count = (long)Math.Floor(expected + counts.NextDouble());
            SimDuration start = window * i;
            SimDuration length = i < Windows.Count - 1 ? window : Later(SimDuration.FromSeconds(SpanSeconds), start) - start;
            foreach (SimTime arrival in Windows[i].ShapeOf(distribution).Fill(SimTime.Zero + start, length, count, arrivals, i))
                yield return samplers[choice!.Next(choices)].Next(id++, arrival, lengths);
        }
    }

    private static SimDuration Later(SimDuration a, SimDuration b) => a > b ? a : b;

    private sealed class KindFitter
    {
        private readonly LengthHistogram _prompts = new();
        private readonly LengthHistogram _outputs = new();
        private long _count;

        public void Add(Request request)
        {
            _count++;
            if (request.IsFailure) return;
            _prompts.Add(request.PromptTokens);
            _outputs.Add(request.OutputTokens);
        }

        public FittedKind ToKind(string model, string requestClass) => new()
        {
            Model = model,
            Class = requestClass,
            Requests = _count,
            FailureShare = 1 - ((double)_prompts.Count / _count),
            Prompt = FittedKind.Table(_prompts),
            Output = FittedKind.Table(_outputs),
        };
    }

    private sealed class KindSampler(FittedKind kind)
    {
        private readonly QuantileLength? _prompt = kind.Prompt.Count == 0 ? null : new QuantileLength(kind.Prompt);
        private readonly QuantileLength? _output = kind.Output.Count == 0 ? null : new QuantileLength(kind.Output);

        public Request Next(long id, SimTime arrival, RandomStream random)
        {
            bool failed = random.NextDouble() < kind.FailureShare || _prompt == null || _output == null;
            return new Request
            {
                Id = id,
                Arrival = arrival,
                PromptTokens = failed ? 0 : _prompt!.Next(random),
                OutputTokens = failed ? 0 : Math.Max(1, _output!.Next(random)),
                Model = kind.Model,
                Class = kind.Class,
            };
        }
    }
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(TraceFit))]
internal sealed partial class TraceFitJson : JsonSerializerContext;
