using System.Text.RegularExpressions;

namespace Simulator.Tests.Cli.Verbs;

/// <summary>Printed tables without what depends on the width of their columns.</summary>
internal static partial class TableText
{
    /// <summary>The lines with single blanks between words, without rules and empty lines.</summary>
    public static string[] Lines(string text) =>
        [.. text.ReplaceLineEndings("\n").Split('\n').Select(line => Blanks().Replace(line, " ").Trim()).Where(line => line.Trim('─').Length > 0)];

    [GeneratedRegex(" +")]
    private static partial Regex Blanks();
}
