using System.Globalization;
using System.Text.Json;
using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Lengths;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Spans;
using Simulator.Workloads.Traces;
using Simulator.Workloads.Traces.Reading;

namespace Simulator.Workloads.Generators;

/// <summary>
/// The clients of a production service, from the tables of ServeGen (arXiv 2505.09999, alibaba/ServeGen): for each client the rate and
/// the burstiness of every 10 minutes, and quantiles of its prompts and outputs.
/// </summary>
/// <remarks>
/// A window gives each client its share of the requests; the client's gaps, Gamma or Weibull with its shape in that window, are scaled
/// to fill the window; lengths are drawn by the client's inverse distribution function; the clients are merged. Where a share is
/// not a whole number of requests it is rounded up or down at random, so that the mean stays (ServeGen itself rounds up).
/// Clients without a table of lengths draw from the mean table of the others.
/// </remarks>
public sealed class ServeGenClients
{
    private static readonly SimDuration WindowLength = SimDuration.FromSeconds(600);

    private readonly Client[] _clients;
    private readonly double[] _totalRates;

    private ServeGenClients(Client[] clients, int windows)
    {
        _clients = clients;
        _totalRates = new double[windows];
        foreach (Client client in clients)
        {
            for (int i = 0; i < client.Windows.Length; i++) _totalRates[i] += client.Windows[i].Rate;
        }
    }

    /// <summary>Clients in the tables.</summary>
    public int Count => _clients.Length;

    /// <summary>How long the tables last.</summary>
    public SimDuration Span => WindowLength * _totalRates.Length;

    /// <summary>Mean requests per second of all clients together.</summary>
    public double MeanRate => _totalRates.Average();

    /// <summary>Reads the tables.</summary>
    /// <param name="clientsPath">CSV, plain or gzip: client, window_start_s, rate_rps, dist (Gamma, Weibull or empty), shape.</param>
    /// <param name="lengthsPath">
    /// JSON, plain or gzip: for each client tables <c>input_tokens</c> (or <c>text_tokens</c> and <c>image_tokens</c>) and
    /// <c>output_tokens</c>, each with quantiles <c>q</c>.
    /// </param>
    /// <exception cref="TraceFormatException">A table cannot be read.</exception>
    public static ServeGenClients Open(string clientsPath, string lengthsPath)
    {
        ArgumentNullException.ThrowIfNull(clientsPath);
        ArgumentNullException.ThrowIfNull(lengthsPath);
        SortedDictionary<int, List<Window>> rates = ServeGenTables.ReadClients(Source(clientsPath));
        IReadOnlyDictionary<int, IRequestLengths> lengths = ServeGenTables.ReadLengths(Source(lengthsPath), out IRequestLengths pooled);
        Client[] clients = [.. rates.Select(entry => new Client(entry.Key, [.. entry.Value], lengths.GetValueOrDefault(entry.Key, pooled)))];
        return new ServeGenClients(clients, clients.Max(client => client.Windows.Length));
    }

    /// <summary>Makes a trace as long as the tables.</summary>
    /// <param name="seed">The same seed gives the same trace on every platform.</param>
    /// <param name="requestsPerSecond">The rate of every window in which a client is active, above 0; null for the rates of the tables.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not a number above 0.</exception>
    public Trace ToTrace(ulong seed, double? requestsPerSecond = null)
    {
        if (requestsPerSecond is { } rate) Seconds.Positive(rate, nameof(requestsPerSecond));
        return Trace.From(Requests(new RandomStreams(seed), requestsPerSecond), "ServeGen trace");
    }

