using System.Globalization;
using Simulator.Core.Time;
using Simulator.Models.Costs;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Timelines;

/// <summary>One file in the format that README.md in this folder describes.</summary>
internal sealed class TimelineCase
{
    private readonly (int Number, string[] Words)[] _lines;
    private int _at;

    private TimelineCase(string name, string text)
    {
        Name = name;
        _lines = [.. text.Split('\n')
            .Select((line, i) => (i + 1, line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))
            .Where(line => line.Item2.Length > 0)];
        Engine = Header("engine", 1)[0];
        Options = Settings("options");
        TimelineOptions kv = Settings("kv");
        (Blocks, BlockTokens, Window) = (kv.Int("blocks"), kv.Int("block-tokens"), kv.Int("window"));
        kv.RequireAllRead();
        Costs = ReadCosts(Settings("costs"));
        Header("requests", 0);
        ReadRequests();
        ReadIterations();
        ReadResults();
        if (_at < _lines.Length) throw Fault("this line is too much");
    }

    public string Name { get; }

    public string Engine { get; }

    public TimelineOptions Options { get; }

    public int Blocks { get; }

    public int BlockTokens { get; }

    public int Window { get; }

    public AffineCosts Costs { get; }

    public List<Request> Requests { get; } = [];

    /// <summary>What is expected: start, end and the requests' actions of each iteration.</summary>
    public List<string> Iterations { get; } = [];

    /// <summary>What is expected: id, first token and end of each request.</summary>
    public List<string> Results { get; } = [];

    public static TimelineCase Parse(string name, string text) => new(name, text);

    public static string Iteration(SimTime start, SimTime end, IEnumerable<string> actions) =>
        $"{Milliseconds(start)} {Milliseconds(end)} {string.Join(' ', actions)}";

    public static string Result(long id, SimTime? firstToken, SimTime end) => $"{id} {(firstToken is { } first ? Milliseconds(first) : "-")} {Milliseconds(end)}";

    private static string Milliseconds(SimTime time) => (time.Nanoseconds / 1e6m).ToString("0.######", CultureInfo.InvariantCulture);

    private static AffineCosts ReadCosts(TimelineOptions costs)
    {
        double Seconds(string name) => costs.DoubleOrZero(name) / 1e3;
        AffineCosts read = new()
        {
            PrefillIteration = Seconds("prefill-iteration"), PrefillToken = Seconds("prefill-token"), PrefillPair = Seconds("prefill-pair"),
            DecodeIteration = Seconds("decode-iteration"), DecodeRow = Seconds("decode-row"), DecodeContextToken = Seconds("decode-context-token"),
        };
        costs.RequireAllRead();
        return read;
    }

    private void ReadRequests()
    {
        Header("id", 4, "arrival", "prompt", "output", "max");
        while (Peek() != "iterations")
        {
            string[] words = Row(5);
            if (words[0] != Requests.Count.ToString(CultureInfo.InvariantCulture)) throw Fault($"the next id is {Requests.Count}", back: 1);
            Requests.Add(new Request
            {
                Id = Requests.Count,
                Arrival = Time(words[1]),
                PromptTokens = Whole(words[2]),
                OutputTokens = Whole(words[3]),
                MaxOutputTokens = words[4] == "-" ? null : Whole(words[4]),
            });
        }
        if (Requests.Count is < 3 or > 5) throw Fault($"there are {Requests.Count} requests; a timeline has 3 to 5");
    }

    private void ReadIterations()
    {
        Header("iterations", 0);
        Header("start", Requests.Count + 1, ["end", .. Requests.Select(request => request.Id.ToString(CultureInfo.InvariantCulture))]);
        while (Peek() != "results")
        {
            string[] words = Row(Requests.Count + 2);
            foreach (string action in words[2..])
                if (action is not ("d" or "." or "-") && !(action.StartsWith('p') && Whole(action[1..]) > 0)) throw Fault($"'{action}' is no action", back: 1);
            Iterations.Add(Iteration(Time(words[0]), Time(words[1]), words[2..]));
        }
    }

    private void ReadResults()
    {
        Header("results", 0);
        Header("id", 2, "first-token", "end");
        foreach (Request request in Requests)
        {
            string[] words = Row(3);
            if (words[0] != request.Id.ToString(CultureInfo.InvariantCulture)) throw Fault($"the next id is {request.Id}", back: 1);
            Results.Add(Result(request.Id, words[1] == "-" ? null : Time(words[1]), Time(words[2])));
        }
    }

    private TimelineOptions Settings(string name)
    {
        if (Peek() != name) throw Fault($"'{name}' is expected");
        (int number, string[] words) = _lines[_at++];
        return new TimelineOptions($"{Name}:{number}", words[1..]);
    }

    private string[] Header(string name, int more, params string[] words)
    {
        if (Peek() != name || _lines[_at].Words.Length != more + 1 || (words.Length > 0 && !_lines[_at].Words.Skip(1).SequenceEqual(words)))
            throw Fault($"'{string.Join(' ', [name, .. words])}'{(words.Length < more ? $" and {more} more" : "")} is expected");
        return _lines[_at++].Words[1..];
    }

    private string[] Row(int words)
    {
        Peek();
        if (_lines[_at].Words.Length != words) throw Fault($"{words} words are expected, not {_lines[_at].Words.Length}");
        return _lines[_at++].Words;
    }

    private string Peek() => _at < _lines.Length ? _lines[_at].Words[0] : throw new FormatException($"{Name}: it ends too early.");

    private SimTime Time(string word) => decimal.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal milliseconds)
        ? SimTime.FromNanoseconds((long)(milliseconds * 1_000_000)) : throw Fault($"'{word}' is no time in milliseconds", back: 1);

    private int Whole(string word) => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0
        ? value : throw Fault($"'{word}' is no whole number above 0", back: 1);

    private FormatException Fault(string what, int back = 0) => new($"{Name}:{_lines[_at - back].Number}: {what}.");
}
