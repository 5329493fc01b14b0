using System.Text;
using Simulator.Cli.Terminal;

namespace Simulator.Tests.Cli.Terminal;

public sealed class TextStreamTests
{
    [TestCase(1)]
    [TestCase(3)]
    [TestCase(100_000)]
    public void Write_BytesInPieces_GiveTheText(int piece)
    {
        string expected = string.Concat(Enumerable.Repeat("aé€😀\n", 3000));
        byte[] bytes = Encoding.UTF8.GetBytes(expected);
        using var text = new StringWriter();
        using (var stream = new TextStream(text))
        {
            for (int i = 0; i < bytes.Length; i += piece) stream.Write(bytes, i, Math.Min(piece, bytes.Length - i));
            stream.Flush();
        }

        Assert.That(text.ToString(), Is.EqualTo(expected));
    }

    [Test]
    public void Stream_IsForWritingAlone()
    {
        using var text = new StringWriter();
        using var stream = new TextStream(text);
        Assert.That((stream.CanRead, stream.CanSeek, stream.CanWrite), Is.EqualTo((false, false, true)));
        Assert.Throws<NotSupportedException>(() => stream.ReadByte());
        Assert.Throws<NotSupportedException>(() => stream.Seek(0, SeekOrigin.Begin));
    }
}
