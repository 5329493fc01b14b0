using Simulator.Reports.Charts;

namespace Simulator.Reports.Sections;

/// <summary>A part of a report.</summary>
/// <param name="Id">Its name in the page: letters, digits and dashes.</param>
/// <param name="Heading">Its heading.</param>
public sealed record ReportSection(string Id, string Heading)
{
    /// <summary>What stands below the heading; empty for nothing.</summary>
    public string Lead { get; init; } = "";

    /// <summary>Its pictures.</summary>
    public IReadOnlyList<Chart> Charts { get; init; } = [];

    /// <summary>Its tables.</summary>
    public IReadOnlyList<ReportTable> Tables { get; init; } = [];

    /// <summary>What would give its data, when the results do not hold it; null when they do.</summary>
    public string? Missing { get; init; }
}

/// <summary>A table of texts.</summary>
/// <param name="Caption">What it shows.</param>
/// <param name="Columns">Heads of the columns.</param>
/// <param name="Rows">The cells, a list for each row.</param>
public sealed record ReportTable(string Caption, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>Whether it is folded until somebody opens it.</summary>
    public bool Folded { get; init; }
}
