namespace Simulator.Cli.Faults;

/// <summary>The known name that was most likely meant.</summary>
internal static class NearestName
{
    /// <summary>Finds the candidate with the fewest slips: letters missing, extra, wrong or swapped. Case and separators are free.</summary>
    /// <returns>Null when none is near: more than a third of the letters differ.</returns>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        string wanted = Plain(name);
        string? nearest = null;
        int fewest = int.MaxValue;
        foreach (string candidate in candidates)
        {
            string known = Plain(candidate);
            int slips = Distance(wanted, known);
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

    /// <summary>Optimal string alignment distance (Damerau-Levenshtein without overlapping edits).</summary>
    internal static int Distance(string a, string b)
    {
        var previous = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        var beforePrevious = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) current[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            (beforePrevious, previous, current) = (previous, current, beforePrevious);
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replace = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(replace, Math.Min(previous[j], current[j - 1]) + 1);
                bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                if (swapped) current[j] = Math.Min(current[j], beforePrevious[j - 2] + 1);
            }
        }

        return current[b.Length];
    }

    private static string Plain(string name) =>
        string.Concat(name.Where(c => c is not ('-' or '_' or '.' or ' '))).ToLowerInvariant();
}
