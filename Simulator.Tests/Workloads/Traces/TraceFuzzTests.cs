using System.Text;
using Simulator.Core.Randomness;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Workloads.Traces;

/// <summary>Damaged files end in requests or in a <see cref="TraceFormatException"/>, whatever the damage.</summary>
public class TraceFuzzTests
{
    private const int Rounds = 3000;

    private static readonly byte[] Interesting = [.. "\0\n\r\",;:.-+eENa0179 {}[]\\'\t"u8, 0x80, 0xc3, 0xff, 0xef, 0xbb, 0xbf, 0x1f, 0x8b];

    private static readonly string[] Inserts =
    [
        "NaN", "-1", "1e999", "99999999999999999999", "\"", "\n\n", "\r", ",,,,", "null", "true", "{}", "[[[[", "\uFEFF", "Infinity", "0x", "1.5", "2023-13-99 25:61:61",
        "\"timestamp\": ", "hash_ids", "Request tokens", "é", "\u2028", "9223372036854775807", "-9223372036854775808", "12:34",
    ];

    [TestCase(TraceOutput.Csv)]
    [TestCase(TraceOutput.BurstGptV1)]
    [TestCase(TraceOutput.BurstGptV3)]
    [TestCase(TraceOutput.Mooncake)]
    public void Read_DamagedTrace_IsReadOrAFault(TraceOutput format) => Damage(TraceText.Write(RandomRequests.Make(7).Select(r => r with { PromptTokens = 3000, Content = [] }), format));

    [Test]
    public void Read_DamagedAzure_IsReadOrAFault() => Damage(Encoding.UTF8.GetBytes(
        "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n2023-11-16 18:15:50.9951690,396,109\n2024-05-10 00:00:00.009930+00:00,1,2\n"));

    [Test]
    public void Read_DamagedApex_IsReadOrAFault() => Damage(Encoding.UTF8.GetBytes(
        "{\"ContextTokens\": 12, \"GeneratedTokens\": 34, \"StartTimeOffset\": 1, \"SynthesizedBody\": \"a\\u00e9\"}\n"
        + "{\"ContextTokens\": 12, \"GeneratedTokens\": 34, \"StartTimeOffset\": 1955000000}\n"));

    [Test]
    public void Read_DamagedGzip_IsReadOrAFault() => Damage(TraceText.Gzip(TraceText.Write(RandomRequests.Make(11))));

    [SeededProperty(MaxTest = 1000)]
    public void Read_AnyBytes_AreReadOrAFault(byte[] bytes) => ReadAll(bytes);

    [SeededProperty(MaxTest = 500)]
    public void Read_AnyText_IsReadOrAFault(string[] cells)
    {
        string text = "arrival_s,prompt_tokens,output_tokens,content\n" + string.Join(',', cells.Where(c => c != null));
        ReadAll(Encoding.UTF8.GetBytes(text));
    }

    private static void Damage(byte[] valid)
    {
        Assert.That(ReadAll(valid), Is.True, "the undamaged trace can be read");
        RandomStream random = new RandomStreams(2024).Stream("damage");
        int read = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] damaged = valid;
            for (int edits = random.NextInt32(4); edits >= 0; edits--) damaged = Edit(damaged, random);
            if (ReadAll(damaged)) read++;
        }
        Assert.That(read, Is.InRange(0, Rounds - 1), "some damage is noticed");
    }

    private static byte[] Edit(byte[] bytes, RandomStream random)
    {
        if (bytes.Length == 0) return Interesting;
        int at = random.NextInt32(bytes.Length);
        int length = Math.Min(bytes.Length - at, random.NextInt32(1 + random.NextInt32(40)));
        return random.NextInt32(6) switch
        {
            0 => [.. bytes[..at], .. bytes[(at + length)..]],
            1 => [.. bytes[..at], Interesting[random.NextInt32(Interesting.Length)], .. bytes[(at + 1)..]],
            2 => [.. bytes[..at], .. Encoding.UTF8.GetBytes(Inserts[random.NextInt32(Inserts.Length)]), .. bytes[at..]],
            3 => bytes[..at],
            4 => [.. bytes[..at], .. bytes.AsSpan(at, length), .. bytes[at..]],
            _ => [.. bytes[..at], .. bytes[(at + length)..], .. bytes.AsSpan(at, length)],
        };
    }

    /// <summary>True when the bytes were read as requests, false when they were refused as they should be.</summary>
    private static bool ReadAll(byte[] bytes)
    {
        bool allRead = false;
        foreach (TraceFormat format in Enum.GetValues<TraceFormat>())
        {
            try
            {
                long count = 0;
                foreach (Request request in TraceText.Read(bytes, format))
                {
                    Assert.That(request.Id, Is.EqualTo(count++));
                    Assert.That(request.PromptTokens, Is.GreaterThanOrEqualTo(0));
                    Assert.That(request.OutputTokens, Is.GreaterThanOrEqualTo(0));
                    Assert.That(request.Arrival.Nanoseconds, Is.GreaterThanOrEqualTo(0));
                    Assert.That(request.Content.Sum(s => (long)s.Tokens), Is.LessThanOrEqualTo(request.PromptTokens));
                }
                allRead = true;
            }
            catch (TraceFormatException fault)
            {
                Assert.That(fault.Message, Does.Match(@"\At\.csv(:\d+)?: [^\n\r]+\. [^\n\r]+\.\z"));
            }
        }
        return allRead;
    }
}
