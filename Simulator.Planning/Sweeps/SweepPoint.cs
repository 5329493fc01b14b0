using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Simulator.Planning.Sweeps;

/// <summary>A point of a sweep: everything that its result depends on, as one line of text, and what follows from that line.</summary>
public sealed record SweepPoint
{
    private const int SeedBits = 53;

    /// <summary>Makes the point of a line.</summary>
    /// <param name="number">Its place in the manifest, from 0.</param>
    /// <param name="line">Its content in canonical form, one line without its end.</param>
    public SweepPoint(long number, string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        (Number, Line) = (number, line);
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(line));
        Id = Convert.ToHexStringLower(hash);
        Seed = BinaryPrimitives.ReadUInt64BigEndian(hash) >> (64 - SeedBits);
    }

    /// <summary>Its place in the manifest, from 0. Nothing but the order of results depends on it.</summary>
    public long Number { get; }

    /// <summary>Its content.</summary>
    public string Line { get; }

    /// <summary>SHA-256 of the content in UTF-8, 64 hexadecimal digits.</summary>
    public string Id { get; }

    /// <summary>A seed from the first 53 bits of the hash, so that whatever reads JSON numbers as double precision keeps it.</summary>
    /// <remarks>It depends on the content alone: neither on the shard, nor the machine, nor the time.</remarks>
    public ulong Seed { get; }
}
