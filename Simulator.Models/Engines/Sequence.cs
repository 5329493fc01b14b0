using Simulator.Core.Events;
using Simulator.Core.Time;
using Simulator.Models.Caching;
using Simulator.Workloads.Requests;

namespace Simulator.Models.Engines;

/// <summary>Where a sequence stands in its replica.</summary>
internal enum SequenceState : byte
{
    /// <summary>On its way to the engine, or in its inbox.</summary>
    Arriving,

    /// <summary>In the waiting queue, new or preempted.</summary>
    Waiting,

    /// <summary>Running, with known tokens still to be computed.</summary>
    Prefilling,

    /// <summary>Running; one token in every iteration of its slot.</summary>
    Decoding,

    /// <summary>Running, but left out of the iteration in progress.</summary>
    Held,

    /// <summary>Its KV blocks are in host memory.</summary>
    Swapped,

    /// <summary>Over for its client, and still in the iteration in progress.</summary>
    Lingering,

    /// <summary>Over.</summary>
    Ended,
}

/// <summary>A request inside a replica.</summary>
/// <remarks>
/// While it decodes, its progress is not stored but follows from its slot's iteration counter, so that an iteration
/// costs nothing per sequence: computed tokens = slot iteration + <see cref="Offset"/>.
/// </remarks>
internal sealed class Sequence
{
    public Request Request = null!;
    public SequenceState State;
    public BatchSlot Slot = null!;

    /// <summary>Tokens to generate: the request's output, cut at the context window.</summary>
    public int OutputTokens;

    /// <summary>Statistics group of its request; −1 when it is not measured.</summary>
    public int Group;

    /// <summary>Admission order: the running list is sorted by it.</summary>
    public long Order;

    /// <summary>Tokens in the cache, unless decoding.</summary>
    public int Computed;

    /// <summary>Tokens generated, unless decoding.</summary>
    public int Generated;

    /// <summary>Computed tokens minus the slot's iteration counter, while decoding.</summary>
    public long Offset;

    /// <summary>Slot iteration after which it has all its tokens, while decoding.</summary>
    public long FinishIteration;

    /// <summary>Composition in which it was last scheduled.</summary>
    public long ScheduledIn;

    /// <summary>Tokens for which it holds blocks in any case, whatever is computed.</summary>
    public int ReservedTokens;

    /// <summary>Attention data-parallel rank that holds its KV cache.</summary>
    public int Rank;

    /// <summary>Tokens that the composition in progress gave it.</summary>
    public int ScheduledTokens;

    /// <summary>Neighbours in the running list.</summary>
    public Sequence? Previous;

    /// <inheritdoc cref="Previous"/>
    public Sequence? Next;

    /// <summary>Position in the slot's finish queue.</summary>
    public int FinishIndex;

    /// <summary>Position in the replica's sequence table.</summary>
    public int Handle;

    /// <summary>When it came to the engine's inbox.</summary>
    public SimTime Received;
    public SimTime QueuedSince;
    public SimDuration Queued;
    public SimTime FirstScheduled;
    public SimTime FirstToken;
    public SimTime LastToken;

    /// <summary>When its client was last told of tokens, in cost time units; under a stream interval only.</summary>
    public Int128 LastMessage;

    /// <summary>Its last message came at another time than those of the decode rows with which it gets the next.</summary>
    public bool StandsAside;
    public bool WasScheduled;
    public bool Abandoned;

    /// <summary>Its client has heard of its end.</summary>
    public bool Delivered;

    /// <summary>Decoding again after it was held: its last token came before its slot's last iteration.</summary>
    public bool HasRejoined;

    /// <summary>To be preempted when its iteration ends.</summary>
    public bool Yields;
    public int Preemptions;
    public int PrefixHitTokens;
    public RequestOutcome Outcome;
    public EventHandle Delivery;
    public EventHandle QueueTimeout;
    public EventHandle Timeout;

    /// <summary>Known content: the request's, and after a preemption a private rest.</summary>
    public IReadOnlyList<ContentSegment> Content = [];

    /// <summary>Content made up to the whole prompt, once it is needed; kept to be filled again.</summary>
    public readonly List<ContentSegment> WholeContent = [];

    /// <summary>Chained hashes of the blocks that known content fills.</summary>
    public readonly List<ulong> BlockNames = [];

    /// <summary>What it holds of a radix tree's pool.</summary>
    public RadixHold Radix;

    /// <summary>Ids of the named blocks it holds, from its first block on.</summary>
    public readonly List<int> NamedBlocks = [];

    /// <summary>True when every token it can still generate has its block already.</summary>
    public bool IsReserved => ReservedTokens > Computed;

    public int ComputedNow => State == SequenceState.Decoding ? (int)(Slot.Iteration + Offset) : Computed;

    public int Emitted => State == SequenceState.Decoding ? ComputedNow - Request.PromptTokens + 1 : Generated;

    public int KnownTokens => Request.PromptTokens + Emitted;

    /// <summary>Tokens that its client allows, and that the context window holds.</summary>
    public int AllowedTokens;

    /// <summary>True for a row that holds a place in its slot's running list.</summary>
    public bool IsRunning => State is SequenceState.Prefilling or SequenceState.Decoding or SequenceState.Held;

    public void Reset(Request request, int outputTokens, int allowedTokens, int group, SimTime now)
    {
        Request = request;
        State = SequenceState.Arriving;
        Slot = null!;
        OutputTokens = outputTokens;
        AllowedTokens = allowedTokens;
        Group = group;
        Order = FinishIteration = Offset = 0;
        ScheduledIn = -1;
        ReservedTokens = Rank = 0;
        Computed = Generated = ScheduledTokens = Preemptions = PrefixHitTokens = 0;
        Previous = Next = null;
        QueuedSince = Received = now;
        Queued = default;
        FirstScheduled = FirstToken = LastToken = default;
        LastMessage = 0;
        StandsAside = WasScheduled = Abandoned = Delivered = HasRejoined = Yields = false;
        Delivery = QueueTimeout = Timeout = default;
        Content = request.Content;
        WholeContent.Clear();
        Radix = default;
        BlockNames.Clear();
        NamedBlocks.Clear();
    }
}
