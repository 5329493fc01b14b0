using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Workloads.Traces;

/// <summary>Each layout, from the spelling of its publisher.</summary>
public class TraceFormatTests
{
    private const string BurstGptV1 = """
        Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type
        5,ChatGPT,472,18,490,Conversation log
        45,GPT-4,1087,230,1317,API log
        118,GPT-4,417,0,417,API log

        """;

    private const string BurstGptV3 = """
        Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type
        19440110.0,aa,43,GPT-4,906,446,1352,Conversation log
        19440161.0,bb,2,ChatGPT,36,29,65,Conversation log
        19440162.5,,2,ChatGPT,36,29,65,API log
        19440170.0,aa,3,GPT-4,1400,10,1410,Conversation log

        """;

    [Test]
    public void BurstGptV1_Rows_GiveModelClassAndFailures() =>
        Assert.That(TraceText.Show(TraceText.Read(BurstGptV1)), Is.EqualTo(new[]
        {
            "0 @0 472>18 m=ChatGPT c=conversation p=0 s=null/0 d= q= t= x= ",
            "1 @40000000000 1087>230 m=GPT-4 c=api p=0 s=null/0 d= q= t= x= ",
            "2 @113000000000 417>0 m=GPT-4 c=api p=0 s=null/0 d= q= t= x= ",
        }));

    [Test]
    public void BurstGptV3_Rows_GiveSessionsTurnsAndDurations() =>
        Assert.That(TraceText.Show(TraceText.Read(BurstGptV3)), Is.EqualTo(new[]
        {
            "0 @0 906>446 m=GPT-4 c=conversation p=0 s=aa/0 d=43000000000 q= t= x= ",
            "1 @51000000000 36>29 m=ChatGPT c=conversation p=0 s=bb/0 d=2000000000 q= t= x= ",
            "2 @52500000000 36>29 m=ChatGPT c=api p=0 s=null/0 d=2000000000 q= t= x= ",
            "3 @60000000000 1400>10 m=GPT-4 c=conversation p=0 s=aa/1 d=3000000000 q= t= x= ",
        }));

    [Test]
    public void Azure_BothReleases_GiveTheSameClock()
    {
        Trace release2023 = TraceText.Read("TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 23:59:59.9999999,374,44\r\n2023-11-17 00:00:01.0000000,396,109");
        Trace release2024 = TraceText.Read("TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-10 00:00:00.009930+00:00,1,2\n2024-05-10 00:00:00.013250+00:00,3,4\n");

        Assert.That(release2023.Select(r => (r.Arrival.Nanoseconds, r.PromptTokens, r.OutputTokens)), Is.EqualTo(new[] { (0, 374, 44), (1_000_000_100L, 396, 109) }));
        Assert.That(release2023.KeepClock().First().Arrival.Nanoseconds, Is.EqualTo(86_399_999_999_900));
        Assert.That(release2024.Select(r => r.Arrival.Nanoseconds), Is.EqualTo(new[] { 0, 3_320_000L }));
        Assert.That(release2024.KeepClock().First().Arrival.Nanoseconds, Is.EqualTo(9_930_000));
    }

    [Test]
    public void Mooncake_HashIds_BecomeBlocksThatEndWithThePrompt()
    {
        Trace trace = TraceText.Read("""
            {"timestamp": 3000, "input_length": 1300, "output_length": 52, "hash_ids": [0, 1, 2]}
            {"hash_ids": [0, 1], "timestamp": 3000.5, "extra": {"a": [1, 2]}, "input_length": 1024, "output_length": 1}
            {"timestamp": 6000, "input_length": 5000, "output_length": 1, "hash_ids": [0]}
            {"timestamp": 6000, "input_length": 7, "output_length": 0}
            """);

        Assert.That(TraceText.Show(trace), Is.EqualTo(new[]
        {
            "0 @0 1300>52 m= c= p=0 s=null/0 d= q= t= x= 0:512 1:512 2:276",
            "1 @500000 1024>1 m= c= p=0 s=null/0 d= q= t= x= 0:512 1:512",
            "2 @3000000000 5000>1 m= c= p=0 s=null/0 d= q= t= x= 0:512",
            "3 @3000000000 7>0 m= c= p=0 s=null/0 d= q= t= x= ",
        }));
    }

    [Test]
    public void Vidur_WithAndWithoutArrivals_ReadsBoth()
    {
        Trace with = TraceText.Read("arrived_at,num_prefill_tokens,num_decode_tokens\n1.020060287274801,395,112\n1.0453891263175399,1030,403\n");
        Trace without = TraceText.Read("num_prefill_tokens,num_decode_tokens,num_total_tokens,pd_ratio\n74,918,992,0.08\n290,905,1195,0.32\n");

        Assert.That(with.KeepClock().Select(r => r.Arrival.Nanoseconds), Is.EqualTo(new[] { 1_020_060_287L, 1_045_389_126L }));
        Assert.That(without.Select(r => (r.Arrival.Nanoseconds, r.PromptTokens, r.OutputTokens)), Is.EqualTo(new[] { (0L, 74, 918), (0L, 290, 905) }));
    }

    [Test]
    public void Apex_JsonLines_AreToldFromMooncake()
    {
        Trace trace = TraceText.Read("""
            {"RequestID": 0, "ContextTokens": 12, "GeneratedTokens": 34, "TotalTokens": 46, "StartTimeOffset": 1, "SynthesizedBody": "a \"b\" \u00e9"}
            {"RequestID": 1, "ContextTokens": 56, "GeneratedTokens": 78, "StartTimeOffset": 1955000000}
            """);

        Assert.That(trace.Format, Is.EqualTo(TraceFormat.Apex));
        Assert.That(trace.Select(r => (r.Arrival.Nanoseconds, r.PromptTokens, r.OutputTokens)), Is.EqualTo(new[] { (0L, 12, 34), (1_954_999_999L, 56, 78) }));
    }

