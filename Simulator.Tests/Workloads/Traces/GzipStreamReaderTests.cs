using System.Text;
using Simulator.Workloads.Traces;
using Simulator.Workloads.Traces.Reading;

namespace Simulator.Tests.Workloads.Traces;

public class GzipStreamReaderTests
{
    private static readonly byte[] Empty = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    [SeededProperty(MaxTest = 200)]
    public void Read_AnyMembers_GivesTheirBytes(byte[][] members, byte padding)
    {
        byte[] file = [.. Empty, .. members.Where(m => m.Length > 0).SelectMany(TraceText.Gzip), .. new byte[padding % 9]];

        Assert.That(Decompress(file), Is.EqualTo(members.SelectMany(m => m)));
    }

    [TestCase(1)]
    [TestCase(70_000)]
    [TestCase(3_000_000)]
    public void Read_LargeMembers_GivesTheirBytes(int size)
    {
        byte[] data = Noise(size);
        byte[] one = TraceText.Gzip(data);

        Assert.That(Decompress([.. one, .. one]), Is.EqualTo(data.Concat(data)));
    }

    [Test]
    public void Read_EveryTruncation_IsRefused()
    {
        byte[] file = TraceText.Gzip(Noise(3000));
        for (int length = 0; length < file.Length; length++)
            Assert.Throws<InvalidDataException>(() => Decompress(file[..length]), "cut to {0} bytes", length);
    }

    [Test]
    public void Read_LongFileCutAnywhere_IsRefused()
    {
        byte[] file = TraceText.Gzip(Noise(300_000));
        for (int length = 8180; length < file.Length; length += 997)
            Assert.Throws<InvalidDataException>(() => Decompress(file[..length]), "cut to {0} bytes", length);
        for (int missing = 1; missing < 20; missing++)
            Assert.Throws<InvalidDataException>(() => Decompress(file[..^missing]), "cut by {0} bytes", missing);
    }

    [Test]
    public void Read_FlippedBits_AreNeverTakenForData()
    {
        byte[] data = Noise(2000);
        byte[] file = TraceText.Gzip(data);
        int unnoticed = 0;
        for (int at = 10; at < file.Length; at++)
        {
            byte[] damaged = [.. file];
            damaged[at] ^= 0x10;
            byte[] read;
            try
            {
                read = Decompress(damaged);
            }
            catch (InvalidDataException)
            {
                continue;
            }
            Assert.That(read, Is.EqualTo(data), $"byte {at}");
            unnoticed++;
        }
        Assert.That(unnoticed, Is.LessThanOrEqualTo(1), "the last byte of deflate data has bits that mean nothing");
    }

    [Test]
    public void Read_HeaderWithNameAndExtraField_IsSkipped()
    {
        byte[] plain = TraceText.Gzip("hello"u8.ToArray());
        byte[] header = [0x1f, 0x8b, 8, 4 | 8 | 16 | 2, 0, 0, 0, 0, 0, 3, 2, 0, 65, 66, .. "name\0comment\0"u8, 1, 2];

        Assert.That(Encoding.ASCII.GetString(Decompress([.. header, .. plain[10..]])), Is.EqualTo("hello"));
    }

    [Test]
    public void Read_OtherBytesBehind_AreRefused()
    {
        byte[] file = [.. TraceText.Gzip("hello"u8.ToArray()), 1, 2, 3];

        Assert.That(() => Decompress(file), Throws.TypeOf<InvalidDataException>().With.Message.Contains("followed by bytes that are not gzip"));
    }

    [Test]
    public void Trace_CutOffGzip_IsAFaultWithItsLine()
    {
        string text = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
            + string.Concat(Enumerable.Range(0, 5000).Select(i => $"2023-11-16 18:{i / 60 % 60:00}:{i % 60:00}.0000000,{i * 7919 % 3001},{i % 97}\n").Take(2400));
        byte[] file = TraceText.Gzip(Encoding.UTF8.GetBytes(text));

        TraceFormatException fault = TraceText.Fault(file[..(file.Length / 2)]);

        Assert.That(fault.Fault, Is.EqualTo("the compressed data is cut off or damaged"));
        Assert.That(fault.Message, Does.Match("^t.csv:\\d+: the compressed data is cut off or damaged. Fetch the file again"));
        Assert.That(fault.Line, Is.GreaterThan(100));
    }

    private static byte[] Decompress(byte[] file)
    {
        using var reader = new GzipStreamReader(new MemoryStream(file));
        var output = new MemoryStream();
        reader.CopyTo(output);
        return output.ToArray();
    }

    private static byte[] Noise(int size)
    {
        var data = new byte[size];
        uint state = 12345;
        for (int i = 0; i < size; i++)
        {
            state = unchecked((state * 1664525) + 1013904223);
            data[i] = (byte)(state >> 28);
        }
        return data;
    }
}
