using Simulator.Planning.Sweeps;
using Simulator.Tests.Cli;

namespace Simulator.Tests.Planning.Sweeps;

public sealed class SweepManifestTests
{
    private const string About = """{"axes":["a"]}""";

    [Test]
    public void Open_WrittenManifest_GivesItsPointsInOrder()
    {
        using var files = new TemporaryFiles();
        SweepManifest written = SweepManifest.Write(files["m.jsonl"], About, ["""{"a":1}""", """{"a":"é"}"""]);
        SweepManifest read = SweepManifest.Open(files["m.jsonl"]);
        Assert.That((read.Id, read.About, read.Count), Is.EqualTo((written.Id, About, 2L)));
        Assert.That(read.Points().Select(point => (point.Number, point.Line)), Is.EqualTo(new[] { (0L, """{"a":1}"""), (1L, """{"a":"é"}""") }));
        Assert.That(Directory.GetFiles(files.Folder), Has.Length.EqualTo(1), "nothing is left beside the manifest");
    }

    /// <summary>The hash is that of any other tool: <c>printf '{"a":1}' | sha256sum</c>.</summary>
    [Test]
    public void Point_Line_HasItsSha256AndASeedFromIt()
    {
        var point = new SweepPoint(7, """{"a":1}""");
        Assert.That(point.Id, Is.EqualTo("015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"));
        Assert.That(point.Seed, Is.EqualTo(0x015abd7f5cc57aUL >> 3), "the first 53 of its bits");
        Assert.That(new SweepPoint(8, point.Line).Seed, Is.EqualTo(point.Seed), "its place does not matter");
    }

    [TestCase("\"a\":2", "\"a\":3", TestName = "Open_EditedPoint_IsRefused")]
    [TestCase("[\"a\"]", "[\"b\"]", TestName = "Open_EditedHeader_IsRefused")]
    [TestCase("{\"a\":2}\n", "", TestName = "Open_CutManifest_IsRefused")]
    [TestCase("{\"a\":2}\n", "{\"a\":2}\n{\"a\":2}\n", TestName = "Open_LongerManifest_IsRefused")]
    [TestCase("{\"a\":2}", "{\"a\":\uFFFF}", TestName = "Open_OtherCharacters_IsRefused")]
    public void Open_ChangedManifest_IsRefused(string from, string to)
    {
        using var files = new TemporaryFiles();
        SweepManifest.Write(files["m.jsonl"], About, ["""{"a":1}""", """{"a":2}"""]);
        files.Write("m.jsonl", File.ReadAllText(files["m.jsonl"]).Replace(from, to, StringComparison.Ordinal));
        Assert.That(() => SweepManifest.Open(files["m.jsonl"]), Throws.TypeOf<SweepException>().With.Message.Contains("is not as it was written"));
    }

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("7")]
    [TestCase("{}")]
    [TestCase("seed: 1")]
    [TestCase("""{"kind":"sweep-manifest"}""")]
    [TestCase("""{"kind":"sweep-manifest","schemaVersion":"1","about":{},"id":"","points":1}""")]
    [TestCase("""{"kind":7,"schemaVersion":1,"about":{},"id":"","points":1}""")]
    [TestCase("""{"kind":"sweep-manifest","schemaVersion":1,"about":{},"id":"","points":1e99}""")]
    public void Open_SomethingElse_IsRefused(string text)
    {
        using var files = new TemporaryFiles();
        files.Write("m.jsonl", text);
        Assert.That(() => SweepManifest.Open(files["m.jsonl"]), Throws.TypeOf<SweepException>().With.Message.Contains("is no manifest of a sweep"));
    }

    [Test]
    public void Open_BytesThatAreNoText_IsRefused([Values] bool inHeader)
    {
        using var files = new TemporaryFiles();
        SweepManifest.Write(files["m.jsonl"], About, ["""{"a":1}"""]);
        byte[] bytes = File.ReadAllBytes(files["m.jsonl"]);
        bytes[inHeader ? 3 : ^3] = 0xFF;
        File.WriteAllBytes(files["m.jsonl"], bytes);
        Assert.That(() => SweepManifest.Open(files["m.jsonl"]), Throws.TypeOf<SweepException>());
    }

    [Test]
    public void Open_OtherSchema_SaysWhich()
    {
        using var files = new TemporaryFiles();
        SweepManifest.Write(files["m.jsonl"], About, ["""{"a":1}"""]);
        files.Write("m.jsonl", File.ReadAllText(files["m.jsonl"]).Replace("\"schemaVersion\":1", "\"schemaVersion\":2", StringComparison.Ordinal));
        Assert.That(() => SweepManifest.Open(files["m.jsonl"]), Throws.TypeOf<SweepException>().With.Message.Contains("has schema version 2"));
    }

    [Test]
    public void Write_SamePointsAgain_LeavesTheFile()
    {
        using var files = new TemporaryFiles();
        SweepManifest.Write(files["m.jsonl"], About, ["""{"a":1}"""]);
        DateTime written = File.GetLastWriteTimeUtc(files["m.jsonl"]);
        SweepManifest.Write(files["m.jsonl"], About, ["""{"a":1}"""]);
        Assert.That(File.GetLastWriteTimeUtc(files["m.jsonl"]), Is.EqualTo(written));
    }

    [Test]
    public void Write_OverAnotherFile_IsRefusedAndTheFileStays([Values("something", "")] string there)
    {
        using var files = new TemporaryFiles();
        files.Write("m.jsonl", there);
        Assert.That(() => SweepManifest.Write(files["m.jsonl"], About, ["""{"a":1}"""]), Throws.TypeOf<SweepException>().With.Message.Contains("name another file"));
        Assert.That(File.ReadAllText(files["m.jsonl"]), Is.EqualTo(there));
        Assert.That(Directory.GetFiles(files.Folder), Has.Length.EqualTo(1), "nothing is left beside it");
    }

    [Test]
    public void Write_PointsThatFail_LeaveNothing()
    {
        using var files = new TemporaryFiles();
        Assert.That(() => SweepManifest.Write(files["m.jsonl"], About, Failing()), Throws.InvalidOperationException);
        Assert.That(Directory.GetFiles(files.Folder), Is.Empty);

        static IEnumerable<string> Failing()
        {
            yield return """{"a":1}""";
            throw new InvalidOperationException();
        }
    }

    /// <summary>Every point is in one shard, whatever their number, and shards know how many they have.</summary>
    [SeededProperty(MaxTest = 300)]
    public void Shards_AnyNumbers_PartitionThePoints(byte shards, ushort points)
    {
        long count = shards % 20 + 1, all = points % 200;
        Shard[] parts = [.. Enumerable.Range(0, (int)count).Select(index => new Shard(index, count))];
        for (long number = 0; number < all; number++) Assert.That(parts.Count(part => part.Has(number)), Is.EqualTo(1));
        foreach (Shard part in parts)
            Assert.That(part.PointsOf(all), Is.EqualTo(Enumerable.Range(0, (int)all).Count(number => part.Has(number))));
    }
}
