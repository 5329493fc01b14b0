namespace Simulator.Models.Catalogues;

/// <summary>A name that no entry of a catalogue has. The message names the closest entries and how to list them all.</summary>
public sealed class UnknownNameException : Exception
{
    /// <summary>An exception about a name.</summary>
    /// <param name="kind">What was looked for, such as <c>device</c>.</param>
    /// <param name="name">The name as given.</param>
    /// <param name="closest">Ids of the closest entries, best first; may be empty.</param>
    /// <param name="listing">How to list all entries.</param>
    public UnknownNameException(string kind, string name, IReadOnlyList<string> closest, string listing)
        : base($"There is no {kind} '{name}'." +
            (closest.Count > 0 ? $" Did you mean {string.Join(" or ", closest)}?" : "") + $" {listing}")
    {
        Kind = kind;
        Name = name;
        Closest = closest;
    }

    /// <summary>What was looked for, such as <c>device</c>.</summary>
    public string Kind { get; }

    /// <summary>The name as given.</summary>
    public string Name { get; }

    /// <summary>Ids of the closest entries, best first; may be empty.</summary>
    public IReadOnlyList<string> Closest { get; }
}
