using System.Text;
using Simulator.Core.Time;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Workloads.Traces;

public class TraceWriterTests
{
    [SeededProperty(MaxTest = 500)]
    public void Write_AnyRequests_RoundTripExactly(ulong seed)
    {
        Request[] requests = RandomRequests.Make(seed);

        Trace again = TraceText.Read(TraceText.Write(requests));

        Assert.That(TraceText.Show(again.KeepClock()), Is.EqualTo(TraceText.Show(requests)));
    }

    [SeededProperty(MaxTest = 200)]
    public void Write_BurstGpt_KeepsWhatTheLayoutHas(ulong seed)
    {
        Request[] requests = [.. RandomRequests.Make(seed).Select((r, i) => r with { Class = i % 2 == 0 ? "api" : "conversation" })];

        string[] shown(IEnumerable<Request> rs, bool sessions) => TraceText.Show(rs.Select(r => new Request
        {
            Id = r.Id, Arrival = r.Arrival, PromptTokens = r.PromptTokens, OutputTokens = r.OutputTokens, Model = r.Model, Class = r.Class,
            Session = sessions ? r.Session : null, RecordedDuration = sessions ? r.RecordedDuration : null,
        }));
        foreach (bool sessions in new[] { false, true })
        {
            Trace again = TraceText.Read(TraceText.Write(requests, sessions ? TraceOutput.BurstGptV3 : TraceOutput.BurstGptV1)).KeepClock();
            Assert.That(again.Format, Is.EqualTo(TraceFormat.BurstGpt));
            Assert.That(shown(again, sessions), Is.EqualTo(shown(requests, sessions)));
        }
    }

    [SeededProperty(MaxTest = 200)]
    public void Write_Mooncake_GivesEveryBlockAnIdAndIsStable(ulong seed)
    {
        Request[] requests = [.. RandomRequests.Make(seed).Select(r => Transforms.Clip(r, 20_000, 500))];
        byte[] once = TraceText.Write(requests, TraceOutput.Mooncake);

        Request[] again = [.. TraceText.Read(once, TraceFormat.Mooncake).KeepClock()];

        Assert.That(again.Select(r => (r.Arrival, r.PromptTokens, r.OutputTokens)), Is.EqualTo(requests.Select(r => (r.Arrival, r.PromptTokens, r.OutputTokens))));
        Assert.That(again.All(r => r.Content.Sum(s => s.Tokens) == r.PromptTokens));
        Assert.That(TraceText.Write(again, TraceOutput.Mooncake), Is.EqualTo(once));
    }

    [SeededProperty(MaxTest = 200)]
    public void Write_LayoutsOfLengths_KeepArrivalsAndLengths(ulong seed)
    {
        Request[] requests = RandomRequests.Make(seed);

        foreach ((TraceOutput output, TraceFormat format) in new[]
        {
            (TraceOutput.Azure, TraceFormat.Azure), (TraceOutput.Vidur, TraceFormat.Vidur), (TraceOutput.Apex, TraceFormat.Apex),
        })
        {
            Trace again = TraceText.Read(TraceText.Write(requests, output));
            Assert.That(again.Format, Is.EqualTo(format));
            SimTime first = requests[0].Arrival;
            Assert.That(again.Select(r => (r.Arrival - SimTime.Zero, r.PromptTokens, r.OutputTokens)),
                Is.EqualTo(requests.Select(r => (r.Arrival - first, r.PromptTokens, r.OutputTokens))));
        }
    }

