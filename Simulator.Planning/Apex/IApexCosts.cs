using Simulator.Models.Devices;

namespace Simulator.Planning.Apex;

/// <summary>Time and energy of one operation on one device.</summary>
/// <param name="Microseconds">Time, µs.</param>
/// <param name="Microjoules">Energy, µJ; 0 where it was not measured.</param>
public readonly record struct ApexCost(double Microseconds, double Microjoules);

/// <summary>
/// Profiled costs of operations, asked at the points of APEX's tables: sizes are rounded before (<c>simulator/comp_profile.py</c>).
/// </summary>
/// <remarks>Implementations must be pure: the same question has the same answer, whatever was asked before.</remarks>
public interface IApexCosts
{
    /// <summary>A matrix product of m × k by k × n.</summary>
    /// <param name="m">Outputs.</param>
    /// <param name="k">Inputs.</param>
    /// <param name="n">Tokens: 64, or a multiple of 128; with 8-bit floats m, k and n are powers of two.</param>
    /// <param name="format">Format of the operands.</param>
    ApexCost Gemm(long m, long k, long n, NumberFormat format);

    /// <summary>Causal attention of a batch of sequences of one length.</summary>
    /// <param name="headSize">Width of a head.</param>
    /// <param name="heads">Query heads.</param>
    /// <param name="sequences">Sequences.</param>
    /// <param name="tokens">Tokens of each sequence, a multiple of 16; 16 stands for a decode step whatever its context.</param>
    /// <param name="format">Format of the operands; never 8-bit floats, whose time is taken from 16-bit ones.</param>
    ApexCost Attention(int headSize, int heads, int sequences, long tokens, NumberFormat format);

    /// <summary>A collective operation among more than one device, µs.</summary>
    /// <param name="kind">The operation.</param>
    /// <param name="nodes">Nodes that take part.</param>
    /// <param name="devicesPerNode">Devices of each that take part.</param>
    /// <param name="kilobytes">Size, whole units of 1,024 bytes.</param>
    /// <param name="format">Format of the activations; the tables have no rows of 8-bit floats, those of 16-bit ones serve.</param>
    double CollectiveMicroseconds(ApexCollectiveKind kind, int nodes, int devicesPerNode, double kilobytes, NumberFormat format);

    /// <summary>A message from one pipeline stage to the next, µs.</summary>
    /// <param name="acrossNodes">Whether the stages lie on different nodes.</param>
    /// <param name="kilobytes">Size, whole units of 1,024 bytes.</param>
    /// <param name="format">Format of the activations; the tables have no rows of 8-bit floats, those of 16-bit ones serve.</param>
    double SendMicroseconds(bool acrossNodes, double kilobytes, NumberFormat format);
}

/// <summary>Every operation of a kind costs the same: the profile under which plans can be checked by hand.</summary>
/// <param name="Gemm">A matrix product.</param>
/// <param name="Attention">An attention.</param>
/// <param name="CollectiveMicroseconds">A collective operation, µs.</param>
/// <param name="SendMicroseconds">A message between stages, µs.</param>
public sealed record ConstantApexCosts(ApexCost Gemm, ApexCost Attention, double CollectiveMicroseconds, double SendMicroseconds) : IApexCosts
{
    ApexCost IApexCosts.Gemm(long m, long k, long n, NumberFormat format) => Gemm;

    ApexCost IApexCosts.Attention(int headSize, int heads, int sequences, long tokens, NumberFormat format) => Attention;

    double IApexCosts.CollectiveMicroseconds(ApexCollectiveKind kind, int nodes, int devicesPerNode, double kilobytes, NumberFormat format) =>
        CollectiveMicroseconds;

    double IApexCosts.SendMicroseconds(bool acrossNodes, double kilobytes, NumberFormat format) => SendMicroseconds;
}
