namespace Simulator.Workloads.Traces.Reading;

/// <summary>Bytes that can be read again from the start, and the name to call them by in messages.</summary>
internal sealed record TraceSource(string Name, Func<Stream> OpenStream)
{
    private const string CannotRead = "cannot be read";

    /// <summary>Opens the bytes, decompressed when they begin as gzip does.</summary>
    public Stream Open()
    {
        Stream? raw = null;
        try
        {
            raw = OpenStream();
            var head = new PrefixedStream(raw, prefixLength: 4);
            raw = head;
            ReadOnlySpan<byte> prefix = head.Prefix;
            if (prefix.StartsWith([(byte)0x1f, (byte)0x8b])) return new GzipStreamReader(head);
            string? container = Container(prefix);
            if (container == null) return head;
            throw Fault(0, $"the file is {container}", "Give plain text in UTF-8, or the same compressed with gzip");
        }
        catch (Exception error) when (IsInputError(error))
        {
            raw?.Dispose();
            throw Unreadable(0, error);
        }
        catch (TraceFormatException)
        {
            raw?.Dispose();
            throw;
        }
    }

    /// <summary>True for the errors of files and of compressed data, which are faults of the input and not of the program.</summary>
    public static bool IsInputError(Exception error) => error is IOException or InvalidDataException or UnauthorizedAccessException;

    /// <summary>The fault behind an error of the file system or of compressed data.</summary>
    public TraceFormatException Unreadable(long line, Exception error) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException =>
            new(Name, 0, null, "the file does not exist", "Check the path", error),
        InvalidDataException =>
            new(Name, line, null, Sentence(error), "Fetch the file again and compare its size with the original", error),
        UnauthorizedAccessException =>
            new(Name, 0, null, Directory.Exists(Name) ? "this is a folder, not a file" : "the file may not be read", "Give the path of a readable file", error),
        _ => new(Name, line, null, $"{CannotRead}: {Sentence(error)}", "Check the file and the disk that it is on", error),
    };

    /// <summary>A fault of the file as a whole or of a line.</summary>
    public TraceFormatException Fault(long line, string fault, string remedy, string? column = null) => new(Name, line, column, fault, remedy);

    private static string Sentence(Exception error)
    {
        string message = error.Message.TrimEnd('.');
        return error is InvalidDataException && char.IsUpper(message, 0) ? "the compressed data is damaged" : message;
    }

    private static string? Container(ReadOnlySpan<byte> prefix) => prefix switch
    {
        [0xff, 0xfe, ..] or [0xfe, 0xff, ..] => "in UTF-16 or UTF-32",
        [0x50, 0x4b, 3, 4] => "a zip archive",
        [0x28, 0xb5, 0x2f, 0xfd] => "compressed with zstd",
        [0x42, 0x5a, 0x68, _] => "compressed with bzip2",
        [0xfd, 0x37, 0x7a, 0x58] => "compressed with xz",
        [0x50, 0x41, 0x52, 0x31] => "in Parquet",
        _ => null,
    };

    /// <summary>A stream whose first bytes have been looked at.</summary>
    private sealed class PrefixedStream : ReadOnlyStream
    {
        private readonly Stream _rest;
        private readonly byte[] _prefix;
        private readonly int _length;
        private int _next;

        public PrefixedStream(Stream stream, int prefixLength)
        {
            _rest = stream;
            _prefix = new byte[prefixLength];
            _length = stream.ReadAtLeast(_prefix, prefixLength, throwOnEndOfStream: false);
        }

        public ReadOnlySpan<byte> Prefix => _prefix.AsSpan(0, _length);

        public override int Read(Span<byte> buffer)
        {
            if (_next == _length) return _rest.Read(buffer);
            int count = Math.Min(buffer.Length, _length - _next);
            _prefix.AsSpan(_next, count).CopyTo(buffer);
            _next += count;
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) _rest.Dispose();
            base.Dispose(disposing);
        }
    }
}
