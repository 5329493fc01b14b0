using Simulator.Core.Time;
using Simulator.Workloads.Requests;

namespace Simulator.Models.Routing;

/// <summary>What a router may know of a request: all but its output length (invariant 5).</summary>
public readonly struct RequestView
{
    private readonly Request _request;

    internal RequestView(Request request) => _request = request;

    /// <inheritdoc cref="Request.Id"/>
    public long Id => _request.Id;

    /// <inheritdoc cref="Request.Arrival"/>
    public SimTime Arrival => _request.Arrival;

    /// <inheritdoc cref="Request.PromptTokens"/>
    public int PromptTokens => _request.PromptTokens;

    /// <inheritdoc cref="Request.Model"/>
    public string Model => _request.Model;

    /// <inheritdoc cref="Request.Class"/>
    public string Class => _request.Class;

    /// <inheritdoc cref="Request.Priority"/>
    public int Priority => _request.Priority;

    /// <inheritdoc cref="Request.Session"/>
    public string? Session => _request.Session;

    /// <inheritdoc cref="Request.Turn"/>
    public int Turn => _request.Turn;

    /// <inheritdoc cref="Request.Content"/>
    public IReadOnlyList<ContentSegment> Content => _request.Content;
}
