using System.Text.Json;
using FsCheck;
using Simulator.Models.Results;
using Simulator.Models.Results.Recording;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Results.Recording;

public sealed class PerfettoTraceWriterTests
{
    [Test]
    public void Write_TinyRun_HasTheEventsWorkedOutByHand()
    {
        string text = Record.Of(stream => new PerfettoTraceWriter(stream, TinyRun.Cluster), observer => TinyRun.Run(observer));

        Assert.That(text.Split('\n'), Is.EqualTo((string[])
        [
            """{"traceEvents":[""",
            """{"ph":"M","name":"process_name","pid":1,"tid":1,"args":{"name":"chat replica 0"}},""",
            """{"ph":"M","name":"process_sort_index","pid":1,"args":{"sort_index":1}},""",
            """{"ph":"M","name":"thread_name","pid":1,"tid":2,"args":{"name":"slot 0"}},""",
            """{"ph":"C","name":"requests","pid":1,"ts":0.000,"args":{"running":1,"waiting":0}},""",
            """{"ph":"X","name":"prefill","pid":1,"ts":0.000,"dur":20000.000,"tid":2,"cat":"iteration","args":{"decodeRows":0,"prefillRows":1,"prefillTokens":10,"kvBlocks":1}},""",
            """{"ph":"C","name":"batch size","pid":1,"ts":0.000,"args":{"decode":0,"prefill":1}},""",
            """{"ph":"C","name":"KV blocks","pid":1,"ts":0.000,"args":{"used":1}},""",
            """{"ph":"n","name":"rejected","pid":1,"ts":30000.000,"cat":"request","id":"2","args":{"id":2,"outcome":"rejected","rejection":"contextWindow","model":"m","promptTokens":100,"outputTokens":5,"generatedTokens":0,"prefixHitTokens":0,"preemptions":0}},""",
            """{"ph":"M","name":"process_name","pid":3,"tid":3,"args":{"name":"no replica"}},""",
            """{"ph":"M","name":"process_sort_index","pid":3,"args":{"sort_index":3}},""",
            """{"ph":"n","name":"failed","pid":3,"ts":40000.000,"cat":"request","id":"3","args":{"id":3,"outcome":"failed","model":"m","promptTokens":10,"outputTokens":0,"generatedTokens":0,"prefixHitTokens":0,"preemptions":0}},""",
            """{"ph":"n","name":"rejected","pid":3,"ts":50000.000,"cat":"request","id":"4","args":{"id":4,"outcome":"rejected","rejection":"noPool","model":"x","promptTokens":10,"outputTokens":5,"generatedTokens":0,"prefixHitTokens":0,"preemptions":0}},""",
            """{"ph":"C","name":"requests","pid":1,"ts":50000.000,"args":{"running":2,"waiting":0}},""",
            """{"ph":"X","name":"mixed","pid":1,"ts":20000.000,"dur":50000.000,"tid":2,"cat":"iteration","args":{"decodeRows":1,"prefillRows":1,"prefillTokens":20,"kvBlocks":3}},""",
            """{"ph":"C","name":"batch size","pid":1,"ts":20000.000,"args":{"decode":1,"prefill":1}},""",
            """{"ph":"C","name":"KV blocks","pid":1,"ts":20000.000,"args":{"used":3}},""",
            """{"ph":"b","name":"request","pid":1,"ts":5000.000,"cat":"request","id":"1","args":{"id":1,"outcome":"completed","model":"m","promptTokens":20,"outputTokens":1,"generatedTokens":1,"prefixHitTokens":0,"preemptions":0}},""",
            """{"ph":"b","name":"queued","pid":1,"ts":5000.000,"cat":"request","id":"1"},""",
            """{"ph":"e","name":"queued","pid":1,"ts":20000.000,"cat":"request","id":"1"},""",
            """{"ph":"b","name":"prefill","pid":1,"ts":20000.000,"cat":"request","id":"1"},""",
            """{"ph":"e","name":"prefill","pid":1,"ts":70000.000,"cat":"request","id":"1"},""",
            """{"ph":"e","name":"request","pid":1,"ts":70000.000,"cat":"request","id":"1"},""",
            """{"ph":"b","name":"request","pid":1,"ts":80000.000,"cat":"request","id":"5","args":{"id":5,"outcome":"timedOut","model":"m","promptTokens":10,"outputTokens":5,"generatedTokens":0,"prefixHitTokens":0,"preemptions":0}},""",
            """{"ph":"b","name":"queued","pid":1,"ts":80000.000,"cat":"request","id":"5"},""",
            """{"ph":"e","name":"queued","pid":1,"ts":85000.000,"cat":"request","id":"5"},""",
            """{"ph":"e","name":"request","pid":1,"ts":85000.000,"cat":"request","id":"5"},""",
            """{"ph":"X","name":"decode","pid":1,"ts":70000.000,"dur":20000.000,"tid":2,"cat":"iteration","args":{"decodeRows":1,"prefillRows":0,"prefillTokens":0,"kvBlocks":1}},""",
            """{"ph":"C","name":"batch size","pid":1,"ts":70000.000,"args":{"decode":1,"prefill":0}},""",
            """{"ph":"C","name":"KV blocks","pid":1,"ts":70000.000,"args":{"used":1}},""",
            """{"ph":"b","name":"request","pid":1,"ts":0.000,"cat":"request","id":"0","args":{"id":0,"outcome":"completed","class":"a,b","model":"m","session":"say \"hi\"","promptTokens":10,"outputTokens":3,"generatedTokens":3,"prefixHitTokens":0,"preemptions":0}},""",
            """{"ph":"b","name":"prefill","pid":1,"ts":0.000,"cat":"request","id":"0"},""",
            """{"ph":"e","name":"prefill","pid":1,"ts":20000.000,"cat":"request","id":"0"},""",
            """{"ph":"b","name":"decode","pid":1,"ts":20000.000,"cat":"request","id":"0"},""",
            """{"ph":"e","name":"decode","pid":1,"ts":90000.000,"cat":"request","id":"0"},""",
            """{"ph":"e","name":"request","pid":1,"ts":90000.000,"cat":"request","id":"0"},""",
            """{"ph":"C","name":"requests","pid":1,"ts":100000.000,"args":{"running":1,"waiting":0}},""",
            """{"ph":"C","name":"requests","pid":1,"ts":150000.000,"args":{"running":1,"waiting":0}},""",
            """{"ph":"X","name":"prefill","pid":1,"ts":100000.000,"dur":72000.000,"tid":2,"cat":"iteration","args":{"decodeRows":0,"prefillRows":1,"prefillTokens":62,"kvBlocks":4}},""",
            """{"ph":"C","name":"batch size","pid":1,"ts":90000.000,"args":{"decode":0,"prefill":0}},""",
            """{"ph":"C","name":"KV blocks","pid":1,"ts":90000.000,"args":{"used":0}},""",
            """{"ph":"C","name":"batch size","pid":1,"ts":100000.000,"args":{"decode":0,"prefill":1}},""",
            """{"ph":"C","name":"KV blocks","pid":1,"ts":100000.000,"args":{"used":4}},""",
            """{"ph":"X","name":"decode","pid":1,"ts":172000.000,"dur":20000.000,"tid":2,"cat":"iteration","args":{"decodeRows":1,"prefillRows":0,"prefillTokens":0,"kvBlocks":4}},""",
            """{"ph":"C","name":"batch size","pid":1,"ts":172000.000,"args":{"decode":1,"prefill":0}},""",
            """{"ph":"b","name":"request","pid":1,"ts":100000.000,"cat":"request","id":"6","args":{"id":6,"outcome":"completed","model":"m","promptTokens":62,"outputTokens":10,"generatedTokens":2,"prefixHitTokens":0,"preemptions":0}},""",
            """{"ph":"b","name":"prefill","pid":1,"ts":100000.000,"cat":"request","id":"6"},""",
            """{"ph":"e","name":"prefill","pid":1,"ts":172000.000,"cat":"request","id":"6"},""",
            """{"ph":"b","name":"decode","pid":1,"ts":172000.000,"cat":"request","id":"6"},""",
            """{"ph":"e","name":"decode","pid":1,"ts":192000.000,"cat":"request","id":"6"},""",
            """{"ph":"e","name":"request","pid":1,"ts":192000.000,"cat":"request","id":"6"},""",
            """{"ph":"C","name":"requests","pid":1,"ts":200000.000,"args":{"running":0,"waiting":0}},""",
            """{"ph":"C","name":"batch size","pid":1,"ts":192000.000,"args":{"decode":0,"prefill":0}},""",
            """{"ph":"C","name":"KV blocks","pid":1,"ts":192000.000,"args":{"used":0}}""",
            "]}",
            "",
        ]));
    }

