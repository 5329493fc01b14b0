using System.Text;

namespace Simulator.Cli.Terminal;

/// <summary>Takes UTF-8 bytes and writes them to a text, so that what goes to a file can go to the output stream.</summary>
internal sealed class TextStream(TextWriter text) : Stream
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        const int Piece = 4096;
        Span<char> chars = stackalloc char[Piece];
        while (buffer.Length > 0)
        {
            _decoder.Convert(buffer, chars, flush: false, out int bytes, out int written, out _);
            text.Write(chars[..written]);
            buffer = buffer[bytes..];
        }
    }

    public override void Flush() => text.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
