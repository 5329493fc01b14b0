using System.Text.Json;
using Simulator.Cli.Running;
using Simulator.Models.Results;
using Simulator.Planning.Fronts;
using Simulator.Planning.Plans;
using Simulator.Planning.Search;

namespace Simulator.Cli.Planning;

/// <summary>A search as one JSON document, written while it goes: the plans as they come, one a line, then the best of them.</summary>
internal sealed class SearchDocument
{
    private readonly TextWriter _output;
    private readonly IReadOnlyList<Objective> _objectives;
    private string _separator = "\n";

    /// <summary>Begins a document.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="search">What is looked for.</param>
    /// <param name="settings">What was set for all plans, as results of replays tell it.</param>
    public SearchDocument(TextWriter output, PlanSearch search, IReadOnlyList<RunSetting> settings)
    {
        _output = output;
        _objectives = [.. search.Objectives.Concat(search.Fronts.SelectMany(front => front)).Concat(search.Constraints.Select(constraint => constraint.Objective)).Distinct()];
        output.Write("{\"schemaVersion\": 1, \"kind\": \"plan-search\",\n");
        Member("seed", json => json.WriteNumberValue(search.Evaluator.Seed));
        Member("settings", json => Array(json, settings, setting =>
        {
            json.WriteString("path", setting.Path);
            json.WriteString("value", setting.Value);
        }));
        Member("objectives", json => Array(json, _objectives, objective =>
        {
            json.WriteString("name", objective.Name);
            json.WriteString("meaning", objective.Meaning);
            json.WriteString("unit", objective.Unit);
            json.WriteString("better", objective.HigherIsBetter ? "higher" : "lower");
        }));
        Member("constraints", json => Array(json, search.Constraints, constraint =>
        {
            json.WriteString("objective", constraint.Objective.Name);
            json.WriteNumber("bound", constraint.Bound);
        }));
        output.Write("\"plans\": [");
    }

    /// <summary>Writes a plan.</summary>
    public void Add(PlanOutcome outcome, bool admissible)
    {
        _output.Write(_separator);
        _separator = ",\n";
        _output.Write(JsonLine.Of(json =>
        {
            json.WriteStartObject();
            PlanListDocument.WriteMembers(json, outcome.Plan, outcome.Fit);
            json.WriteBoolean("admissible", admissible);
            Values(json, outcome);
            json.WriteEndObject();
        }));
    }

    /// <summary>Ends the document with what was found.</summary>
    /// <param name="result">What was found.</param>
    /// <param name="sensitivity">How the choices hold; empty when that was not looked at.</param>
    /// <param name="results">Whole results of runs, by plan.</param>
    public void End(SearchResult result, IReadOnlyList<Sensitivity> sensitivity, IEnumerable<PlanOutcome> results)
    {
        _output.Write("\n],\n");
        Member("search", json =>
        {
            json.WriteStartObject();
            json.WriteString("method", result.Rungs.Count > 0 ? "halving" : "all");
            json.WriteStartArray("rungs");
            foreach ((int requests, long plans) in result.Rungs)
            {
                json.WriteStartObject();
                json.WriteNumber("requests", requests);
                json.WriteNumber("plans", plans);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteNumber("plans", result.Plans);
            json.WriteNumber("feasible", result.Feasible);
            json.WriteNumber("admissible", result.Admissible);
            json.WriteEndObject();
        });
        Member("best", json => Array(json, result.Objectives.Zip(result.Best).Where(pair => pair.Second is not null), pair =>
        {
            json.WriteString("objective", pair.First.Name);
            json.WriteString("plan", pair.Second!.Value.Outcome.Plan.Id);
            json.WriteNumber("value", pair.Second.Value.Value);
        }));
        Member("baselines", json => Array(json, result.Baselines, pair =>
        {
            json.WriteString("name", pair.Baseline.Name);
            json.WriteString("plan", pair.Outcome.Plan.Id);
            json.WriteString("layout", pair.Outcome.Plan.Layout);
            json.WriteNumber("devices", pair.Outcome.Plan.Devices);
            json.WriteBoolean("feasible", pair.Outcome.Fit.Feasible);
            json.WriteString("reason", pair.Outcome.Fit.Reason);
            Values(json, pair.Outcome);
        }));
        Member("fronts", json => Array(json, result.FrontObjectives.Zip(result.Fronts), pair => Front(json, pair.First, pair.Second)));
        Member("sensitivity", json => Array(json, sensitivity, own =>
        {
            json.WriteString("objective", own.Objective.Name);
            json.WriteString("plan", own.Plan.Plan.Id);
            json.WriteNumber("share", own.Share);
            json.WriteNumber("cases", own.Cases);
            json.WriteNumber("changes", own.Changes);
            PlanListDocument.WriteNumber(json, "regret", own.Regret);
            json.WriteStartArray("rivals");
            foreach (Plan rival in own.Rivals) json.WriteStringValue(rival.Id);
            json.WriteEndArray();
        }));
        _output.Write("\"results\": {");
        string separator = "\n";
        foreach (PlanOutcome outcome in results.Where(outcome => outcome.Result is not null).DistinctBy(outcome => outcome.Plan.Id))
        {
            _output.Write($"{separator}{JsonSerializer.Serialize(outcome.Plan.Id, PlanIdContext.Default.String)}: {RunResultJson.Write(outcome.Result!).TrimEnd()}");
            separator = ",\n";
        }
        _output.Write("\n}}\n");
    }

    private static void Front(Utf8JsonWriter json, IReadOnlyList<Objective> objectives, ParetoFront<PlanOutcome> front)
    {
        json.WriteStartArray("objectives");
        foreach (Objective objective in objectives) json.WriteStringValue(objective.Name);
        json.WriteEndArray();
        json.WriteStartArray("plans");
        foreach (FrontPoint<PlanOutcome> point in front.Points) json.WriteStringValue(point.Item.Plan.Id);
        json.WriteEndArray();
        if (front.Knee is { } knee) json.WriteString("knee", knee.Item.Plan.Id);
        json.WriteNumber("hypervolume", front.Hypervolume);
        json.WriteStartArray("reference");
        foreach (double worst in front.Reference.Where(double.IsFinite)) json.WriteNumberValue(worst);
        json.WriteEndArray();
    }

    private void Values(Utf8JsonWriter json, PlanOutcome outcome)
    {
        json.WriteStartObject("values");
        foreach (Objective objective in _objectives) PlanListDocument.WriteNumber(json, objective.Name, objective.Value(outcome));
        json.WriteEndObject();
    }

    private void Member(string name, Action<Utf8JsonWriter> write) => _output.Write($"\"{name}\": {JsonLine.Of(write)},\n");

    private static void Array<T>(Utf8JsonWriter json, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray();
        foreach (T item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class PlanIdContext : System.Text.Json.Serialization.JsonSerializerContext;
