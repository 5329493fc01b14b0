namespace Simulator.Workloads.Traces.Reading;

/// <summary>Reads lines of bytes from a stream into one buffer, and refuses lines that are too long.</summary>
internal sealed class LineReader(Stream stream, int maxLength) : IDisposable
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>Number of the line that was read last, from 1; 0 before the first.</summary>
    public long LineNumber { get; private set; }

    /// <summary>True when the last call to <see cref="TryRead"/> met a line longer than the limit.</summary>
    public bool TooLong { get; private set; }

    /// <summary>The next line without its end (LF or CR LF) and without a byte order mark; false at the end and on a line too long.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        int searched = 0;
        while (true)
        {
            int length = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (length >= 0 || (_ended && _end > _start))
            {
                int total = length >= 0 ? searched + length : _end - _start;
                line = _buffer.AsSpan(_start, total);
                _start += length >= 0 ? total + 1 : total;
                LineNumber++;
                if (LineNumber == 1 && line.StartsWith("\uFEFF"u8)) line = line[3..];
                if (line.Length > 0 && line[^1] == '\r') line = line[..^1];
                return true;
            }
            line = default;
            if (_ended) return false;
            searched = _end - _start;
            if (searched > maxLength)
            {
                TooLong = true;
                LineNumber++;
                return false;
            }
            Fill();
        }
    }

    public void Dispose() => stream.Dispose();

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _ended = read == 0;
        _end += read;
    }
}