    [Test]
    public void Csv_ColumnMap_ReadsAnyColumns()
    {
        var map = new ColumnMap
        {
            Arrival = "ts", ArrivalUnit = ArrivalUnit.Microseconds, PromptTokens = "in", OutputTokens = "out", Model = "m", Session = "user", Separator = ';',
        };

        Trace trace = TraceText.Read("out;ts;in;m;user;text\n5;1000000;7;x;u1;\"a;b\nc\"\n6;1000002;8;\"y;z\";u1;\n", columns: map);

        Assert.That(TraceText.Show(trace), Is.EqualTo(new[]
        {
            "0 @0 7>5 m=x c= p=0 s=u1/0 d= q= t= x= ",
            "1 @2000 8>6 m=y;z c= p=0 s=u1/1 d= q= t= x= ",
        }));
    }

    [Test]
    public void Csv_Canonical_ReadsEveryField()
    {
        Trace trace = TraceText.Read(
            "arrival_s,prompt_tokens,output_tokens,model,class,priority,session,turn,recorded_duration_s,content,queue_timeout_s,timeout_s,cancel_after_s,max_output_tokens\n"
            + "0.5,10,2,m,c,-3,s,4,1.5,-7:4 9:6,1,2,3,6\n");

        Assert.That(TraceText.Show(trace.KeepClock()).Single(), Is.EqualTo(
            "0 @500000000 10>2 m=m c=c p=-3 s=s/4 d=1500000000 q=1000000000 t=2000000000 x=3000000000 -7:4 9:6 max=6"));
    }

    [Test]
    public void Read_HeaderInOtherOrderAndCase_FindsColumnsByName() =>
        Assert.That(
            TraceText.Show(TraceText.Read("log type,RESPONSE TOKENS,request tokens,model,timestamp\nAPI log,2,1,m,7\n")),
            Is.EqualTo(new[] { "0 @0 1>2 m=m c=api p=0 s=null/0 d= q= t= x= " }));

    [TestCase("\uFEFF", "\n")]
    [TestCase("\uFEFF", "\r\n")]
    [TestCase("", "\r\n")]
    public void Read_ByteOrderMarkAndLineEnds_MakeNoDifference(string mark, string lineEnd)
    {
        Assert.That(TraceText.Show(TraceText.Read(mark + BurstGptV1.ReplaceLineEndings(lineEnd))), Is.EqualTo(TraceText.Show(TraceText.Read(BurstGptV1))));
        string json = "{\"timestamp\": 1, \"input_length\": 2, \"output_length\": 3}\n\n\n";
        Assert.That(TraceText.Show(TraceText.Read(mark + json.ReplaceLineEndings(lineEnd))), Is.EqualTo(TraceText.Show(TraceText.Read(json))));
    }

    [Test]
    public void Read_Twice_GivesTheSameRequests()
    {
        Trace trace = TraceText.Read(TraceText.Gzip(System.Text.Encoding.UTF8.GetBytes(BurstGptV3)));

        Assert.That(TraceText.Show(trace), Is.EqualTo(TraceText.Show(trace)));
        Assert.That(trace.Count(), Is.EqualTo(4));
    }

    [Test]
    public void Read_ForcedFormat_NeedsNoDetection() =>
        Assert.That(TraceText.Read("num_decode_tokens,num_prefill_tokens\n1,2\n", TraceFormat.Vidur).Single().PromptTokens, Is.EqualTo(2));

    [Test]
    public void Read_ColumnMapForAnotherFormat_IsRefused() =>
        Assert.Throws<ArgumentException>(() => TraceText.Read("a", TraceFormat.Azure, ColumnMap.Canonical));

    [Test]
    public void Read_Disorder_IsSortedWithinItsLimit()
    {
        const string Text = "arrival_s,prompt_tokens,output_tokens\n1,1,1\n3,2,1\n2,3,1\n3,4,1\n9,5,1\n";
        Trace Read(double seconds) => Trace.Read(
            () => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Text)), "t.csv", disorder: Simulator.Core.Time.SimDuration.FromSeconds(seconds));

        Assert.That(Read(1).Select(r => (r.Id, r.PromptTokens)), Is.EqualTo(new[] { (0L, 1), (1L, 3), (2L, 2), (3L, 4), (4L, 5) }));
        Assert.That(() => Read(0.5).Count(), Throws.TypeOf<TraceFormatException>().With.Message.Contains("t.csv:4:").And.Message.Contains("allow a longer disorder"));
    }

    [Test]
    public void AsWorkload_Trace_GivesRequestsInOrder()
    {
        using TraceWorkload workload = TraceText.Read(BurstGptV1).AsWorkload();
        var taken = new List<long>();
        while (workload.TryPeek(out var arrival))
        {
            Request request = workload.Take();
            Assert.That(request.Arrival, Is.EqualTo(arrival));
            workload.OnEnded(request, RequestOutcome.Completed, arrival);
            taken.Add(request.Id);
        }

        Assert.That(taken, Is.EqualTo(new[] { 0, 1, 2 }));
        Assert.Throws<InvalidOperationException>(() => workload.Take());
    }

    [Test]
    public void TraceWorkload_RequestsOutOfOrder_AreRefused()
    {
        Request At(double seconds) => new() { Id = 0, Arrival = Simulator.Core.Time.SimTime.FromSeconds(seconds), PromptTokens = 1, OutputTokens = 1 };
        using var workload = new TraceWorkload([At(1), At(2), At(1)]);
        workload.Take();

        Assert.Throws<InvalidOperationException>(() => workload.Take());
    }
}