    private static TraceSource Source(string path) =>
        new(path, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan));

    private IEnumerable<Request> Requests(RandomStreams streams, double? target)
    {
        RandomStream[] arrivals = [.. _clients.Select(client => streams.Stream("arrivals").Substream(client.Number))];
        RandomStream[] lengths = [.. _clients.Select(client => streams.Stream("lengths").Substream(client.Number))];
        RandomStream counts = streams.Stream("counts");
        long id = 0;
        for (int window = 0; window < _totalRates.Length; window++)
        {
            var next = new PriorityQueue<(int Client, IEnumerator<SimTime> Arrivals), (SimTime At, long Client)>(Sessions.TurnOrder.Instance);
            for (int i = 0; i < _clients.Length; i++)
            {
                double expected = ExpectedRequests(_clients[i], window, target);
                if (expected == 0) continue;
                long count = (long)Math.Floor(expected + counts.NextDouble());
                SimTime start = SimTime.Zero + (WindowLength * window);
                IEnumerator<SimTime> times = _clients[i].Windows[window].Gaps.Fill(start, WindowLength, count, arrivals[i], window).GetEnumerator();
                if (times.MoveNext()) next.Enqueue((i, times), (times.Current, i));
            }
            while (next.TryDequeue(out (int Client, IEnumerator<SimTime> Arrivals) first, out (SimTime At, long Client) turn))
            {
                (int prompt, int output) = _clients[first.Client].Lengths.Next(lengths[first.Client]);
                yield return new Request { Id = id++, Arrival = turn.At, PromptTokens = prompt, OutputTokens = Math.Max(1, output) };
                if (first.Arrivals.MoveNext()) next.Enqueue(first, (first.Arrivals.Current, first.Client));
            }
        }
    }

    private double ExpectedRequests(Client client, int window, double? target)
    {
        if (window >= client.Windows.Length || client.Windows[window].Rate == 0) return 0;
        double rate = client.Windows[window].Rate;
        return (target == null ? rate : target.Value * rate / _totalRates[window]) * WindowLength.ToSeconds();
    }

    /// <summary>Ten minutes of a client.</summary>
    internal readonly record struct Window(double Rate, GapShape Gaps);

    private sealed record Client(int Number, Window[] Windows, IRequestLengths Lengths);
}

/// <summary>Reads the two tables of ServeGen.</summary>
internal static class ServeGenTables
{
    private const int WindowSeconds = 600;
    private const int MostWindows = 1_000_000;
    private const int LongestLengthsFile = 256 << 20;

    private static readonly double[] PooledProbabilities = [0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1];

    public static SortedDictionary<int, List<ServeGenClients.Window>> ReadClients(TraceSource source)
    {
        var clients = new SortedDictionary<int, List<ServeGenClients.Window>>();
        using var rows = new CsvRows(source, ',');
        int client = rows.Require("client"), start = rows.Require("window_start_s"), rate = rows.Require("rate_rps");
        int dist = rows.Require("dist"), shape = rows.Require("shape");
        try
        {
            while (rows.Read())
            {
                int number = (int)Number(source, rows, client, "client", int.MaxValue);
                int window = (int)(Number(source, rows, start, "window_start_s", (double)MostWindows * WindowSeconds) / WindowSeconds);
                if (!clients.TryGetValue(number, out List<ServeGenClients.Window>? windows)) clients.Add(number, windows = []);
                if (window < windows.Count) throw source.Fault(rows.Line, "the window goes back, or is given twice", "Sort the rows of a client by window_start_s", "window_start_s");
                while (windows.Count < window) windows.Add(default);
                double requestsPerSecond = Number(source, rows, rate, "rate_rps", 1e9);
                windows.Add(new ServeGenClients.Window(requestsPerSecond, requestsPerSecond == 0 ? default : Gaps(source, rows, dist, shape)));
            }
        }
        catch (Exception error) when (TraceSource.IsInputError(error))
        {
            throw source.Unreadable(rows.Line, error);
        }
        return clients.Count > 0 ? clients : throw source.Fault(0, "the table holds no clients", "Give a table with a row for each client and window");
    }

