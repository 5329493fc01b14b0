using Simulator.Cli.Faults;

namespace Simulator.Cli.Reading;

/// <summary>A node of a YAML document, with the place where it starts.</summary>
internal abstract record YamlNode(Position At)
{
    /// <summary>What it is, for messages.</summary>
    public abstract string Kind { get; }
}

/// <summary>A single value.</summary>
/// <param name="At">Where it starts.</param>
/// <param name="Text">Its text, unquoted.</param>
/// <param name="IsEmpty">True when there is no value: nothing, <c>~</c> or <c>null</c>.</param>
internal sealed record YamlScalar(Position At, string Text, bool IsEmpty) : YamlNode(At)
{
    public override string Kind => IsEmpty ? "nothing" : Text.Length <= LongestQuote ? $"'{Text}'" : $"'{Text[..LongestQuote]}…'";

    private const int LongestQuote = 60;
}

/// <summary>A list of nodes.</summary>
internal sealed record YamlList(Position At, IReadOnlyList<YamlNode> Items) : YamlNode(At)
{
    public override string Kind => "a list";
}

/// <summary>Keys and their values, in the order of the document; keys are unique.</summary>
internal sealed record YamlMap(Position At, IReadOnlyList<YamlEntry> Entries) : YamlNode(At)
{
    public override string Kind => "a mapping";
}

/// <summary>A key and its value.</summary>
internal sealed record YamlEntry(Position At, string Key, YamlNode Value);
