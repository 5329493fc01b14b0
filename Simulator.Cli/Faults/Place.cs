namespace Simulator.Cli.Faults;

/// <summary>A mapping of a document that a message can name.</summary>
/// <param name="File">The document, as the user named it.</param>
/// <param name="At">Where it starts.</param>
/// <param name="Path">Its path in the document, such as <c>cluster.pools[0].plan</c>.</param>
internal sealed record Place(string File, Position At, string Path)
{
    /// <summary><c>file:line:column: path</c>.</summary>
    public override string ToString() => $"{File}:{At}: {Path}";
}
