namespace Simulator.Workloads.Requests;

/// <summary>A run of prompt tokens whose content is known by a key: equal keys at equal offsets hold equal tokens.</summary>
/// <remarks>
/// A Mooncake hash id is one segment of 512 tokens; a conversation is one long segment whose key is the session, so that
/// every later turn repeats it from the start; a shared system prompt is a segment of its own before it.
/// Tokens that are generated after the prompt continue its last segment.
/// </remarks>
/// <param name="Key">Identity of the content; any value.</param>
/// <param name="Tokens">Length in tokens, at least 1.</param>
public readonly record struct ContentSegment(long Key, int Tokens);
