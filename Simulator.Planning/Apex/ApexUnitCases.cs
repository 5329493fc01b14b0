using System.Text.Json;
using System.Text.RegularExpressions;

namespace Simulator.Planning.Apex;

/// <summary>A file of cases that cannot be read, or a case that asks for what APEX's models and devices do not have.</summary>
/// <param name="file">The file.</param>
/// <param name="fault">What is wrong and what to do about it.</param>
public sealed class ApexCasesException(string file, string fault) : Exception($"{file}: {fault}");

/// <summary>How a case compares with APEX's recorded output.</summary>
/// <param name="Name">Name of the case.</param>
/// <param name="Description">What the case is about.</param>
/// <param name="Plans">Plans of the case; those that the file records are compared figure by figure.</param>
/// <param name="LargestErrorSeconds">Largest difference over all times of the case, s.</param>
/// <param name="FirstMismatch">The first difference that digits cannot explain, in words; null when there is none.</param>
public sealed record ApexCaseCheck(string Name, string Description, int Plans, double LargestErrorSeconds, string? FirstMismatch)
{
    /// <summary>Whether the plans and all their figures are APEX's to the digits that the file gives.</summary>
    public bool Matched => FirstMismatch is null;
}

/// <summary>Compares the compatible simulation with outputs of APEX itself under a constant profile.</summary>
/// <remarks>
/// Each case of the file names a model, a cluster, formats and requests, and lists plans with all their figures. A plan on which
/// APEX divided by zero counts as matched when it is in the same place of our list and our simulation serves the trace by it.
/// </remarks>
public static partial class ApexUnitCases
{
    /// <summary>Runs all cases of a file.</summary>
    /// <param name="path">The file, JSON in UTF-8; numbers that are NaN may be written as Python does.</param>
    /// <exception cref="ApexCasesException">The file cannot be read, is no such file, or names what APEX does not have.</exception>
    public static IReadOnlyList<ApexCaseCheck> Run(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ApexCasesException(path, $"cannot be read: {fault.Message}");
        }
        try
        {
            using JsonDocument document = JsonDocument.Parse(PythonNaN().Replace(text, "null"));
            return [.. new ApexCaseReader(path, document.RootElement).Cases().Select(@case => Check(path, @case))];
        }
        catch (JsonException fault)
        {
            throw new ApexCasesException(path, $"line {fault.LineNumber + 1}: is not JSON: {fault.Message}");
        }
    }

    private static ApexCaseCheck Check(string path, ApexCase expected)
    {
        try
        {
            return Check(expected);
        }
        catch (Exception fault) when (fault is InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException)
        {
            throw new ApexCasesException(path, $"case {expected.Name}: a recorded plan is not of the known layout: {fault.Message}");
        }
    }

    private static ApexCaseCheck Check(ApexCase expected)
    {
        var comparison = new ApexComparison();
        IReadOnlyList<ApexPlan> plans = expected.Problem.Plans();
        comparison.Text("number of plans", expected.PlanCount, plans.Count);
        var crashed = new HashSet<int>();
        foreach (JsonElement recorded in expected.Plans)
        {
            int number = recorded.GetProperty("plan").GetInt32();
            if (number < 0 || number >= plans.Count)
            {
                comparison.Text($"plan {number}", "recorded", "not in our list");
                continue;
            }
            ApexOutcome outcome = ApexSimulation.Run(expected.Problem, plans[number]);
            if (recorded.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.String)
            {
                crashed.Add(number);
                if (error.GetString()!.StartsWith("ZeroDivisionError", StringComparison.Ordinal))
                    comparison.Text($"plan {number}: fault", "none", outcome.Fault ?? "none");
                continue;
            }
            if (outcome.Fault != null)
                comparison.Text($"plan {number}: fault", "none", outcome.Fault);
            else
                comparison.Plan(number, recorded, outcome);
        }
        if (expected.Best is { } best) comparison.Text("best plan", best, Best(expected.Problem, plans, crashed));
        return new(expected.Name, expected.Description, plans.Count, comparison.LargestErrorSeconds, comparison.FirstMismatch);
    }

    /// <summary>The first plan of the least total time, leaving out those that APEX could not run.</summary>
    private static int Best(ApexProblem problem, IReadOnlyList<ApexPlan> plans, HashSet<int> crashed)
    {
        ApexProblem light = problem with { KeepTokenTimes = false };
        int best = -1;
        double least = double.PositiveInfinity;
        for (int i = 0; i < plans.Count; i++)
        {
            if (crashed.Contains(i)) continue;
            ApexOutcome outcome = ApexSimulation.Run(light, plans[i]);
            if (outcome.Fault is null && outcome.TotalMicroseconds < least) (best, least) = (i, outcome.TotalMicroseconds);
        }
        return best;
    }

    [GeneratedRegex(@"(?<=[:\[,]\s*)NaN(?=\s*[,\]}])")]
    private static partial Regex PythonNaN();
}
