using System.Buffers.Binary;
using System.IO.Compression;

namespace Simulator.Workloads.Traces.Reading;

/// <summary>Decompresses gzip (RFC 1952), one member after another, and checks the length and the checksum that end each member.</summary>
/// <remarks>
/// <see cref="GZipStream"/> takes a file that was cut off for one that ends there. This stream throws
/// <see cref="InvalidDataException"/> instead, before the last bytes of a cut member are seen as the end of the data.
/// </remarks>
internal sealed class GzipStreamReader : ReadOnlyStream
{
    private readonly Pushback input;
    private DeflateStream? member;
    private uint crc;
    private uint length;

    public GzipStreamReader(Stream compressed)
    {
        input = new Pushback(compressed);
        StartMember(first: true);
    }

    public override int Read(Span<byte> buffer)
    {
        while (member != null && buffer.Length > 0)
        {
            int read = member.Read(buffer);
            if (read > 0)
            {
                crc = Crc32.Append(crc, buffer[..read]);
                length = unchecked(length + (uint)read);
                return read;
            }
            EndMember();
        }
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            member?.Dispose();
            input.Dispose();
        }
        base.Dispose(disposing);
    }

    private void StartMember(bool first)
    {
        int magic = input.ReadByte();
        while (!first && magic == 0) magic = input.ReadByte();
        if (magic < 0 && !first) return;
        if (magic != 0x1f || Next() != 0x8b)
            throw new InvalidDataException(first ? "the data is not gzip" : "the compressed data is followed by bytes that are not gzip");
        if (Next() != 8) throw new InvalidDataException("the compression method is not deflate");
        int flags = Next();
        Skip(6);
        if ((flags & 4) != 0) Skip(Next() | (Next() << 8));
        if ((flags & 8) != 0) SkipText();
        if ((flags & 16) != 0) SkipText();
        if ((flags & 2) != 0) Skip(2);
        crc = 0;
        length = 0;
        input.Mark();
        member = new DeflateStream(input, CompressionMode.Decompress, leaveOpen: true);
    }

    /// <summary>
    /// The inflater reads ahead, so the trailer is looked for in the last bytes that it took: 64 bits that equal the checksum and the
    /// length of what came out.
    /// </summary>
    private void EndMember()
    {
        member!.Dispose();
        member = null;
        Span<byte> trailer = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, crc);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], length);
        if (!input.RewindPast(trailer)) throw new InvalidDataException("the compressed data is cut off or damaged");
        StartMember(first: false);
    }

    private int Next()
    {
        int value = input.ReadByte();
        return value >= 0 ? value : throw new InvalidDataException("the compressed data is cut off or damaged");
    }

    private void Skip(int count)
    {
        for (int i = 0; i < count; i++) Next();
    }

    private void SkipText()
    {
        while (Next() != 0) continue;
    }

    /// <summary>Remembers the last piece that was handed out, and a little before it, so that reading can go on inside it.</summary>
    private sealed class Pushback(Stream stream) : ReadOnlyStream
    {
        private const int PieceSize = 8192;

        /// <summary>Bytes that an inflater may hold in its bit buffer when it asks for the next piece.</summary>
        private const int Behind = 16;

        private const int Trailer = 8;

        private readonly byte[] buffer = new byte[Behind + PieceSize + Trailer];
        private int floor;
        private int start;
        private int next;
        private int end;

        /// <summary>Nothing before this point is given back.</summary>
        public void Mark() => floor = start = next;

        public override int ReadByte()
        {
            if (next == end && !Fill()) return -1;
            return buffer[next++];
        }

        public override int Read(Span<byte> destination)
        {
            if (next == end && !Fill()) return 0;
            int count = Math.Min(destination.Length, end - next);
            buffer.AsSpan(next, count).CopyTo(destination);
            start = Math.Max(floor, next - Behind);
            next += count;
            return count;
        }

        /// <summary>Goes back to just after the first occurrence of the pattern in the last piece and the bytes around it.</summary>
        public bool RewindPast(ReadOnlySpan<byte> pattern)
        {
            while (end - next < Trailer && end < buffer.Length)
            {
                int read = stream.Read(buffer, end, buffer.Length - end);
                if (read == 0) break;
                end += read;
            }
            int found = buffer.AsSpan(start, end - start).IndexOf(pattern);
            if (found < 0) return false;
            next = start + found + pattern.Length;
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) stream.Dispose();
            base.Dispose(disposing);
        }

        private bool Fill()
        {
            int kept = Math.Min(Behind, end - floor);
            buffer.AsSpan(end - kept, kept).CopyTo(buffer);
            floor = start = 0;
            int read = stream.Read(buffer, kept, PieceSize);
            next = kept;
            end = kept + read;
            return read > 0;
        }
    }

    /// <summary>The checksum of gzip and zip (polynomial 0xEDB88320), eight bytes at a time (Kounavis and Berry 2005).</summary>
    private static class Crc32
    {
        private static readonly uint[] Tables = MakeTables();

        public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
        {
            uint[] t = Tables;
            crc = ~crc;
            while (bytes.Length >= 8)
            {
                uint low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
                uint high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
                crc = t[1792 + (low & 255)] ^ t[1536 + ((low >> 8) & 255)] ^ t[1280 + ((low >> 16) & 255)] ^ t[1024 + (low >> 24)]
                    ^ t[768 + (high & 255)] ^ t[512 + ((high >> 8) & 255)] ^ t[256 + ((high >> 16) & 255)] ^ t[high >> 24];
                bytes = bytes[8..];
            }
            foreach (byte b in bytes) crc = (crc >> 8) ^ t[(crc ^ b) & 255];
            return ~crc;
        }

        private static uint[] MakeTables()
        {
            var tables = new uint[8 * 256];
            for (uint i = 0; i < 256; i++)
            {
                uint value = i;
                for (int bit = 0; bit < 8; bit++) value = (value >> 1) ^ ((value & 1) * 0xEDB88320u);
                tables[i] = value;
            }
            for (int i = 256; i < tables.Length; i++) tables[i] = (tables[i - 256] >> 8) ^ tables[tables[i - 256] & 255];
            return tables;
        }
    }
}
