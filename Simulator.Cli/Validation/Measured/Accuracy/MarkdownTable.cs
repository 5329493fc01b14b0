using System.Text;

namespace Simulator.Cli.Validation.Measured.Accuracy;

/// <summary>A table in Markdown: words in the first columns, figures aligned to the right in the others.</summary>
/// <param name="words">Columns of words.</param>
/// <param name="headings">Headings of all columns.</param>
internal sealed class MarkdownTable(int words, params string[] headings)
{
    private readonly List<string[]> _rows = [];

    /// <summary>True when there are no rows.</summary>
    public bool IsEmpty => _rows.Count == 0;

    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>The table, with a newline after every row.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        Append(text, headings);
        text.Append('|').AppendJoin('|', headings.Select((_, i) => i < words ? "---" : "---:")).Append("|\n");
        foreach (string[] row in _rows) Append(text, row);
        return text.ToString();
    }

    private static void Append(StringBuilder text, IEnumerable<string> cells) =>
        text.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
}
