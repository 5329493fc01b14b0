using Simulator.Cli.Faults;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Simulator.Cli.Reading;

/// <summary>Reads one YAML document strictly: unique plain keys, no anchors, no tags, no second document.</summary>
/// <remarks>It reads the parser's events, since the representation model stops at the first duplicate key.</remarks>
internal sealed class YamlReader
{
    private const int DeepestNesting = 32;

    private readonly FaultList _faults;
    private readonly Parser _parser;
    private readonly Stack<NodeEvent> _open = new();

    private YamlReader(string text, FaultList faults)
    {
        _faults = faults;
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>Reads a document whose top is a mapping.</summary>
    /// <param name="text">The document.</param>
    /// <param name="faults">Takes every fault; reading goes on after all but errors of syntax.</param>
    /// <returns>Null when nothing could be read; the faults then say why.</returns>
    public static YamlMap? Read(string text, FaultList faults)
    {
        if (FindControlCharacter(text) is { } at)
        {
            faults.Add(at, "a control character is in the text; a scenario is plain text (a trace is given with --trace)");
            return null;
        }

        var reader = new YamlReader(text, faults);
        try
        {
            return reader.ReadDocument();
        }
        catch (UnreadableException)
        {
            return null;
        }
        catch (YamlException e)
        {
            reader.ReportSyntax(text, e);
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or NullReferenceException)
        {
            // The parser fails so on some unclosed lists.
            reader.ReportSyntax(text, null);
            return null;
        }
    }

    private YamlMap? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _)) return ReportEmpty();
        _parser.Consume<DocumentStart>();
        YamlNode top = ReadNode();
        _parser.Consume<DocumentEnd>();
        if (_parser.Accept<DocumentStart>(out DocumentStart? second))
            _faults.Add(ToPosition(second.Start), "a second document starts here; a file holds one scenario, so remove '---' or split the file");
        if (top is YamlMap map) return map;
        if (top is YamlScalar { IsEmpty: true }) return ReportEmpty();

        _faults.Add(top.At, $"expected a mapping of keys and values, got {top.Kind}; if this is a trace, give it with --trace");
        return null;
    }

    private YamlMap? ReportEmpty()
    {
        _faults.Add(Position.Start, "the document is empty; it needs at least 'workload' and 'cluster'");
        return null;
    }

    private YamlNode ReadNode()
    {
        Position at = ToPosition(_parser.Current?.Start ?? Mark.Empty);
        if (_open.Count > DeepestNesting)
        {
            _faults.Add(at, "nested too deeply");
            throw new UnreadableException();
        }

        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            _faults.Add(at, $"the alias '*{alias.Value}' is not supported; write the value out");
            return new YamlScalar(at, $"*{alias.Value}", IsEmpty: false);
        }

        if (_parser.Current is NodeEvent node) RefuseAnchorAndTag(node);
        if (_parser.TryConsume<Scalar>(out var scalar))
            return new YamlScalar(at, scalar.Value, scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null");
        if (_parser.TryConsume<SequenceStart>(out var list)) return ReadList(at, list);
        return ReadMap(at, _parser.Consume<MappingStart>());
    }

    private YamlList ReadList(Position at, SequenceStart start)
    {
        _open.Push(start);
        var items = new List<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _)) items.Add(ReadNode());
        _open.Pop();
        return new YamlList(at, items);
    }

    private YamlMap ReadMap(Position at, MappingStart start)
    {
        _open.Push(start);
        var entries = new List<YamlEntry>();
        var first = new Dictionary<string, Position>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            YamlNode key = ReadNode();
            YamlNode value = ReadNode();
            if (key is not YamlScalar { IsEmpty: false } name)
                _faults.Add(key.At, $"expected a key, got {key.Kind}");
            else if (name.Text == "<<")
                _faults.Add(key.At, "the merge key '<<' is not supported; write the values out");
            else if (first.TryGetValue(name.Text, out Position earlier))
                _faults.Add(key.At, $"the key '{name.Text}' is given twice; the first is at {earlier}");
            else
            {
                first.Add(name.Text, key.At);
                entries.Add(new YamlEntry(key.At, name.Text, value));
            }
        }

        _open.Pop();
        return new YamlMap(at, entries);
    }

    private void RefuseAnchorAndTag(NodeEvent node)
    {
        Position at = ToPosition(node.Start);
        if (!node.Anchor.IsEmpty) _faults.Add(at, $"the anchor '&{node.Anchor.Value}' is not supported; write the value out where it is used");
        if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific) _faults.Add(at, $"the tag '{node.Tag.Value}' is not supported; remove it");
    }

    /// <summary>The place, the fault and the remedy of text that the parser stopped at.</summary>
    private void ReportSyntax(string text, YamlException? e)
    {
        if (FindTabIndent(text) is { } tab)
        {
            _faults.Add(tab, "the line is indented by a tab; YAML is indented by spaces");
            return;
        }

        bool unclosed = e is null || e.Message.Contains("did not find expected", StringComparison.Ordinal);
        NodeEvent? inner = unclosed && _open.Count > 0 ? _open.Peek() : null;
        if (inner is SequenceStart { Style: SequenceStyle.Flow })
        {
            _faults.Add(ToPosition(inner.Start), "the list that opens here is not closed; put ',' between its items and ']' at its end");
            return;
        }

        if (inner is MappingStart { Style: MappingStyle.Flow })
        {
            _faults.Add(ToPosition(inner.Start), "the mapping that opens here is not closed; put ',' between its entries and '}' at its end");
            return;
        }

        string reason = e?.Message.TrimEnd('.') ?? "It cannot be parsed";
        Position at = e is { Start.Line: > 0 } ? ToPosition(e.Start) : ToPosition(_parser.Current?.Start ?? Mark.Empty);
        _faults.Add(at, $"not valid YAML: {char.ToLowerInvariant(reason[0])}{reason[1..]}{Remedy(reason)}");
    }

    /// <summary>What to do about the parser's commonest complaints.</summary>
    private static string Remedy(string reason) => reason switch
    {
        _ when reason.Contains("invalid mapping", StringComparison.Ordinal) => "; put a value that holds ': ' in quotes",
        _ when reason.Contains("cannot start any token", StringComparison.Ordinal) => "; put a value that starts with this character in quotes",
        _ when reason.Contains("quoted scalar, found unexpected end", StringComparison.Ordinal) => "; close the quote",
        _ when reason.Contains("<document end>", StringComparison.Ordinal) => "; indent keys of one mapping alike",
        _ => "",
    };

    private static Position? FindTabIndent(string text)
    {
        int line = 0;
        foreach (ReadOnlySpan<char> content in text.AsSpan().EnumerateLines())
        {
            line++;
            int indent = content.IndexOfAnyExcept(' ', '\t');
            int tab = content.IndexOf('\t');
            if (tab >= 0 && tab < indent && content[indent] != '#') return new Position(line, tab + 1);
        }

        return null;
    }

    private static Position? FindControlCharacter(string text)
    {
        int line = 1, start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n') (line, start) = (line + 1, i + 1);
            else if (char.IsControl(text[i]) && text[i] is not ('\t' or '\r' or '\u0085')) return new Position(line, i - start + 1);
        }

        return null;
    }

    private static Position ToPosition(Mark mark) => new(mark.Line, mark.Column);

    /// <summary>Reading cannot go on; the fault is in the list.</summary>
    private sealed class UnreadableException : Exception;
}
