using Simulator.Core.Time;
using Simulator.Workloads.Arrivals;
using Simulator.Workloads.Requests;

namespace Simulator.Workloads.Traces;

public sealed partial class Trace
{
    /// <summary>Keeps the requests of one model, of one class, or of both.</summary>
    /// <param name="model">Model name, whatever its case; null for all.</param>
    /// <param name="requestClass">Class such as <c>conversation</c> or <c>api</c>, whatever its case; null for all.</param>
    /// <remarks>Enumerating throws <see cref="TraceFormatException"/> when no request passes: the message names what there is.</remarks>
    public Trace Only(string? model = null, string? requestClass = null) => Only(model == null ? [] : [model], requestClass == null ? [] : [requestClass]);

    /// <summary>Keeps the requests of some models and classes.</summary>
    /// <param name="models">Model names, whatever their case; none for all.</param>
    /// <param name="requestClasses">Classes, whatever their case; none for all.</param>
    /// <remarks>Enumerating throws <see cref="TraceFormatException"/> when no request passes: the message names what there is.</remarks>
    public Trace Only(IReadOnlyCollection<string> models, IReadOnlyCollection<string> requestClasses) =>
        Then(Transforms.Only(_source, Name, [.. models], [.. requestClasses]));

    /// <summary>Keeps the requests that the trace did not record as failures.</summary>
    public Trace DropFailures() => Then(_source.Where(request => !request.IsFailure));

