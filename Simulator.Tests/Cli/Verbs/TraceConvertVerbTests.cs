using System.IO.Compression;
using Simulator.Cli.Scenarios;
using Simulator.Cli.Terminal;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Cli.Verbs;

public sealed class TraceConvertVerbTests
{
    private const string Canonical =
        "arrival_s,prompt_tokens,output_tokens,model,class,priority,session,turn,recorded_duration_s,content,queue_timeout_s,timeout_s,cancel_after_s,max_output_tokens\n";

    private static string Sample(string name) => Path.Combine(SharedData.RepositoryRoot, "traces", name);

    [Test]
    public void Convert_ToTheOutputStream_WritesTheCanonicalCsv()
    {
        using var files = new TemporaryFiles();
        string file = files.Write("t.jsonl", "{\"timestamp\": 3000, \"input_length\": 600, \"output_length\": 5, \"hash_ids\": [4, 9]}\n"
            + "{\"timestamp\": 3000, \"input_length\": 512, \"output_length\": 6, \"hash_ids\": [4]}\n");
        Printed printed = Printed.By("trace", "convert", file, "-", "--quantum", "3s");
        Assert.That(printed.Output, Is.EqualTo(Canonical + "0,600,5,,,,,,,4:512 9:88,,,,\n1.5,512,6,,,,,,,4:512,,,,\n"));
        Assert.That(printed.Error, Is.Empty);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
    }

    [Test]
    public void Convert_KeepClock_LeavesArrivals()
    {
        using var files = new TemporaryFiles();
        string file = files.Write("t.csv", "arrived_at,num_prefill_tokens,num_decode_tokens\n5.25,1,2\n");
        Assert.That(Printed.By("trace", "convert", file, "-", "--keep-clock", "--to", "vidur").Output, Is.EqualTo(File.ReadAllText(file)));
        Assert.That(Printed.By("trace", "convert", file, "-", "--to", "vidur").Output, Does.EndWith("\n0,1,2\n"));
    }

    /// <summary>A sample comes back byte for byte from its own layout, and by way of the canonical one.</summary>
    [TestCase("burstgpt-like-v1.csv", "burstgpt")]
    [TestCase("burstgpt-like-v3.csv", "burstgpt-v3")]
    [TestCase("mooncake-like.jsonl", "mooncake")]
    public void Convert_SampleToItsOwnLayout_IsTheSame(string name, string layout)
    {
        using var files = new TemporaryFiles();
        Printed.By("trace", "convert", Sample(name), files["canonical.csv.gz"], "--keep-clock");
        Printed printed = Printed.By("trace", "convert", files["canonical.csv.gz"], files["again"], "--to", layout, "--keep-clock");
        Assert.That(printed.Error, Is.Empty, "nothing is left out");
        Assert.That(printed.Output, Is.EqualTo($"{files["again"]}: {(layout == "mooncake" ? "500" : "2,000")} requests{Environment.NewLine}"));
        Assert.That(File.ReadAllText(files["again"]), Is.EqualTo(File.ReadAllText(Sample(name))));
    }

