namespace Simulator.Models.Costs;

/// <summary>Operators of one forward pass, in the order they run.</summary>
public enum Operator
{
    /// <summary>On the host: choosing the rows of the iteration.</summary>
    HostSchedule,

    /// <summary>On the host: building the input.</summary>
    HostPrepare,

    /// <summary>Look-up of the token embeddings.</summary>
    Embedding,

    /// <summary>All-reduce of the embeddings, whose table is split over the vocabulary.</summary>
    EmbeddingAllReduce,

    /// <summary>The two norms of a layer, each fused with the addition to the residual stream.</summary>
    Normalization,

    /// <summary>Projection of the hidden state to queries, keys and values (to their compressed forms in latent attention).</summary>
    InputProjection,

    /// <summary>Latent attention: from the compressed query to the query heads.</summary>
    QueryUpProjection,

    /// <summary>Latent attention: from the compressed keys and values to heads (prefill), or the same matrices applied to the query and the output (decode).</summary>
    KeyValueUpProjection,

    /// <summary>Rotary positions, and the write of the new keys and values to the cache.</summary>
    KeyValueWrite,

    /// <summary>Context parallel: keys and values of prefill rows gathered from the devices that hold them.</summary>
    ContextGather,

    /// <summary>Attention of prefill rows.</summary>
    AttentionPrefill,

    /// <summary>Attention of decode rows.</summary>
    AttentionDecode,

    /// <summary>Context parallel: outputs of decode rows, each over a share of the keys, added up.</summary>
    ContextMerge,

    /// <summary>Projection of the attention heads back to the hidden state.</summary>
    OutputProjection,

    /// <summary>All-reduce after the attention block, over the tensor-parallel devices; a reduce-scatter where the feed-forward block is split in another way.</summary>
    AttentionAllReduce,

    /// <summary>Choice of experts for every token.</summary>
    Router,

    /// <summary>Rows gathered over the devices of a copy of the feed-forward block, where it is split in another way than attention.</summary>
    FeedForwardGather,

    /// <summary>Tokens sent to the devices of their experts.</summary>
    ExpertDispatch,

    /// <summary>Gate, up and down matrices of the routed experts.</summary>
    Experts,

    /// <summary>Results of the experts sent back and summed.</summary>
    ExpertCombine,

    /// <summary>Gate and up matrices of a dense feed-forward block or of the shared expert.</summary>
    GateUpProjection,

    /// <summary>Activation function of a dense feed-forward block or of the shared expert.</summary>
    Activation,

    /// <summary>Down matrix of a dense feed-forward block or of the shared expert.</summary>
    DownProjection,

    /// <summary>Outputs of a copy of the feed-forward block summed and scattered over its devices, where it is split in another way than attention.</summary>
    FeedForwardScatter,

    /// <summary>All-reduce after the feed-forward block, over the tensor-parallel devices; an all-gather where sums were scattered or experts sent their results.</summary>
    FeedForwardAllReduce,

    /// <summary>Hidden states sent from one pipeline stage to the next.</summary>
    StageTransfer,

    /// <summary>The norm before the output head.</summary>
    FinalNorm,

    /// <summary>Output head: logits of the rows that emit a token.</summary>
    Head,

    /// <summary>Gathering of the logits, which are split over the vocabulary.</summary>
    LogitsGather,

    /// <summary>Sampling of the next tokens from the logits.</summary>
    Sampling,

    /// <summary>On the host: reading the sampled tokens back.</summary>
    HostSample,

    /// <summary>On the host: appending the tokens, detokenising, sending.</summary>
    HostDetokenize,

    /// <summary>The device waits for the host: for launches that no graph saves, and for all host work that is overlapped but takes longer.</summary>
    HostWait,
}

/// <summary>What the greatest part of an operator's time goes to.</summary>
public enum Bound
{
    /// <summary>Arithmetic.</summary>
    Compute,

    /// <summary>Device memory bandwidth.</summary>
    Memory,

    /// <summary>Links between devices.</summary>
    Link,

    /// <summary>The fixed time of a kernel.</summary>
    Launch,

    /// <summary>The host.</summary>
    Host,
}
