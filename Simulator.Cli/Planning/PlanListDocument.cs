using System.Text.Json;
using Simulator.Cli.Running;
using Simulator.Planning.Plans;

namespace Simulator.Cli.Planning;

/// <summary>The plans of a space as JSON: <c>{"plans": [{id, layout, …}]}</c>, one plan a line.</summary>
internal static class PlanListDocument
{
    private const double Gibi = 1L << 30;

    public static void Write(TextWriter output, PlanSpace space)
    {
        output.Write("{\"schemaVersion\": 1, \"kind\": \"plan-list\", \"plans\": [");
        string separator = "\n";
        foreach (Plan plan in space.Enumerate())
        {
            output.Write(separator);
            output.Write(JsonLine.Of(json => WritePlan(json, plan, PlanFit.Of(plan))));
            separator = ",\n";
        }
        output.Write("\n]}\n");
    }

    /// <summary>What every document says of a plan.</summary>
    public static void WriteMembers(Utf8JsonWriter json, Plan plan, PlanFit fit)
    {
        json.WriteString("id", plan.Id);
        json.WriteString("layout", plan.Layout);
        json.WriteString("setting", plan.Setting);
        json.WriteNumber("devices", plan.Devices);
        json.WriteBoolean("feasible", fit.Feasible);
        json.WriteString("reason", fit.Reason);
        WriteNumber(json, "weightsGiB", fit.WeightsBytes / Gibi);
        WriteNumber(json, "kvTokens", fit.KvTokens);
    }

    public static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number)) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }

    private static void WritePlan(Utf8JsonWriter json, Plan plan, PlanFit fit)
    {
        json.WriteStartObject();
        WriteMembers(json, plan, fit);
        json.WriteStartArray("pools");
        foreach (Models.Clusters.PoolSpec pool in plan.Pools)
        {
            json.WriteStartObject();
            json.WriteString("device", pool.Device.Id);
            json.WriteNumber("replicas", pool.Replicas);
            json.WriteNumber("tensor", pool.Plan.Tensor);
            json.WriteNumber("pipeline", pool.Plan.Pipeline);
            json.WriteNumber("data", pool.Plan.Data);
            json.WriteNumber("expert", pool.Plan.Expert);
            json.WriteNumber("context", pool.Plan.Context);
            json.WriteNumber("feedForward", pool.Plan.FeedForward);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
