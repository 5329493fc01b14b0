using Simulator.Cli.Faults;

namespace Simulator.Cli.Comparing;

/// <summary>Two results value by value.</summary>
internal sealed class ResultComparison
{
    private const string ScenarioPrefix = "scenario.";

    private ResultComparison(IReadOnlyList<ComparedValue> scenario, IReadOnlyList<ComparedValue> results)
    {
        ScenarioChanges = scenario;
        Results = results;
    }

    /// <summary>Settings in which the two scenarios differ.</summary>
    public IReadOnlyList<ComparedValue> ScenarioChanges { get; }

    /// <summary>All results, equal or not, in the order of the first document.</summary>
    public IReadOnlyList<ComparedValue> Results { get; }

    /// <summary>Puts two results side by side.</summary>
    /// <exception cref="InputException">They are of different schemas, so that equal names need not mean the same.</exception>
    public static ResultComparison Of(ResultFile a, ResultFile b)
    {
        if (a.SchemaVersion != b.SchemaVersion)
        {
            throw new InputException(
                $"{a.File} has schema version {a.SchemaVersion} and {b.File} has {b.SchemaVersion}; run both with the same version of the simulator");
        }

        List<ComparedValue> all = [.. Pair(a, b).Where(pair => pair.Path != "schemaVersion")];
        return new ResultComparison(
            [.. all.Where(IsScenario).Where(pair => pair.A != pair.B).Select(WithoutPrefix)],
            [.. all.Where(pair => !IsScenario(pair))]);
    }

    private static IEnumerable<ComparedValue> Pair(ResultFile a, ResultFile b)
    {
        var inB = new Dictionary<string, ResultValue>(StringComparer.Ordinal);
        foreach ((string path, ResultValue value) in b.Values) inB[path] = value;
        var inA = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string path, ResultValue value) in a.Values)
        {
            if (inA.Add(path)) yield return new ComparedValue(path, value, inB.GetValueOrDefault(path, ResultValue.Undefined));
        }

        foreach ((string path, ResultValue value) in b.Values)
        {
            if (inA.Add(path)) yield return new ComparedValue(path, ResultValue.Undefined, value);
        }
    }

    private static bool IsScenario(ComparedValue pair) => pair.Path.StartsWith(ScenarioPrefix, StringComparison.Ordinal);

    private static ComparedValue WithoutPrefix(ComparedValue pair) => pair with { Path = pair.Path[ScenarioPrefix.Length..] };
}

/// <summary>A value of two results.</summary>
internal sealed record ComparedValue(string Path, ResultValue A, ResultValue B)
{
    /// <summary>True for a value of one pool, class or replica.</summary>
    public bool IsOfAPart => Path.Contains('[', StringComparison.Ordinal);
}
