namespace Simulator.Core.Text;

/// <summary>Finds the known name that was most likely meant, for messages about unknown ones.</summary>
public static class NearestName
{
    /// <summary>
    /// Finds the candidate with the fewest edits (<see cref="EditDistance"/>), in which case, hyphens, underscores, dots and blanks do not
    /// count; the first one of several.
    /// </summary>
    /// <param name="name">The name as given.</param>
    /// <param name="candidates">The names that are known.</param>
    /// <returns>Null when none is near: more edits than a third of the letters of the longer name.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(candidates);
        string wanted = Plain(name);
        string? nearest = null;
        int fewest = int.MaxValue;
        foreach (string candidate in candidates)
        {
            string known = Plain(candidate);
            int most = Math.Min(fewest - 1, Math.Max(wanted.Length, known.Length) / 3);
            // Names of such different lengths are further apart than that; they need not be compared letter by letter.
            if (Math.Abs(wanted.Length - known.Length) > most) continue;
            int edits = EditDistance.Between(wanted, known);
            if (edits > most) continue;
            nearest = candidate;
            fewest = edits;
        }

        return nearest;
    }

    /// <summary>The words <c>; did you mean 'x'?</c>, or nothing when no candidate is near.</summary>
    /// <param name="name">As in <see cref="Find"/>.</param>
    /// <param name="candidates">As in <see cref="Find"/>.</param>
    public static string Hint(string name, IEnumerable<string> candidates) =>
        Find(name, candidates) is { } nearest ? $"; did you mean '{nearest}'?" : "";

    private static string Plain(string name) =>
        string.Concat(name.Where(c => c is not ('-' or '_' or '.' or ' '))).ToLowerInvariant();
}
