using System.Globalization;
using System.Text.RegularExpressions;

namespace Simulator.Models.Calibration.Tables;

/// <summary>The version of an engine, ordered as Python orders its releases: 1.0.0rc3, 1.0.0, 1.0.0.post1, 1.1.0.</summary>
internal sealed partial class TableVersion : IComparable<TableVersion>
{
    private const int Candidate = -1, Later = 1;

    private readonly int[] _parts;

    /// <summary>A version.</summary>
    /// <param name="text">Its text: numbers with anything between them.</param>
    public TableVersion(string text)
    {
        List<int> parts = [];
        foreach (Match part in Part().Matches(text))
        {
            if (part.Groups["word"].Success)
                parts.Add(part.Value is "rc" or "a" or "b" or "dev" ? Candidate : Later);
            else
                parts.Add(int.Parse(part.Value, CultureInfo.InvariantCulture));
        }
        _parts = [.. parts];
    }

    /// <summary>Whether a text begins like a version.</summary>
    public static bool IsVersion(string text) => text.Length > 0 && char.IsAsciiDigit(text[0]);

    /// <inheritdoc/>
    public int CompareTo(TableVersion? other)
    {
        if (other is null)
            return 1;
        for (int i = 0; i < Math.Max(_parts.Length, other._parts.Length); i++)
        {
            int order = Part(i).CompareTo(other.Part(i));
            if (order != 0) return order;
        }
        return 0;
    }

    private int Part(int i) => i < _parts.Length ? _parts[i] : 0;

    [GeneratedRegex(@"\d{1,9}|(?<word>[a-z]+)")]
    private static partial Regex Part();
}
