using Simulator.Models.Catalogues;

namespace Simulator.Cli.Faults;

/// <summary>The known name that was most likely meant.</summary>
internal static class NearestName
{
    /// <summary>Finds the candidate with the fewest slips of letters. Case and separators are free.</summary>
    /// <returns>Null when none is near: more than a third of the letters differ.</returns>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        string wanted = Plain(name);
        string? nearest = null;
        int fewest = int.MaxValue;
        foreach (string candidate in candidates)
        {
            string known = Plain(candidate);
            int slips = EditDistance.Between(wanted, known);
            if (slips < fewest && slips <= Math.Max(wanted.Length, known.Length) / 3)
            {
                nearest = candidate;
                fewest = slips;
            }
        }

        return nearest;
    }

    /// <summary>The words <c>; did you mean 'x'?</c>, or nothing.</summary>
    public static string Hint(string name, IEnumerable<string> candidates) =>
        Find(name, candidates) is { } nearest ? $"; did you mean '{nearest}'?" : "";

    private static string Plain(string name) =>
        string.Concat(name.Where(c => c is not ('-' or '_' or '.' or ' '))).ToLowerInvariant();
}
