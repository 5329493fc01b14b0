using System.Text.Json;
using Simulator.Core.Text;
using Simulator.Core.Time;
using Simulator.Workloads.Requests;

namespace Simulator.Workloads.Traces.Reading;

/// <summary>Names and unit of the properties of a JSON lines format.</summary>
internal sealed record JsonLayout(string Arrival, int ArrivalDecimals, string PromptTokens, string OutputTokens, string? BlockIds)
{
    /// <summary>kvcache-ai/Mooncake, FAST25-release/traces.</summary>
    public static JsonLayout Mooncake { get; } = new("timestamp", 6, "input_length", "output_length", "hash_ids");

    /// <summary>microsoft/apex_plus, traces.</summary>
    public static JsonLayout Apex { get; } = new("StartTimeOffset", 0, "ContextTokens", "GeneratedTokens", BlockIds: null);
}

/// <summary>Reads the traces that hold one JSON object a line. Other properties are passed over.</summary>
internal sealed class JsonLinesTraceReader : TraceReader
{
    /// <summary>Longest line; 130,000 block ids fit.</summary>
    public const int MaxLineBytes = 1 << 20;

    /// <summary>Tokens of a Mooncake block.</summary>
    public const int BlockTokens = 512;

    private readonly JsonLayout _layout;
    private readonly LineReader _lines;
    private readonly List<long> _blocks = [];

    public JsonLinesTraceReader(TraceSource source, JsonLayout layout, SimDuration disorder)
        : base(source, disorder)
    {
        _layout = layout;
        _lines = new LineReader(source.Open(), MaxLineBytes);
    }

    protected override long Line => _lines.LineNumber;

    /// <summary>The fault of a line that is too long to be a request.</summary>
    public static TraceFormatException TooLong(TraceSource source, long line) => source.Fault(
        line,
        $"the line is longer than {MaxLineBytes >> 20} MiB",
        "Check that the file holds one JSON object a line for each request");

    public override void Dispose() => _lines.Dispose();

    protected override Request? ReadRow()
    {
        long blank = 0;
        while (_lines.TryRead(out ReadOnlySpan<byte> line))
        {
            if (line.Trim(" \t"u8).Length == 0)
            {
                if (blank == 0) blank = _lines.LineNumber;
                continue;
            }
            if (blank > 0) throw Source.Fault(blank, "the line is blank", "Remove it");
            if (!FieldParser.IsText(line)) throw Source.Fault(Line, "the line is not UTF-8", "Convert the file to UTF-8");
            try
            {
                return Parse(line);
            }
            catch (JsonException error)
            {
                throw new TraceFormatException(Source.Name, Line, null, "the line is not a JSON object", "Give one whole object a line", error);
            }
        }
        return _lines.TooLong ? throw TooLong(Source, Line) : null;
    }

    private Request Parse(ReadOnlySpan<byte> line)
    {
        var json = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = 64 });
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            throw Source.Fault(Line, $"the line {FieldParser.Quote(line)} is not a JSON object", "Give one whole object a line");
        long arrival = -1;
        int prompt = -1, output = -1;
        bool hasBlocks = false;
        _blocks.Clear();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals(_layout.Arrival))
            {
                RequireFirst(arrival < 0, _layout.Arrival);
                string? fault = FieldParser.Nanoseconds(NumberAfter(ref json, _layout.Arrival), _layout.ArrivalDecimals, out arrival);
                if (fault != null) throw CellFault(_layout.Arrival, json.ValueSpan, fault, "Give the arrival as a number of at least 0");
                RequireOrder(_layout.Arrival, arrival);
            }
            else if (json.ValueTextEquals(_layout.PromptTokens))
            {
                RequireFirst(prompt < 0, _layout.PromptTokens);
                prompt = Tokens(ref json, _layout.PromptTokens);
            }
            else if (json.ValueTextEquals(_layout.OutputTokens))
            {
                RequireFirst(output < 0, _layout.OutputTokens);
                output = Tokens(ref json, _layout.OutputTokens);
            }
            else if (_layout.BlockIds != null && json.ValueTextEquals(_layout.BlockIds))
            {
                RequireFirst(!hasBlocks, _layout.BlockIds);
                hasBlocks = true;
                ReadBlocks(ref json);
            }
            else
            {
                json.Read();
                json.Skip();
            }
        }
        if (json.Read()) throw new JsonException();
        RequirePresent(arrival >= 0, _layout.Arrival, line);
        RequirePresent(prompt >= 0, _layout.PromptTokens, line);
        RequirePresent(output >= 0, _layout.OutputTokens, line);
        return new Request
        {
            Id = Count,
            Arrival = SimTime.FromNanoseconds(arrival),
            PromptTokens = prompt,
            OutputTokens = output,
            Content = Content(prompt),
        };
    }

    /// <summary>
    /// Blocks of 512 tokens from the start of the prompt, the last one shorter where the prompt ends in it. Fewer ids than blocks
    /// leave the rest of the prompt unknown, hence unique; more are a fault.
    /// </summary>
    private ContentSegment[] Content(int promptTokens)
    {
        if (_blocks.Count == 0) return [];
        long needed = (promptTokens + (long)BlockTokens - 1) / BlockTokens;
        if (_blocks.Count > needed)
            throw Source.Fault(
                Line,
                $"{_layout.BlockIds} has {_blocks.Count} ids, and a prompt of {promptTokens} tokens has only {needed} blocks of {BlockTokens} tokens",
                $"Give one id for each block of {BlockTokens} tokens",
                _layout.BlockIds);
        var content = new ContentSegment[_blocks.Count];
        for (int i = 0; i < content.Length; i++)
            content[i] = new ContentSegment(_blocks[i], Math.Min(BlockTokens, promptTokens - (i * BlockTokens)));
        return content;
    }

    private void ReadBlocks(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
            throw Source.Fault(Line, $"{_layout.BlockIds} is not an array", "Give an array of whole numbers", _layout.BlockIds);
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out long id))
                throw CellFault(_layout.BlockIds!, json.ValueSpan, "is not a whole number of 64 bits", "Give an array of whole numbers");
            _blocks.Add(id);
        }
    }

    private int Tokens(ref Utf8JsonReader json, string name)
    {
        string? fault = FieldParser.Tokens(NumberAfter(ref json, name), out int tokens);
        return fault == null ? tokens : throw CellFault(name, json.ValueSpan, fault, "Give a whole number of tokens, 0 or more");
    }

    private ReadOnlySpan<byte> NumberAfter(ref Utf8JsonReader json, string name)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.Number)
            throw Source.Fault(Line, $"{name} {FieldParser.Quote(json.ValueSpan)} is not a number", "Give a number", name);
        return json.ValueSpan;
    }

    private void RequireFirst(bool first, string name)
    {
        if (!first) throw Source.Fault(Line, $"{name} is given twice", "Keep one of them", name);
    }

    private void RequirePresent(bool present, string name, ReadOnlySpan<byte> line)
    {
        if (present) return;
        string[] used = [_layout.Arrival, _layout.PromptTokens, _layout.OutputTokens];
        string? nearest = NearestName.Find(name, Names(line).Except(used));
        throw Source.Fault(
            Line,
            $"there is no {name}",
            nearest == null ? $"Give the object a property {name}" : $"Did you mean {nearest}? Rename it to {name}",
            name);
    }

    private static List<string> Names(ReadOnlySpan<byte> line)
    {
        var names = new List<string>();
        var json = new Utf8JsonReader(line);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName && names.Count < 100)
        {
            names.Add(json.GetString()!);
            json.Read();
            json.Skip();
        }
        return names;
    }
}
