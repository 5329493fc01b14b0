using Simulator.Models.Costs.Profiles;

namespace Simulator.Models.Costs;

/// <summary>A matrix product of some rows by a fixed matrix, as one device sees it.</summary>
public struct MatrixProduct
{
    /// <summary>Operations per row.</summary>
    public double FlopsPerRow;

    /// <summary>Bytes of the matrix, read once.</summary>
    public double WeightBytes;

    /// <summary>Bytes read and written per row.</summary>
    public double BytesPerRow;

    /// <summary>What a product with it takes.</summary>
    public MatrixTime Time;
}

/// <summary>A collective or a transfer over some devices; all zero where there is none.</summary>
public struct Communication
{
    /// <summary>What it takes.</summary>
    public CollectiveTime Time;

    /// <summary>Bytes that one device sends per row.</summary>
    public double LinkBytesPerRow;
}

/// <summary>The layers of one kind, as one device of their pipeline stage sees one of them.</summary>
public struct LayerParameters
{
    /// <summary>Layers of this kind in the model.</summary>
    public int Count;

    /// <summary>1 when attention looks back on the window only, 0 when on everything.</summary>
    public int Windowed;

    /// <summary>Bytes of both norms per token.</summary>
    public double NormBytesPerToken;

    /// <summary>Context parallel: keys and values gathered, per cached or new token of a prefill row; all zero on one device.</summary>
    public Communication ContextGather;

    /// <summary>Context parallel: partial outputs added up, per decode row; all zero on one device.</summary>
    public Communication ContextMerge;

    /// <summary>Queries, keys and values; in latent attention their compressed forms.</summary>
    public MatrixProduct Input;

    /// <summary>Latent attention: compressed query to heads; all zero otherwise.</summary>
    public MatrixProduct QueryUp;

    /// <summary>Latent attention: compressed keys and values to heads; all zero otherwise.</summary>
    public MatrixProduct KeyValueUp;

    /// <summary>Bytes per token of rotary positions, short convolution and cache write.</summary>
    public double CacheWriteBytesPerToken;

    /// <summary>Operations per query-key pair of a prefill row.</summary>
    public double PrefillFlopsPerPair;

    /// <summary>Bytes of keys and values read per cached or new token of a prefill row.</summary>
    public double PrefillBytesPerContextToken;

    /// <summary>Operations per cached token of a decode row.</summary>
    public double DecodeFlopsPerContextToken;

    /// <summary>Bytes read per cached token of a decode row.</summary>
    public double DecodeBytesPerContextToken;

    /// <summary>Bytes of queries and outputs per token.</summary>
    public double QueryBytesPerToken;

    /// <summary>Linear attention: operations per token; 0 otherwise.</summary>
    public double StateFlopsPerToken;

    /// <summary>Linear attention: bytes of state read and written per sequence; 0 otherwise.</summary>
    public double StateBytesPerSequence;

    /// <summary>Attention of prefill rows.</summary>
    public PrefillTime Prefill;

    /// <summary>Attention of decode rows.</summary>
    public DecodeTime Decode;

    /// <summary>Attention heads back to the hidden state.</summary>
    public MatrixProduct Output;

    /// <summary>Routed experts; 0 in a dense layer.</summary>
    public int Experts;

    /// <summary>Share of the experts that a token does not use: 1 − k/E.</summary>
    public double ExpertMiss;

    /// <summary>Experts of one device.</summary>
    public double LocalExperts;

    /// <summary>Bytes of one expert's slice on one device.</summary>
    public double ExpertBytes;

    /// <summary>Operations of routed experts per token of all that their copy serves, on one device.</summary>
    public double ExpertFlopsPerToken;

    /// <summary>Bytes of activations of routed experts per token of all that their copy serves, on one device.</summary>
    public double ExpertBytesPerToken;

    /// <summary>Routed experts, by tokens of all that their copy serves.</summary>
    public ExpertTime ExpertTime;

    /// <summary>Choice of experts.</summary>
    public MatrixProduct Router;

    /// <summary>Tokens to experts; all zero when every device has them already.</summary>
    public Communication Dispatch;

    /// <summary>Expert results back; all zero when the all-reduce brings them.</summary>
    public Communication Combine;

    /// <summary>Gate and up of a dense block or of the shared expert; all zero without either.</summary>
    public MatrixProduct GateUp;

    /// <summary>Bytes of the activation function per token.</summary>
    public double ActivationBytesPerToken;

    /// <summary>Down of a dense block or of the shared expert; all zero without either.</summary>
    public MatrixProduct Down;

    /// <summary>1 when the feed-forward block is split in another way than attention and its rows are handed to its copies, 0 when not.</summary>
    public int Resharded;

    /// <summary>
    /// Resharded: the rows of a copy gathered over its devices, and its outputs summed and scattered in the same way; all zero on one device.
    /// </summary>
    public Communication Reshard;