    /// <summary>What the viewers ask of a file: numbers of processes and threads used once, slices of a thread that do not overlap, spans that nest.</summary>
    [SeededProperty(MaxTest = 100)]
    public void Write_AnyRun_IsWellFormed(DoNotSize<ulong> seed)
    {
        RandomRun scenario = new(seed.Item);
        Recorder recorder = new();
        string text = Record.Of(
            stream => new PerfettoTraceWriter(stream, scenario.Cluster), observer => scenario.Run(new RunObservers(observer, recorder)));
        using JsonDocument document = JsonDocument.Parse(text);
        List<JsonElement> events = [.. document.RootElement.GetProperty("traceEvents").EnumerateArray()];
        ILookup<string, JsonElement> byPhase = events.ToLookup(e => e.GetProperty("ph").GetString()!);

        Assert.That(byPhase.Select(phase => phase.Key), Is.SubsetOf((string[])["M", "X", "C", "b", "e", "n"]));
        var threads = byPhase["M"].Where(e => e.GetProperty("name").GetString() == "thread_name").Select(Thread).ToList();
        var processes = byPhase["M"].Where(e => e.GetProperty("name").GetString() == "process_name").Select(Thread).ToList();
        Assert.That(threads.Concat(processes).Select(t => t.Thread), Is.Unique);
        Assert.That(events.Select(e => e.GetProperty("pid").GetInt32()).Distinct(), Is.SubsetOf(processes.Select(p => p.Process).ToList()));

        Assert.That(byPhase["X"].Count(), Is.EqualTo(recorder.Iterations.Count));
        foreach (IGrouping<(int, int), JsonElement> thread in byPhase["X"].GroupBy(Thread))
        {
            Assert.That(threads, Does.Contain(thread.Key));
            decimal end = 0;
            foreach (JsonElement slice in thread)
            {
                Assert.That(At(slice), Is.GreaterThanOrEqualTo(end));
                end = At(slice) + slice.GetProperty("dur").GetDecimal();
            }
        }

        Assert.That(byPhase["n"].Count(), Is.EqualTo(recorder.Requests.Count(r => r.FirstScheduled is null && r.Outcome is not RequestOutcome.TimedOut)));
        var spans = events.Where(e => e.GetProperty("ph").GetString() is "b" or "e").GroupBy(e => e.GetProperty("id").GetString()).ToList();
        Assert.That(spans.Count + byPhase["n"].Count(), Is.EqualTo(recorder.Requests.Count));
        foreach (IGrouping<string?, JsonElement> request in spans)
        {
            Stack<string> open = [];
            decimal now = 0;
            foreach (JsonElement e in request)
            {
                Assert.That(At(e), Is.GreaterThanOrEqualTo(now));
                now = At(e);
                if (e.GetProperty("ph").GetString() == "b") open.Push(e.GetProperty("name").GetString()!);
                else Assert.That(open.Pop(), Is.EqualTo(e.GetProperty("name").GetString()));
            }
            Assert.That(open, Is.Empty);
        }

        foreach (var counter in byPhase["C"].GroupBy(e => (e.GetProperty("pid").GetInt32(), e.GetProperty("name").GetString())))
        {
            Assert.That(counter.Select(At), Is.Ordered);
            if (counter.Key.Item2 != "requests")
                Assert.That(counter.Last().GetProperty("args").EnumerateObject().Select(p => p.Value.GetInt32()), Is.All.Zero);
        }
    }

    [Test]
    public void Write_NothingHappens_IsWholeOnceHoweverOftenDisposed()
    {
        string text = Record.Of(stream => new PerfettoTraceWriter(stream, TinyRun.Cluster), writer => writer.Dispose());
        using JsonDocument document = JsonDocument.Parse(text);
        Assert.That(document.RootElement.GetProperty("traceEvents").GetArrayLength(), Is.EqualTo(3));
    }

    private static (int Process, int Thread) Thread(JsonElement e) => (e.GetProperty("pid").GetInt32(), e.GetProperty("tid").GetInt32());

    private static decimal At(JsonElement e) => e.GetProperty("ts").GetDecimal();
}
