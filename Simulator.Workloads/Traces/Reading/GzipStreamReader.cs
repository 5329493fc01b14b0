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
    private readonly Pushback _input;
    private DeflateStream? _member;
    private uint _crc;
    private uint _length;

    public GzipStreamReader(Stream compressed)
    {
        _input = new Pushback(compressed);
        StartMember(first: true);
    }

    public override int Read(Span<byte> buffer)
    {
        while (_member != null && buffer.Length > 0)
        {
            int read = _member.Read(buffer);
            if (read > 0)
            {
                _crc = Crc32.Append(_crc, buffer[..read]);
                _length = unchecked(_length + (uint)read);
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
            _member?.Dispose();
            _input.Dispose();
        }
        base.Dispose(disposing);
    }

    private void StartMember(bool first)
    {
        int magic = _input.ReadByte();
        while (!first && magic == 0) magic = _input.ReadByte();
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
        _crc = 0;
        _length = 0;
        _input.Mark();
        _member = new DeflateStream(_input, CompressionMode.Decompress, leaveOpen: true);
    }

    /// <summary>
    /// The inflater reads ahead, so the trailer is looked for in the last bytes that it took: 64 bits that equal the checksum and the
    /// length of what came out.
    /// </summary>
    private void EndMember()
    {
        _member!.Dispose();
        _member = null;
        Span<byte> trailer = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, _crc);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], _length);
        if (!_input.RewindPast(trailer)) throw new InvalidDataException("the compressed data is cut off or damaged");
        StartMember(first: false);
    }

    private int Next()
    {
        int value = _input.ReadByte();
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

        private readonly byte[] _buffer = new byte[Behind + PieceSize + Trailer];
        private int _floor;
        private int _start;
        private int _next;
        private int _end;

        /// <summary>Nothing before this point is given back.</summary>
        public void Mark() => _floor = _start = _next;

        public override int ReadByte()
        {
            if (_next == _end && !Fill()) return -1;
            return _buffer[_next++];
        }

        public override int Read(Span<byte> destination)
        {
            if (_next == _end && !Fill()) return 0;
            int count = Math.Min(destination.Length, _end - _next);
            _buffer.AsSpan(_next, count).CopyTo(destination);
            _start = Math.Max(_floor, _next - Behind);
            _next += count;
            return count;
        }

        /// <summary>Goes back to just after the first occurrence of the pattern in the last piece and the bytes around it.</summary>
        public bool RewindPast(ReadOnlySpan<byte> pattern)
        {
            while (_end - _next < Trailer && _end < _buffer.Length)
            {
                int read = stream.Read(_buffer, _end, _buffer.Length - _end);
                if (read == 0) break;
                _end += read;
            }
            int found = _buffer.AsSpan(_start, _end - _start).IndexOf(pattern);
            if (found < 0) return false;
            _next = _start + found + pattern.Length;
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) stream.Dispose();
            base.Dispose(disposing);
        }

        private bool Fill()
        {
            int kept = Math.Min(Behind, _end - _floor);
            _buffer.AsSpan(_end - kept, kept).CopyTo(_buffer);
            _floor = _start = 0;
            int read = stream.Read(_buffer, kept, PieceSize);
            _next = kept;
            _end = kept + read;
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
