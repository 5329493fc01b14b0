namespace Simulator.Models.Catalogues;

/// <summary>How many edits part two words.</summary>
public static class EditDistance
{
    /// <summary>
    /// Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other (optimal string alignment).
    /// </summary>
    /// <param name="first">One word.</param>
    /// <param name="second">The other word; the order does not matter.</param>
    public static int Between(string first, string second)
    {
        int[] beforeLast = new int[second.Length + 1];
        int[] last = [.. Enumerable.Range(0, second.Length + 1)];
        for (int i = 1; i <= first.Length; i++)
        {
            int[] row = new int[second.Length + 1];
            row[0] = i;
            for (int j = 1; j <= second.Length; j++)
            {
                int substitution = last[j - 1] + (first[i - 1] == second[j - 1] ? 0 : 1);
                row[j] = Math.Min(substitution, Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && first[i - 1] == second[j - 2] && first[i - 2] == second[j - 1])
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }

            (beforeLast, last) = (last, row);
        }

        return last[second.Length];
    }
}
