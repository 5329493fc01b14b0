namespace Simulator.Core.Text;

/// <summary>How many edits part two words.</summary>
public static class EditDistance
{
    /// <summary>
    /// Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other, no letter being edited twice: optimal
    /// string alignment, the restricted form of the distance of Damerau (CACM 7(3), 1964) and Levenshtein (1966).
    /// </summary>
    /// <param name="first">One word; letters are compared as they are, case included.</param>
    /// <param name="second">The other word; the order does not matter.</param>
    /// <returns>From 0 for equal words to the length of the longer one.</returns>
    /// <exception cref="ArgumentNullException">A word is null.</exception>
    public static int Between(string first, string second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        int[] beforeLast = new int[second.Length + 1];
        int[] last = [.. Enumerable.Range(0, second.Length + 1)];
        int[] row = new int[second.Length + 1];
        for (int i = 1; i <= first.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= second.Length; j++)
            {
                int substitution = last[j - 1] + (first[i - 1] == second[j - 1] ? 0 : 1);
                row[j] = Math.Min(substitution, Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && first[i - 1] == second[j - 2] && first[i - 2] == second[j - 1])
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }

            (beforeLast, last, row) = (last, row, beforeLast);
        }

        return last[second.Length];
    }
}