    /// <summary>Keeps the requests of a window of time.</summary>
    /// <param name="from">Start, counted from the first request; included.</param>
    /// <param name="to">End, counted from the first request; excluded.</param>
    /// <exception cref="ArgumentOutOfRangeException">The window is empty or begins before the first request.</exception>
    /// <remarks>Enumerating throws <see cref="TraceFormatException"/> when no request lies in it.</remarks>
    public Trace Window(SimDuration from, SimDuration to)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from, SimDuration.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(to, from);
        return Then(Transforms.Window(_source, Name, from, to));
    }

    /// <summary>Keeps the first requests.</summary>
    /// <param name="count">How many at most; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1.</exception>
    public Trace Take(long count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return Then(Transforms.Take(_source, count));
    }

    /// <summary>Plays the trace faster: every span between arrivals, and every recorded duration, is divided by a factor.</summary>
    /// <param name="factor">Above 0; below 1 plays it slower.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is not a number above 0.</exception>
    public Trace SpeedUp(double factor)
    {
        RequirePositive(factor, nameof(factor));
        return Then(Transforms.SpeedUp(_source, Name, factor));
    }

    /// <summary>Plays the trace faster or slower, so that its requests arrive at a mean rate. The trace is read once more to measure it.</summary>
    /// <param name="requestsPerSecond">Mean rate between the first and the last arrival, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not a number above 0.</exception>
    /// <remarks>Enumerating throws <see cref="TraceFormatException"/> when all requests arrive at once, since that is no rate.</remarks>
    public Trace ToRate(double requestsPerSecond)
    {
        RequirePositive(requestsPerSecond, nameof(requestsPerSecond));
        return Then(Transforms.ToRate(_source, Name, requestsPerSecond));
    }

    /// <summary>Cuts longer prompts and outputs to a limit, and the content of the prompt with it.</summary>
    /// <param name="maxPrompt">Longest prompt in tokens, at least 1.</param>
    /// <param name="maxOutput">Longest output in tokens, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is below 1.</exception>
    public Trace ClipLengths(int maxPrompt = int.MaxValue, int maxOutput = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPrompt, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxOutput, 1);
        return Then(_source.Select(request => Transforms.Clip(request, maxPrompt, maxOutput)));
    }

    /// <summary>Gives every request the most tokens that its client allows (<c>max_tokens</c>), which traces do not record.</summary>
    /// <param name="tokens">The same for all, at least 1: longer outputs stop there. Null for clients that ask for exactly the recorded
    /// output; a recorded failure stays as it is then.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    /// <remarks>Engines that reserve memory for a whole output, and policies that go by its bound, see the difference.</remarks>
    public Trace AllowOutput(int? tokens)
    {
        if (tokens < 1) throw new ArgumentOutOfRangeException(nameof(tokens), tokens, "Allow at least 1 token, or null for the recorded output.");
        return Then(_source.Select(request => Transforms.AllowOutput(request, tokens)));
    }

    /// <summary>Plays the trace again and again, a mean gap apart.</summary>
    /// <param name="times">How often in all, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1.</exception>
    /// <remarks>
    /// Sessions and content of a repetition are new ones, since the same prompts once more would be found in a prefix cache that
    /// no real second day would have warmed.
    /// </remarks>
    public Trace Loop(int times)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        return Then(Transforms.Loop(_source, times, until: null));
    }

    /// <summary>Plays the trace again and again until a time, as <see cref="Loop"/> does.</summary>
    /// <param name="until">Requests that arrive this long after the first one or later are left out; above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above 0.</exception>
    /// <remarks>Enumerating throws <see cref="TraceFormatException"/> when all requests arrive at once, since that has no end.</remarks>
    public Trace LoopUntil(SimDuration until)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(until, SimDuration.Zero);
        return Then(Transforms.Loop(_source, long.MaxValue, until, Name));
    }

    /// <summary>
    /// Spreads requests of equal arrival evenly over the quantum to which the recording rounded its times, in their order. Mooncake's
    /// quantum is 3 s.
    /// </summary>
    /// <param name="quantum">Length of the quantum, above 0; a group never reaches the next arrival that the trace gives.</param>
    /// <exception cref="ArgumentOutOfRangeException">The quantum is not above 0.</exception>
    public Trace SpreadQuantum(SimDuration quantum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(quantum, SimDuration.Zero);
        return Then(Transforms.SpreadQuantum(_source, quantum));
    }

    /// <summary>Gives the requests arrivals of a process in place of their own, in their order: for traces of lengths alone.</summary>
    /// <param name="arrivals">When they arrive.</param>
    /// <param name="seed">The same seed gives the same arrivals on every platform.</param>
    public Trace WithArrivals(IArrivalProcess arrivals, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(arrivals);
        return Then(Transforms.WithArrivals(_source, arrivals, seed));
    }

    /// <summary>Gives every request limits of patience; see <see cref="Request.QueueTimeout"/> and its neighbours.</summary>
    /// <param name="queue">Longest wait until first scheduled; null leaves what there is.</param>
    /// <param name="total">Longest stay; null leaves what there is.</param>
    /// <param name="cancelAfter">When the client gives up; null leaves what there is.</param>
    public Trace WithTimeouts(SimDuration? queue = null, SimDuration? total = null, SimDuration? cancelAfter = null) =>
        Then(_source.Select(request => request with
        {
            QueueTimeout = queue ?? request.QueueTimeout,
            Timeout = total ?? request.Timeout,
            CancelAfter = cancelAfter ?? request.CancelAfter,
        }));

    /// <summary>
    /// Takes the prompts of a session for a conversation that grows: each prompt begins with what the prompts before it held, so that
    /// a prefix cache can reuse them.
    /// </summary>
    /// <remarks>
    /// An assumption, for traces such as BurstGPT's third release that name sessions and record no content. A prompt that is shorter
    /// than the one before it is taken for a prefix of it. Requests without a session stay as they are.
    /// </remarks>
    public Trace WithSessionPrefixes() => Then(_source.Select(Transforms.WithSessionPrefix));

    /// <summary>Leaves the arrivals on the trace's own clock instead of moving the first to 0.</summary>
    /// <remarks>
    /// BurstGPT counts from 0:00 of its first day; a trace of dates is given a clock that starts at 0:00 of the first row's day.
    /// </remarks>
    public Trace KeepClock() => new(Name, Format, _source, keepClock: true);

    private static void RequirePositive(double value, string name)
    {
        if (!(value > 0) || double.IsInfinity(value)) throw new ArgumentOutOfRangeException(name, value, "Give a number above 0.");
    }

    private Trace Then(IEnumerable<Request> next) => new(Name, Format, next, _keepClock);
}