    [TestCaseSource(nameof(LayoutNames))]
    public void Convert_EveryLayout_IsReadAgain(string layout)
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("trace", "convert", Sample("burstgpt-like-v3.csv"), files["t"], "--to", layout, "--failures", "drop");
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
        Assert.That(Trace.Open(files["t"]).Select(r => (r.Arrival, r.PromptTokens, r.OutputTokens)),
            Is.EqualTo(Trace.Open(Sample("burstgpt-like-v3.csv")).DropFailures().Select(r => (r.Arrival, r.PromptTokens, r.OutputTokens))));
    }

    [TestCase("mooncake", "note: left out, since 'mooncake' has no place for it: model, class, session, recorded duration; --to csv keeps everything")]
    [TestCase("burstgpt", "note: left out, since 'burstgpt' has no place for it: session, recorded duration, content of prompts; --to csv keeps everything")]
    [TestCase("burstgpt-v3", "note: left out, since 'burstgpt-v3' has no place for it: content of prompts; --to csv keeps everything")]
    [TestCase("azure", "note: left out, since 'azure' has no place for it: model, class, session, recorded duration, content of prompts; --to csv keeps everything")]
    [TestCase("csv", "")]
    public void Convert_LayoutWithoutAPlaceForAField_SaysSo(string layout, string note)
    {
        Printed printed = Printed.By("trace", "convert", Sample("burstgpt-like-v3.csv"), "-", "--to", layout, "--session-prefixes", "--limit", "200");
        Assert.That(printed.Error.TrimEnd(), Is.EqualTo(note));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
        Assert.That(Printed.By("trace", "convert", Sample("burstgpt-like-v3.csv"), "-", "--to", layout, "--session-prefixes", "--quiet").Error, Is.Empty);
    }

    [Test]
    public void Convert_Compressed_IsTheSameBytesWithoutATime()
    {
        using var files = new TemporaryFiles();
        Printed.By("trace", "convert", Sample("burstgpt-like-v1.csv"), files["a.csv.gz"], "--quiet");
        Printed.By("trace", "convert", Sample("burstgpt-like-v1.csv"), files["b.csv.gz"], "--quiet");
        byte[] bytes = File.ReadAllBytes(files["a.csv.gz"]);
        Assert.That(bytes, Is.EqualTo(File.ReadAllBytes(files["b.csv.gz"])));
        Assert.That(bytes[..8], Is.EqualTo(new byte[] { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0 }), "deflate, no name, no time");
        using var text = new StreamReader(new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress));
        Assert.That(text.ReadToEnd(), Is.EqualTo(Printed.By("trace", "convert", Sample("burstgpt-like-v1.csv"), "-").Output));
    }

    [Test]
    public void Convert_NewArrivals_FollowTheSeed()
    {
        string[] args = ["trace", "convert", Sample("burstgpt-like-v1.csv"), "-", "--limit", "50", "--arrivals", "gamma: { rate: 2/s, cv: 3 }"];
        string first = Printed.By(args).Output;
        Assert.That(Printed.By([.. args, "--seed", "1"]).Output, Is.EqualTo(first));
        Assert.That(Printed.By([.. args, "--seed", "2"]).Output, Is.Not.EqualTo(first));
    }

    [Test]
    public void Convert_FaultyTrace_LeavesNoFile()
    {
        using var files = new TemporaryFiles();
        string file = files.Write("t.csv", "arrival_s,prompt_tokens,output_tokens\n1,1,1\n0,1,1\n");
        Printed printed = Printed.By("trace", "convert", file, files["out.csv"]);
        Assert.That(printed.Error, Does.StartWith($"error: {file}:3: arrival_s goes back from 1 s (line 2) to 0 s."));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(Directory.GetFiles(files.Folder), Is.EqualTo(new[] { file }));
    }

    [Test]
    public void Convert_NoFolder_IsAFailureToWrite()
    {
        using var files = new TemporaryFiles();
        string output = Path.Combine(files.Folder, "none", "t.csv");
        Printed printed = Printed.By("trace", "convert", Sample("burstgpt-like-v1.csv"), output);
        Assert.That(printed.Error.TrimEnd(), Is.EqualTo($"error: {output}: there is no folder {Path.GetDirectoryName(output)}; create it first"));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.RunFailed));
    }

    [Test]
    public void Convert_UnknownLayout_NamesAll() => Assert.That(
        Printed.By("trace", "convert", "a", "b", "--to", "mooncak").ErrorLines[0],
        Is.EqualTo("error: --to: unknown layout 'mooncak'; did you mean 'mooncake'? known: csv, burstgpt, burstgpt-v3, azure, mooncake, vidur, apex"));

    private static IEnumerable<string> LayoutNames() => KnownNames.Layouts.Select(layout => layout.Name);
}
