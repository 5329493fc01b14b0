using System.Text.Json;
using System.Text.Json.Serialization;
using Simulator.Models.Results;

namespace Simulator.Reports.Inputs;

/// <summary>A plan search, as <c>simulator plan search --json</c> writes it. Members that it has beyond these are of no concern to a report.</summary>
/// <param name="SchemaVersion">Version of the layout.</param>
/// <param name="Seed">Seed of all runs.</param>
/// <param name="Settings">What was set for all plans.</param>
/// <param name="Objectives">What plans were measured by.</param>
/// <param name="Constraints">What they had to keep.</param>
/// <param name="Plans">The plans.</param>
/// <param name="Search">How many there were.</param>
/// <param name="Best">The best plan by each objective.</param>
/// <param name="Baselines">Plans that people choose without a search.</param>
/// <param name="Fronts">Trade-offs.</param>
/// <param name="Results">Whole results, by plan.</param>
/// <param name="Sensitivity">How the best plans hold when the cost model errs; empty when nobody looked.</param>
public sealed record SearchFile(
    int SchemaVersion, ulong Seed, IReadOnlyList<RunSetting> Settings, IReadOnlyList<SearchObjective> Objectives,
    IReadOnlyList<SearchConstraint> Constraints, IReadOnlyList<SearchPlan> Plans, SearchCounts Search, IReadOnlyList<SearchBest> Best,
    IReadOnlyList<SearchBaseline> Baselines, IReadOnlyList<SearchFront> Fronts, IReadOnlyDictionary<string, RunResult> Results,
    IReadOnlyList<SearchSensitivity>? Sensitivity = null)
{
    /// <summary>Version that is read.</summary>
    public const int CurrentSchemaVersion = 1;

    /// <summary>The name of such documents in their member <c>kind</c>.</summary>
    public const string Kind = "plan-search";

    /// <summary>Reads a document.</summary>
    /// <exception cref="JsonException">The text is no such document; the message says why.</exception>
    public static SearchFile Read(string json)
    {
        SearchFile search = JsonSerializer.Deserialize(json, SearchFileContext.Default.SearchFile) ?? throw new JsonException("The document is null.");
        if (search.Settings.Contains(null!) || search.Objectives.Contains(null!) || search.Constraints.Contains(null!) || search.Plans.Contains(null!)
            || search.Best.Contains(null!) || search.Baselines.Contains(null!) || search.Fronts.Contains(null!) || search.Results.Values.Contains(null!)
            || search.Sensitivity?.Contains(null!) == true)
        {
            throw new JsonException("An entry of a list is null.");
        }
        HashSet<string> objectives = [.. search.Objectives.Select(objective => objective.Name)];
        foreach (SearchFront front in search.Fronts)
        {
            if (front.Objectives.FirstOrDefault(name => !objectives.Contains(name)) is { } unknown)
                throw new JsonException($"A front has the objective '{unknown}', which is not among the objectives.");
            if (front.Objectives.Count < 2) throw new JsonException("A front has fewer than two objectives.");
        }
        foreach (string name in search.Best.Select(best => best.Objective).Concat(search.Constraints.Select(constraint => constraint.Objective))
            .Concat(search.Sensitivity?.Select(own => own.Objective) ?? []))
            if (!objectives.Contains(name)) throw new JsonException($"'{name}' is not among the objectives.");
        return search;
    }

    /// <summary>The plans and the baselines that are not among them.</summary>
    [JsonIgnore]
    public IEnumerable<SearchPlan> PlansAndBaselines
    {
        get
        {
            HashSet<string> known = [.. Plans.Select(plan => plan.Id)];
            return Plans.Concat(Baselines.Where(baseline => known.Add(baseline.Plan)).Select(baseline =>
                new SearchPlan(baseline.Plan, baseline.Layout, "", baseline.Devices, baseline.Feasible, baseline.Reason, null, null, false, baseline.Values)));
        }
    }
}