    /// <summary>
    /// All-reduce after the feed-forward block; all zero when there is nothing to reduce. Resharded: either half of the all-reduce over
    /// the tensor-parallel devices, the first of which follows attention.
    /// </summary>
    public Communication FeedForwardReduce;
}

/// <summary>Model, plan, device and options flattened to what <see cref="Roofline.Evaluate"/> needs. Blittable, for GPU evaluation.</summary>
/// <remarks>Made by <see cref="RooflineCompiler"/>. Up to four kinds of layers, as fields, since kernels have no arrays.</remarks>
public struct RooflineParameters
{
    /// <summary>Kinds of layers in use, 1 to 4.</summary>
    public int Kinds;

    /// <summary>First kind.</summary>
    public LayerParameters Kind0;

    /// <summary>Second kind.</summary>
    public LayerParameters Kind1;

    /// <summary>Third kind.</summary>
    public LayerParameters Kind2;

    /// <summary>Fourth kind.</summary>
    public LayerParameters Kind3;

    /// <summary>Tokens that a windowed layer looks back on; 0 when no layer has a window.</summary>
    public int Window;

    /// <summary>Data-parallel ranks.</summary>
    public int Ranks;

    /// <summary>Share of the batch that one data-parallel rank runs when they are balanced: 1 / ranks.</summary>
    public double RankShare;

    /// <summary>Share of a prefill's tokens, and of the KV cache, that one context-parallel device has.</summary>
    public double ContextShare;

    /// <summary>
    /// Copies of the feed-forward block in a stage, each for an equal share of its ranks' tokens; 0 when experts have one for all ranks and everything
    /// else is a rank's own.
    /// </summary>
    public double FeedForwardCopies;

    /// <summary>Tokens of the busiest expert-parallel device over those of the mean one.</summary>
    public double ExpertImbalance;

    /// <summary>Devices of one pipeline stage.</summary>
    public double StageDevices;

    /// <summary>Pipeline stages.</summary>
    public int Stages;

    /// <summary>Share of the layers in the first stage.</summary>
    public double FirstStageShare;

    /// <summary>Share of the layers in the largest stage but the last.</summary>
    public double LargestStageShare;

    /// <summary>Share of the layers in the last stage.</summary>
    public double LastStageShare;

    /// <summary>Element-wise kernels: seconds per byte that a device reaches.</summary>
    public double ElementwiseSecondsPerByte;

    /// <summary>Seconds at full power per operation of matrix products: those at the physical peak, and less at a lower clock.</summary>
    public double PeakMatrixSecondsPerFlop;

    /// <summary>Seconds at full power per 16-bit operation: those at the physical peak, and less at a lower clock.</summary>
    public double PeakWideSecondsPerFlop;

    /// <summary>Seconds at full power per byte: those at the physical peak of device memory, and less at a lower clock.</summary>
    public double PeakSecondsPerByte;

    /// <summary>Fixed time of an element-wise kernel, seconds.</summary>
    public double ElementwiseKernelSeconds;

    /// <summary>Host time of a launch without a graph, seconds.</summary>
    public double LaunchSeconds;

    /// <summary>Host: choosing the rows.</summary>
    public HostPart HostSchedule;

    /// <summary>Host: building the input.</summary>
    public HostPart HostPrepare;

    /// <summary>Host: reading the sampled tokens back.</summary>
    public HostPart HostSample;

    /// <summary>Host: handing out the tokens.</summary>
    public HostPart HostDetokenize;

    /// <summary>Host: what overlapping leaves between two iterations.</summary>
    public HostPart HostExposed;

    /// <summary>1 when the host works while the device does, 0 when they take turns.</summary>
    public int HostOverlapped;

    /// <summary>Power of one idle device, watts.</summary>
    public double IdleWatts;

    /// <summary>Power of one device between idle and full load, watts.</summary>
    public double ActiveWatts;

    /// <summary>Bytes of the embedding look-up per token.</summary>
    public double EmbeddingBytesPerToken;

    /// <summary>All-reduce of hidden states over the tensor-parallel devices; all zero on one device.</summary>
    public Communication HiddenReduce;

    /// <summary>Hidden states to the next stage; all zero with one stage.</summary>
    public Communication StageTransfer;

    /// <summary>Bytes of the last norm per emitted token.</summary>
    public double FinalNormBytesPerToken;

    /// <summary>Output head, per emitted token.</summary>
    public MatrixProduct Head;

    /// <summary>Gathering of the logits, per emitted token; all zero on one device.</summary>
    public Communication LogitsGather;

    /// <summary>Bytes of sampling per emitted token.</summary>
    public double SamplingBytesPerToken;

    /// <summary>Kernels of sampling.</summary>
    public int SamplingKernels;
}
