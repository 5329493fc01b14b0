using Simulator.Core.Time;
using Simulator.Tests.Workloads.Traces;
using Simulator.Workloads.Generators;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Workloads.Generators;

/// <summary>The traces of the repository are what <c>traces/MANIFEST.md</c> says made them, byte for byte.</summary>
public class SampleTraceTests
{
    [Test]
    public void BurstGptLikeV1_Regenerated_HasTheBytesOfTheFile() =>
        AssertBytes("burstgpt-like-v1.csv", new BurstGptGenerator { Release = BurstGptRelease.V1 }.ToTrace(seed: 2024).Take(2000), TraceOutput.BurstGptV1);

    [Test]
    public void BurstGptLikeV3_Regenerated_HasTheBytesOfTheFile() =>
        AssertBytes("burstgpt-like-v3.csv", new BurstGptGenerator { Release = BurstGptRelease.V3 }.ToTrace(seed: 2024).Take(2000), TraceOutput.BurstGptV3);

    [Test]
    public void MooncakeLike_Regenerated_HasTheBytesOfTheFile() =>
        AssertBytes("mooncake-like.jsonl", new MooncakeGenerator { Rate = 1 }.ToTrace(seed: 2024).Take(500), TraceOutput.Mooncake);

    [TestCase("burstgpt-like-v1.csv", TraceFormat.BurstGpt, 2000)]
    [TestCase("burstgpt-like-v3.csv", TraceFormat.BurstGpt, 2000)]
    [TestCase("mooncake-like.jsonl", TraceFormat.Mooncake, 500)]
    public void Open_SampleTrace_IsReadable(string file, TraceFormat format, int count)
    {
        Trace trace = Trace.Open(PathOf(file));

        TraceDescription description = TraceDescription.Of(trace);

        Assert.That((trace.Format, description.Requests), Is.EqualTo((format, count)));
        Assert.That(description.Span, Is.InRange(300.Seconds(), (2 * 24).Hours()));
        if (format == TraceFormat.BurstGpt)
        {
            Assert.That(description.Failures, Is.GreaterThan(0));
            Assert.That(description.Models.Select(m => m.Name), Is.EqualTo(new[] { "ChatGPT", "GPT-4" }));
            Assert.That(description.Sessions != null, Is.EqualTo(file.Contains("v3", StringComparison.Ordinal)));
        }
        else
        {
            Assert.That(description.Content!.RepeatedShare, Is.InRange(0.2, 0.45));
        }
    }

    [Test]
    public void Manifest_OwnTraces_AreNamedWithTheirSizes()
    {
        string manifest = File.ReadAllText(PathOf("MANIFEST.md"));

        foreach (FileInfo file in new DirectoryInfo(PathOf("")).GetFiles().Where(f => f.Name != "MANIFEST.md"))
            Assert.That(manifest, Does.Contain($"| `{file.Name}` |").And.Contain($"| {file.Length:N0} |"), file.Name);
    }

    private static void AssertBytes(string file, IEnumerable<Request> requests, TraceOutput format) =>
        Assert.That(TraceText.Write(requests, format).AsSpan().SequenceEqual(File.ReadAllBytes(PathOf(file))), $"traces/{file} is not what its generator makes");

    private static string PathOf(string file) => Path.Combine(SharedData.RepositoryRoot, "traces", file);
}
