namespace Simulator.Models.Caching;

/// <summary>When blocks of the device's cache are copied to host memory.</summary>
public enum HostWritePolicy
{
    /// <summary>As soon as a block is full and has a name (SGLang's <c>write_through</c>, vLLM's offloading connector).</summary>
    WriteThrough,

    /// <summary>When the device evicts it (SGLang's <c>write_back</c>).</summary>
    WriteBack,
}
