using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Spans;

namespace Simulator.Workloads.Clients;

/// <summary>
/// A fixed number of clients, each of which sends a request, waits until it ends however it ends, thinks, and sends the next: at most
/// that many requests are in flight at any time.
/// </summary>
/// <remarks>
/// Without a think time this is the load of vLLM's <c>benchmark_serving --max-concurrency</c> and of InferenceX. All clients send
/// their first request at time 0, in the order of the requests.
/// </remarks>
public sealed class ClosedLoopWorkload : IWorkload, IDisposable
{
    private readonly IEnumerator<Request> _requests;
    private readonly ISpanDistribution? _think;
    private readonly RandomStream _random;
    private readonly PriorityQueue<SimTime, SimTime> _ready = new();
    private Request? _next;
    private long _taken;

    /// <summary>Clients that share one list of requests.</summary>
    /// <param name="requests">What the clients ask, in order. Arrivals are not used.</param>
    /// <param name="concurrency">Clients, at least 1.</param>
    /// <param name="think">From the end of a request to the client's next one; null for none.</param>
    /// <param name="seed">Seed of the think times.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no client.</exception>
    public ClosedLoopWorkload(IEnumerable<Request> requests, int concurrency, ISpanDistribution? think = null, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentOutOfRangeException.ThrowIfLessThan(concurrency, 1);
        _think = think;
        _random = new RandomStreams(seed).Stream("think");
        _requests = requests.GetEnumerator();
        for (int client = 0; client < concurrency; client++) _ready.Enqueue(SimTime.Zero, SimTime.Zero);
        Advance();
    }

    /// <inheritdoc/>
    public bool TryPeek(out SimTime arrival)
    {
        arrival = default;
        return _next != null && _ready.TryPeek(out arrival, out _);
    }

    /// <inheritdoc/>
    public Request Take()
    {
        if (!TryPeek(out SimTime arrival)) throw new InvalidOperationException("No client is ready to send a request now.");
        _ready.Dequeue();
        Request request = _next! with { Id = _taken++, Arrival = arrival };
        Advance();
        return request;
    }

    /// <inheritdoc/>
    public void OnEnded(Request request, RequestOutcome outcome, SimTime at)
    {
        SimTime again = _think == null ? at : at + _think.Next(_random);
        _ready.Enqueue(again, again);
    }

    /// <summary>Closes the list of requests.</summary>
    public void Dispose() => _requests.Dispose();

    private void Advance() => _next = _requests.MoveNext() ? _requests.Current : null;
}
