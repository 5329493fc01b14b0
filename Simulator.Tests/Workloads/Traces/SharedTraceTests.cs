using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Workloads.Traces;

/// <summary>The genuine traces: counts and statistics that were published or measured by others.</summary>
public class SharedTraceTests
{
    [TestCase("data/traces/azure2023_conv.csv.gz", TraceFormat.Azure, 19_366)]
    [TestCase("data/traces/azure2023_code.csv.gz", TraceFormat.Azure, 8_819)]
    [TestCase("data/traces/mooncake_conversation.jsonl.gz", TraceFormat.Mooncake, 12_031)]
    [TestCase("data/traces/mooncake_synthetic.jsonl.gz", TraceFormat.Mooncake, 3_993)]
    [TestCase("data/traces/vidur_arxiv_summarization_lengths.csv.gz", TraceFormat.Vidur, 28_257)]
    [TestCase("data/traces/sharegpt_8k_lengths.csv.gz", TraceFormat.Vidur, 30_731)]
    [TestCase("data/vidur_runs/trace_conv1000_qps1.csv", TraceFormat.Vidur, 1_000)]
    [TestCase("data/burstgpt/BurstGPT_1_first400.csv", TraceFormat.BurstGpt, 400)]
    [TestCase("data/burstgpt/BurstGPT_3_first400.csv", TraceFormat.BurstGpt, 400)]
    public void Open_GenuineTrace_HasItsFormatAndCount(string file, TraceFormat format, int count)
    {
        Trace trace = Trace.Open(SharedData.Path(file));

        Assert.That(trace.Format, Is.EqualTo(format));
        Assert.That(trace.Count(), Is.EqualTo(count));
        Assert.That(trace.First().Arrival.Nanoseconds, Is.Zero);
    }

    [TestCase("data/burstgpt/BurstGPT_1_first400.csv", 17)]
    [TestCase("data/burstgpt/BurstGPT_3_first400.csv", 1)]
    public void DropFailures_BurstGpt_LeavesTheOthers(string file, int failures)
    {
        Trace trace = Trace.Open(SharedData.Path(file));

        Assert.That(trace.Count(r => r.IsFailure), Is.EqualTo(failures));
        Assert.That(trace.DropFailures().Select(r => r.Id), Is.EqualTo(Enumerable.Range(0, 400 - failures)));
    }

    [TestCase("data/traces/azure2023_code.csv.gz", 3_436, 2.57, 13.2, 2_048, 27.9)]
    [TestCase("data/traces/azure2023_conv.csv.gz", 3_502, 5.53, 1.09, 1_155, 211)]
    public void Open_Azure_HasThePublishedStatistics(string file, double span, double rate, double cv, double prompt, double output)
    {
        Request[] requests = [.. Trace.Open(SharedData.Path(file))];
        double[] gaps = [.. requests.Zip(requests.Skip(1), (a, b) => (b.Arrival - a.Arrival).ToSeconds())];
        double mean = gaps.Average();

        Assert.That(requests[^1].Arrival.ToSeconds(), Is.EqualTo(span).Within(1));
        Assert.That(1 / mean, Is.EqualTo(rate).Within(0.5).Percent);
        Assert.That(Math.Sqrt(gaps.Average(g => (g - mean) * (g - mean))) / mean, Is.EqualTo(cv).Within(0.5).Percent);
        Assert.That(requests.Average(r => r.PromptTokens), Is.EqualTo(prompt).Within(0.5));
        Assert.That(requests.Average(r => r.OutputTokens), Is.EqualTo(output).Within(0.5));
    }

    [Test]
    public void Open_BurstGptV3_HasThePublishedSessions()
    {
        Request[] requests = [.. Trace.Open(SharedData.Path("data/burstgpt/BurstGPT_3_first400.csv"))];
        var sessions = requests.Where(r => r.Session != null).GroupBy(r => r.Session).Select(g => g.ToArray()).ToArray();

        Assert.That(sessions, Has.Length.EqualTo(135));
        Assert.That(sessions.Average(s => s.Length), Is.EqualTo(2.92).Within(0.005));
        Assert.That(sessions.Max(s => s.Length), Is.EqualTo(24));
        Assert.That(sessions.Count(s => s.Length > 1) / 135.0, Is.EqualTo(0.56).Within(0.005));
        Assert.That(sessions.All(s => s.Select(r => r.Turn).SequenceEqual(Enumerable.Range(0, s.Length))));
    }

    [TestCase("data/traces/mooncake_conversation.jsonl.gz", 288_500, 182_790)]
    public void Open_Mooncake_HasThePublishedBlocks(string file, int references, int distinct)
    {
        ContentSegment[] segments = [.. Trace.Open(SharedData.Path(file)).SelectMany(r => r.Content)];

        Assert.That(segments, Has.Length.EqualTo(references));
        Assert.That(segments.Select(s => s.Key).Distinct().Count(), Is.EqualTo(distinct));
    }

    [TestCase("data/traces/azure2023_conv.csv.gz")]
    [TestCase("data/traces/azure2023_code.csv.gz")]
    [TestCase("data/traces/mooncake_conversation.jsonl.gz")]
    [TestCase("data/traces/vidur_arxiv_summarization_lengths.csv.gz")]
    [TestCase("data/vidur_runs/trace_conv1000_qps1.csv")]
    [TestCase("data/burstgpt/BurstGPT_1_first400.csv")]
    [TestCase("data/burstgpt/BurstGPT_3_first400.csv")]
    public void Write_GenuineTrace_RoundTripsThroughTheOwnFormat(string file)
    {
        Trace trace = Trace.Open(SharedData.Path(file)).KeepClock();

        Trace again = TraceText.Read(TraceText.Write(trace));

        Assert.That(again.Format, Is.EqualTo(TraceFormat.Csv));
        Assert.That(TraceText.Show(again.KeepClock()), Is.EqualTo(TraceText.Show(trace)));
    }

    [TestCase("data/burstgpt/BurstGPT_1_first400.csv", TraceOutput.BurstGptV1)]
    [TestCase("data/burstgpt/BurstGPT_3_first400.csv", TraceOutput.BurstGptV3)]
    [TestCase("data/traces/mooncake_conversation.jsonl.gz", TraceOutput.Mooncake)]
    [TestCase("data/traces/mooncake_synthetic.jsonl.gz", TraceOutput.Mooncake)]
    public void Write_GenuineTrace_GivesTheBytesOfTheFile(string file, TraceOutput format)
    {
        string path = SharedData.Path(file);
        byte[] original = File.ReadAllBytes(path);
        if (path.EndsWith(".gz", StringComparison.Ordinal))
        {
            using var gzip = new System.IO.Compression.GZipStream(new MemoryStream(original), System.IO.Compression.CompressionMode.Decompress);
            var plain = new MemoryStream();
            gzip.CopyTo(plain);
            original = plain.ToArray();
        }

        byte[] written = TraceText.Write(Trace.Open(path).KeepClock(), format);

        Assert.That(written.AsSpan().SequenceEqual(original));
    }
}
