using System.Globalization;
using System.Text.RegularExpressions;
using Simulator.Cli.Reading;

namespace Simulator.Cli.Sweeps;

/// <summary>Where a value stands in a scenario: <c>workload.rate</c>, <c>cluster.pools[0].engine.tokenBudget</c>.</summary>
internal sealed partial class ScenarioPath
{
    private readonly IReadOnlyList<object> _steps;

    private ScenarioPath(string text, IReadOnlyList<object> steps) => (Text, _steps) = (text, steps);

    /// <summary>The path as it is written.</summary>
    public string Text { get; }

    /// <summary>Reads a path: keys with dots between them, and the number of an item, from 0, in brackets.</summary>
    public static ValueReader<ScenarioPath> Reader { get; } = (string text, out ScenarioPath value, out string fault) =>
    {
        List<object> steps = [];
        value = new(text, steps);
        fault = $"expected a path in a scenario, such as workload.rate or cluster.pools[0].replicas, got '{text}'";
        foreach (string part in text.Split('.'))
        {
            if (Step().Match(part) is not { Success: true } match) return false;
            steps.Add(match.Groups[1].Value);
            foreach (Capture item in match.Groups[2].Captures) steps.Add(int.Parse(item.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture));
        }
        return true;
    };

    /// <summary>A path that is known to be one.</summary>
    public static ScenarioPath Of(string text) => Reader(text, out ScenarioPath path, out string fault) ? path : throw new ArgumentException(fault, nameof(text));

    /// <summary>Whether one of two paths leads to the other, or both to the same.</summary>
    public bool Meets(ScenarioPath other) => _steps.Zip(other._steps).All(pair => pair.First.Equals(pair.Second));

    /// <summary>The value there; null when there is none.</summary>
    public YamlNode? Find(YamlNode document) => _steps.Aggregate((YamlNode?)document, (node, step) => (node, step) switch
    {
        (YamlMap map, string key) => map.Entries.FirstOrDefault(entry => entry.Key == key)?.Value,
        (YamlList list, int item) => list.Items.ElementAtOrDefault(item),
        _ => null,
    });

    /// <summary>A document with another value there. Mappings on the way are made, items of lists are not.</summary>
    /// <param name="document">The document; it stays as it is.</param>
    /// <param name="value">The value.</param>
    /// <param name="fault">Why the path does not fit the document; empty when it does.</param>
    /// <returns>The document unchanged when the path does not fit.</returns>
    public YamlMap Replace(YamlMap document, YamlNode value, out string fault)
    {
        string found = "";
        var changed = Replace(document, 0) as YamlMap;
        fault = found;
        return changed is null || found.Length > 0 ? document : changed;

        YamlNode Replace(YamlNode? node, int at)
        {
            if (at == _steps.Count) return value;
            switch (node, _steps[at])
            {
                case (null or YamlScalar { IsEmpty: true }, string key):
                    return new YamlMap(value.At, [new(value.At, key, Replace(null, at + 1))]);
                case (YamlMap map, string key):
                    int place = map.Entries.ToList().FindIndex(entry => entry.Key == key);
                    return place < 0
                        ? map with { Entries = [.. map.Entries, new(value.At, key, Replace(null, at + 1))] }
                        : map with { Entries = [.. map.Entries.Select((entry, i) => i == place ? entry with { Value = Replace(entry.Value, at + 1) } : entry)] };
                case (YamlList list, int item) when item < list.Items.Count:
                    return list with { Items = [.. list.Items.Select((own, i) => i == item ? Replace(own, at + 1) : own)] };
                case (YamlList list, int item):
                    found = $"the scenario has no {Upto(at)}[{item}], the last one is [{list.Items.Count - 1}]";
                    return list;
                default:
                    found = $"the scenario has {node?.Kind ?? "nothing"} at {(at == 0 ? "its top" : Upto(at))}, where the path expects {(_steps[at] is int ? "a list" : "a mapping")}";
                    return value;
            }
        }
    }

    private string Upto(int end) => string.Concat(_steps.Take(end).Select((step, i) => step is int item ? $"[{item}]" : i == 0 ? $"{step}" : $".{step}"));

    [GeneratedRegex(@"^([A-Za-z][A-Za-z0-9]*)(?:\[([0-9]{1,6})\])*$")]
    private static partial Regex Step();
}
