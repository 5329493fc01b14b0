using System.Text.Json;
using Simulator.Models.Devices;

namespace Simulator.Planning.Apex;

/// <summary>A recorded case.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is about.</param>
/// <param name="Problem">What was simulated.</param>
/// <param name="PlanCount">Plans that APEX generated.</param>
/// <param name="Best">Index of its best plan; null when it found none.</param>
/// <param name="Plans">The recorded plans.</param>
internal sealed record ApexCase(
    string Name, string Description, ApexProblem Problem, int PlanCount, int? Best, IReadOnlyList<JsonElement> Plans);

/// <summary>Reads recorded cases; every fault names the file, the case and the property.</summary>
internal sealed class ApexCaseReader(string file, JsonElement root)
{
    public IEnumerable<ApexCase> Cases()
    {
        JsonElement profile = Property(root, "unit_profile", JsonValueKind.Object, "the file");
        int index = 0;
        foreach (JsonElement element in Property(root, "cases", JsonValueKind.Array, "the file").EnumerateArray())
        {
            string where = $"case {++index}";
            if (element.ValueKind != JsonValueKind.Object) throw Fault(where, "is no object");
            string name = Text(element, "case", where);
            yield return Case(element, profile, name, $"case {name}");
        }
    }

    private ApexCase Case(JsonElement element, JsonElement profile, string name, string where)
    {
        string modelName = Text(element, "model", where);
        ApexModel model = ApexModels.Find(modelName)
            ?? throw Fault(where, $"model '{modelName}' is not one of APEX's; use llama3, llama3.1, mistral or mixtral names, with _L and a number of layers if need be");
        ApexDevice device = ApexDevice.H100;
        if (element.TryGetProperty("gpu", out JsonElement gpu))
            device = ApexDevice.Find(gpu.ToString()) ?? throw Fault(where, $"gpu '{gpu}' is unknown; use V100-PCIE-16GB, H100-SXM-80GB or H200-SXM-141GB");
        JsonElement dtype = Property(element, "dtype", JsonValueKind.Object, where);
        ApexCluster cluster;
        try
        {
            cluster = new(device, Whole(element, "nodes", where), Whole(element, "gpus_per_node", where));
        }
        catch (ArgumentOutOfRangeException fault)
        {
            throw Fault(where, fault.Message);
        }
        var problem = new ApexProblem
        {
            Model = model,
            Cluster = cluster,
            Formats = new(Format(dtype, "w", where), Format(dtype, "kv", where), Format(dtype, "act", where)),
            Costs = Costs(profile, Whole(element, "freq", where)),
            MaxBatchSize = Whole(element, "max_batch_size", where),
            Requests = [.. Property(element, "requests", JsonValueKind.Array, where).EnumerateArray().Select(request => Request(request, where))],
            KeepTokenTimes = true,
        };
        if (problem.Requests.Count == 0) throw Fault(where, "has no requests");
        int? best = element.TryGetProperty("best", out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;
        string description = element.TryGetProperty("desc", out JsonElement text) ? text.ToString() : "";
        JsonElement[] plans = [.. Property(element, "plans", JsonValueKind.Array, where).EnumerateArray()];
        foreach (JsonElement plan in plans)
        {
            if (plan.ValueKind != JsonValueKind.Object) throw Fault(where, "has a plan that is no object");
            Whole(plan, "plan", where);
        }
        return new(name, description, problem, Whole(element, "num_plans", where), best, plans);
    }

    private ConstantApexCosts Costs(JsonElement profile, int frequency)
    {
        const string where = "unit_profile";
        double Energy(string operation) => frequency == 0 ? 0 : Number(profile, $"{operation}_energy_uJ_at_{frequency}", where);
        return new(
            new(Number(profile, "gemm_us", where), Energy("gemm")),
            new(Number(profile, "causal_attention_us", where), Energy("attention")),
            Number(profile, "collective_us", where),
            Number(profile, "sendrecv_us", where));
    }

    private ApexRequest Request(JsonElement request, string where)
    {
        if (request.ValueKind != JsonValueKind.Array || request.GetArrayLength() != 3
            || !request[0].TryGetInt32(out int input) || !request[1].TryGetInt32(out int output)
            || request[2].ValueKind != JsonValueKind.Number || input < 1 || output < 1)
        {
            throw Fault(where, $"request {request} is not [input tokens, output tokens, arrival in µs] with at least one token each");
        }
        return new(input, output, request[2].GetDouble());
    }

    private NumberFormat Format(JsonElement dtype, string key, string where) => Text(dtype, key, where) switch
    {
        "float" or "float32" => NumberFormat.Fp32,
        "half" or "float16" => NumberFormat.Bf16,
        "float8" => NumberFormat.Fp8,
        var other => throw Fault(where, $"dtype '{key}' is '{other}'; use float, half or float8"),
    };

    private string Text(JsonElement element, string key, string where) => Property(element, key, JsonValueKind.String, where).GetString()!;

    private double Number(JsonElement element, string key, string where) => Property(element, key, JsonValueKind.Number, where).GetDouble();

    private int Whole(JsonElement element, string key, string where) =>
        Property(element, key, JsonValueKind.Number, where).TryGetInt32(out int number) && number >= 0
            ? number : throw Fault(where, $"'{key}' must be a whole number of at least 0");

    private JsonElement Property(JsonElement element, string key, JsonValueKind kind, string where) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out JsonElement value) && value.ValueKind == kind
            ? value : throw Fault(where, $"lacks '{key}' ({kind.ToString().ToLowerInvariant()})");

    private ApexCasesException Fault(string where, string fault) => new(file, $"{where}: {fault}.");
}