    public static Dictionary<int, IRequestLengths> ReadLengths(TraceSource source, out IRequestLengths pooled)
    {
        var lengths = new Dictionary<int, IRequestLengths>();
        var prompts = new List<QuantileLength[]>();
        var outputs = new List<QuantileLength>();
        try
        {
            using Stream stream = source.Open();
            using JsonDocument json = JsonDocument.Parse(ReadAll(source, stream));
            foreach (JsonProperty client in json.RootElement.EnumerateObject())
            {
                if (!int.TryParse(client.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                    throw source.Fault(0, $"{FieldParser.Quote(System.Text.Encoding.UTF8.GetBytes(client.Name))} is not the number of a client", "Name clients 0, 1, 2, …");
                QuantileLength[] prompt = client.Value.TryGetProperty("input_tokens", out JsonElement input)
                    ? [Table(input)]
                    : [Table(client.Value.GetProperty("text_tokens")), Table(client.Value.GetProperty("image_tokens"))];
                QuantileLength output = Table(client.Value.GetProperty("output_tokens"));
                prompts.Add(prompt);
                outputs.Add(output);
                lengths[number] = new IndependentLengths(prompt.Length == 1 ? prompt[0] : new SumOfLengths(prompt), output);
            }
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new TraceFormatException(source.Name, 0, null, $"this is no table of lengths: {error.Message.TrimEnd('.')}", "Give ServeGen's quantiles of each client as JSON", error);
        }
        catch (Exception error) when (TraceSource.IsInputError(error))
        {
            throw source.Unreadable(0, error);
        }
        if (lengths.Count == 0) throw source.Fault(0, "the table holds no clients", "Give quantiles for at least one client");
        pooled = new IndependentLengths(
            Mean(p => prompts.Average(parts => parts.Sum(part => part.At(p)))), Mean(p => outputs.Average(output => output.At(p))));
        return lengths;
    }

    private static QuantileLength Mean(Func<double, double> at) => new([.. PooledProbabilities.Select(p => new LengthQuantile(p, at(p)))]);

    private static QuantileLength Table(JsonElement table)
    {
        var points = table.GetProperty("q").EnumerateObject()
            .Select(q => new LengthQuantile(double.Parse(q.Name, NumberStyles.Float, CultureInfo.InvariantCulture), q.Value.GetDouble()));
        return new QuantileLength([.. points.OrderBy(point => point.Probability)]);
    }

    private static byte[] ReadAll(TraceSource source, Stream stream)
    {
        var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
        {
            all.Write(buffer, 0, read);
            if (all.Length > LongestLengthsFile) throw source.Fault(0, $"the file is longer than {LongestLengthsFile >> 20} MiB", "Give ServeGen's quantiles of each client as JSON");
        }
        return all.ToArray();
    }

    private static GapShape Gaps(TraceSource source, CsvRows rows, int dist, int shape)
    {
        GapKind kind = rows.Text(dist) switch
        {
            "Gamma" => GapKind.Gamma,
            "Weibull" => GapKind.Weibull,
            _ => throw source.Fault(rows.Line, $"dist {FieldParser.Quote(rows[dist])} is not Gamma or Weibull", "Give one of the two where the rate is above 0", "dist"),
        };
        double value = Number(source, rows, shape, "shape", 1e9);
        if (value == 0) throw source.Fault(rows.Line, "shape is 0", "Give a shape above 0 where the rate is above 0", "shape");
        return new GapShape(kind, value);
    }

    private static double Number(TraceSource source, CsvRows rows, int column, string name, double max)
    {
        if (double.TryParse(rows[column], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= 0 && value <= max) return value;
        throw source.Fault(rows.Line, $"{name} {FieldParser.Quote(rows[column])} is not a number of at least 0", "Correct the cell", name);
    }

    /// <summary>The lengths of several parts of a prompt, together.</summary>
    private sealed class SumOfLengths(QuantileLength[] parts) : ILengthDistribution
    {
        public int Next(RandomStream random)
        {
            int sum = 0;
            foreach (QuantileLength part in parts) sum += part.Next(random);
            return sum;
        }
    }
}
