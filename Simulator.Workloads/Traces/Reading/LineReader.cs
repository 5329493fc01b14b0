namespace Simulator.Workloads.Traces.Reading;

/// <summary>Reads lines of bytes from a stream into one buffer, and refuses lines that are too long.</summary>
internal sealed class LineReader(Stream stream, int maxLength) : IDisposable
{
    private byte[] buffer = new byte[64 * 1024];
    private int start;
    private int end;
    private bool ended;

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
            int length = buffer.AsSpan(start + searched, end - start - searched).IndexOf((byte)'\n');
            if (length >= 0 || (ended && end > start))
            {
                int total = length >= 0 ? searched + length : end - start;
                line = buffer.AsSpan(start, total);
                start += length >= 0 ? total + 1 : total;
                LineNumber++;
                if (LineNumber == 1 && line.StartsWith("\uFEFF"u8)) line = line[3..];
                if (line.Length > 0 && line[^1] == '\r') line = line[..^1];
                return true;
            }
            line = default;
            if (ended) return false;
            searched = end - start;
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
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
        }
        if (end == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
        int read = stream.Read(buffer, end, buffer.Length - end);
        ended = read == 0;
        end += read;
    }
}
