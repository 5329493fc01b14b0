namespace Simulator.Models.Parallelism;
/// <summary>temp</summary>
public sealed record MemoryOptions { /// <summary>temp</summary>
 public long? KvBlocks { get; init; } }