/// <summary>What plans are measured by.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Meaning">What it is, in words.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Better"><c>higher</c> or <c>lower</c>.</param>
public sealed record SearchObjective(string Name, string Meaning, string Unit, string Better)
{
    /// <summary>Whether more of it is better.</summary>
    [JsonIgnore]
    public bool HigherIsBetter => Better == "higher";

    /// <summary>Whether a value is better than another.</summary>
    public bool IsBetter(double value, double than) => HigherIsBetter ? value > than : value < than;
}

/// <summary>What a plan must keep.</summary>
/// <param name="Objective">The name of what is bounded.</param>
/// <param name="Bound">The worst value.</param>
public sealed record SearchConstraint(string Objective, double Bound);

/// <summary>A plan.</summary>
/// <param name="Id">Its short name.</param>
/// <param name="Layout">How the model lies on the devices.</param>
/// <param name="Setting">What else is set for it; empty for nothing.</param>
/// <param name="Devices">Devices.</param>
/// <param name="Feasible">Whether it can run.</param>
/// <param name="Reason">Why it cannot; null when it can.</param>
/// <param name="WeightsGiB">Weights on the fullest device, GiB.</param>
/// <param name="KvTokens">Tokens that the KV cache holds.</param>
/// <param name="Admissible">Whether it can run and keeps the constraints.</param>
/// <param name="Values">Its values by the names of objectives; null where it has none.</param>
public sealed record SearchPlan(
    string Id, string Layout, string? Setting, int Devices, bool Feasible, string? Reason, double? WeightsGiB, double? KvTokens, bool Admissible,
    IReadOnlyDictionary<string, double?> Values)
{
    /// <summary>A value; null when it has none.</summary>
    public double? Value(string objective) => Values.GetValueOrDefault(objective);
}

/// <summary>How many plans there were.</summary>
/// <param name="Method"><c>all</c>, or how those to run were chosen.</param>
/// <param name="Plans">Plans.</param>
/// <param name="Feasible">Those that can run.</param>
/// <param name="Admissible">Those that keep the constraints, too.</param>
public sealed record SearchCounts(string Method, long Plans, long Feasible, long Admissible);

/// <summary>The best plan by an objective.</summary>
/// <param name="Objective">The name of the objective.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Value">Its value.</param>
public sealed record SearchBest(string Objective, string Plan, double Value);

/// <summary>A plan that people choose without a search.</summary>
/// <param name="Name">The rule.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Layout">How the model lies on the devices.</param>
/// <param name="Devices">Devices.</param>
/// <param name="Feasible">Whether it can run.</param>
/// <param name="Reason">Why it cannot; null when it can.</param>
/// <param name="Values">Its values by the names of objectives.</param>
public sealed record SearchBaseline(
    string Name, string Plan, string Layout, int Devices, bool Feasible, string? Reason, IReadOnlyDictionary<string, double?> Values);

/// <summary>The plans that no other is at least as good as.</summary>
/// <param name="Objectives">The names of the objectives, two or three.</param>
/// <param name="Plans">The plans, best in the first objective first.</param>
/// <param name="Hypervolume">Share of the box from the worst to the best values that they cover.</param>
/// <param name="Knee">The one in the middle; null without plans.</param>
public sealed record SearchFront(IReadOnlyList<string> Objectives, IReadOnlyList<string> Plans, double Hypervolume, string? Knee = null);

/// <summary>How the best plan by an objective holds when the cost model errs.</summary>
/// <param name="Objective">The name of the objective.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Cases">Ways in which the cost model was made wrong.</param>
/// <param name="Changes">Those in which another plan is best.</param>
/// <param name="Regret">How much better the other is at most, as a share; null when the plan breaks a constraint in some case.</param>
/// <param name="Rivals">Plans that are best in some case, most frequent first.</param>
/// <param name="Share">The error of each class of work; null when it is not recorded.</param>
public sealed record SearchSensitivity(string Objective, string Plan, int Cases, int Changes, double? Regret, IReadOnlyList<string> Rivals, double? Share = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SearchFile))]
internal sealed partial class SearchFileContext : JsonSerializerContext;