    [TestCase(TraceOutput.Azure, "TIMESTAMP,ContextTokens,GeneratedTokens\n2024-01-02 01:00:00.5000000,3,4\n2024-01-02 01:00:00.500000001,3,4\n")]
    [TestCase(TraceOutput.Vidur, "arrived_at,num_prefill_tokens,num_decode_tokens\n90000.5,3,4\n90000.500000001,3,4\n")]
    [TestCase(TraceOutput.Apex, "{\"StartTimeOffset\": 90000500000000, \"ContextTokens\": 3, \"GeneratedTokens\": 4}\n"
        + "{\"StartTimeOffset\": 90000500000001, \"ContextTokens\": 3, \"GeneratedTokens\": 4}\n")]
    public void Write_LayoutOfLengths_IsSpelledAsPublished(TraceOutput output, string text)
    {
        var request = new Request { Id = 0, Arrival = SimTime.FromNanoseconds(90_000_500_000_000), PromptTokens = 3, OutputTokens = 4 };
        Request next = request with { Id = 1, Arrival = request.Arrival + SimDuration.FromNanoseconds(1) };

        Assert.That(Encoding.UTF8.GetString(TraceText.Write([request, next], output)), Is.EqualTo(text));
    }

    [Test]
    public void Write_Mooncake_SharesIdsOfGrowingConversationsAlone()
    {
        Request Turn(long id, int prompt, long key) => new()
        {
            Id = id, Arrival = SimTime.Zero, PromptTokens = prompt, OutputTokens = 1, Content = [new ContentSegment(key, prompt)],
        };
        Request plain = new() { Id = 9, Arrival = SimTime.Zero, PromptTokens = 1024, OutputTokens = 1 };

        Request[] read = [.. TraceText.Read(TraceText.Write([Turn(0, 1500, 7), Turn(1, 2000, 7), Turn(2, 2000, 8), plain, plain with { Id = 10 }], TraceOutput.Mooncake))];
        long[][] ids = [.. read.Select(r => r.Content.Select(s => s.Key).ToArray())];

        Assert.That(ids[1].Take(2), Is.EqualTo(ids[0].Take(2)));
        Assert.That(ids[0].Concat(ids[1][2..]).Concat(ids[2]).Concat(ids[3]).Concat(ids[4]), Is.Unique);
    }

    [Test]
    public void Write_PathWithGz_IsCompressedAndReplacesTheFile()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string path = Path.Combine(folder, "t.csv.gz");
            Request[] requests = RandomRequests.Make(1);
            File.WriteAllText(path, "old");

            Assert.That(TraceWriter.Write(requests, path), Is.EqualTo(requests.Length));
            Assert.That(File.ReadAllBytes(path)[..2], Is.EqualTo(new byte[] { 0x1f, 0x8b }));
            Assert.That(TraceText.Show(Trace.Open(path).KeepClock()), Is.EqualTo(TraceText.Show(requests)));
            Assert.That(TraceWriter.Write(Trace.Open(path).Take(1), path), Is.EqualTo(1), "a trace may be written over itself");
            Assert.That(Directory.GetFiles(folder), Has.Length.EqualTo(1));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Write_SourceAtFault_LeavesTheFileAlone()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string path = Path.Combine(folder, "t.csv");
            File.WriteAllText(path, "old");
            Trace broken = TraceText.Read("arrival_s,prompt_tokens,output_tokens\n1,1,1\n1,x,1\n");

            Assert.Throws<TraceFormatException>(() => TraceWriter.Write(broken, path));
            Assert.That(File.ReadAllText(path), Is.EqualTo("old"));
            Assert.That(Directory.GetFiles(folder), Has.Length.EqualTo(1));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCase(0, "0")]
    [TestCase(5_000_000_000, "5")]
    [TestCase(5_000_000_001, "5.000000001")]
    [TestCase(1_500_000_000, "1.5")]
    [TestCase(long.MaxValue, "9223372036.854775807")]
    public void Write_Arrival_IsTheShortestExactDecimal(long nanoseconds, string text)
    {
        byte[] written = TraceText.Write([new Request { Id = 0, Arrival = SimTime.FromNanoseconds(nanoseconds), PromptTokens = 1, OutputTokens = 2 }]);

        Assert.That(Encoding.UTF8.GetString(written).Split('\n')[1], Does.StartWith(text + ",1,2,"));
    }

    [Test]
    public void Write_UnknownLayout_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TraceWriter.Write([], Stream.Null, (TraceOutput)99));
}
