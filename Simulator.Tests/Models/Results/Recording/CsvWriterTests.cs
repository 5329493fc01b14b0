using CsvHelper;
using FsCheck;
using Simulator.Core.Time;
using Simulator.Models.Results;
using Simulator.Models.Results.Recording;
using Simulator.Tests.Models.Engines;

namespace Simulator.Tests.Models.Results.Recording;

public sealed class CsvWriterTests
{
    [Test]
    public void RequestCsvWriter_TinyRun_HasTheTimesWorkedOutByHand() =>
        Assert.That(Record.Of(stream => new RequestCsvWriter(stream), observer => TinyRun.Run(observer)), Is.EqualTo(
            "id,arrival_s,pool,replica,class,model,session,turn,prompt_tokens,output_tokens,outcome,rejection,first_scheduled_s,first_token_s,end_s,"
            + "ttft_s,tpot_s,e2e_s,queued_s,generated_tokens,prefix_hit_tokens,preemptions,truncated\n"
            + "2,0.03,chat,0,,m,,,100,5,rejected,contextWindow,,,0.03,,,0,0,0,0,0,false\n"
            + "3,0.04,chat,,,m,,,10,0,failed,,,,0.04,,,0,0,0,0,0,false\n"
            + "4,0.05,,,,x,,,10,5,rejected,noPool,,,0.05,,,0,0,0,0,0,false\n"
            + "1,0.005,chat,0,,m,,,20,1,completed,,0.02,0.07,0.07,0.065,,0.065,0.015,1,0,0,false\n"
            + "5,0.08,chat,0,,m,,,10,5,timedOut,,,,0.085,,,0.005,0.005,0,0,0,false\n"
            + "0,0,chat,0,\"a,b\",m,\"say \"\"hi\"\"\",0,10,3,completed,,0,0.02,0.09,0.02,0.035,0.09,0,3,0,0,false\n"
            + "6,0.1,chat,0,,m,,,62,10,completed,,0.1,0.172,0.192,0.072,0.02,0.092,0,2,0,0,true\n"));

    [Test]
    public void IterationCsvWriter_TinyRun_HasTheTimesWorkedOutByHand() =>
        Assert.That(Record.Of(stream => new IterationCsvWriter(stream), observer => TinyRun.Run(observer)), Is.EqualTo(
            "replica,slot,start_s,end_s,duration_s,decode_rows,prefill_rows,prefill_tokens,kv_blocks_used\n"
            + "0,0,0,0.02,0.02,0,1,10,1\n"
            + "0,0,0.02,0.07,0.05,1,1,20,3\n"
            + "0,0,0.07,0.09,0.02,1,0,0,1\n"
            + "0,0,0.1,0.172,0.072,0,1,62,4\n"
            + "0,0,0.172,0.192,0.02,1,0,0,4\n"));

    /// <summary>Its device idles at 50 W, and its iterations take no energy: 10 of the 50 ms before 0.1 s are idle, and 8 of those before 0.2 s.</summary>
    [Test]
    public void TimeSeriesCsvWriter_TinyRun_HasTheStateWorkedOutByHand() =>
        Assert.That(Record.Of(stream => new TimeSeriesCsvWriter(stream), observer => TinyRun.Run(observer)), Is.EqualTo(
            "time_s,replica,running,waiting,kv_blocks_used,generated_tokens,tokens_per_second,power_w\n"
            + "0,0,1,0,1,0,,\n"
            + "0.05,0,2,0,3,1,20,0\n"
            + "0.1,0,1,0,4,4,60,10\n"
            + "0.15,0,1,0,4,4,0,0\n"
            + "0.2,0,0,0,0,6,40,8\n"));

    [Test]
    public void TimeSeriesCsvWriter_SeveralReplicas_RatesAreEachReplicasOwn()
    {
        string text = Record.Of(stream => new TimeSeriesCsvWriter(stream), writer =>
        {
            foreach (int second in (int[])[0, 2])
                foreach (int replica in (int[])[1, 0])
                    writer.OnSample(new ReplicaSample(SimTime.Zero + second.Seconds(), replica, 0, 0, 0, second * (1 + replica)) { EnergyJoules = second * (10 + replica) });
        });
        Assert.That(text.Split('\n')[1..^1], Is.EqualTo((string[])["0,1,0,0,0,0,,", "0,0,0,0,0,0,,", "2,1,0,0,0,4,2,11", "2,0,0,0,0,2,1,10"]));
    }

    /// <summary>A CSV reader finds in the file what an observer in memory has seen.</summary>
    [SeededProperty(MaxTest = 100)]
    public void CsvWriters_AnyRun_ReadBackToTheRecords(DoNotSize<ulong> seed)
    {
        RandomRun scenario = new(seed.Item);
        Recorder recorder = new();
        string requests = "", samples = "";
        string iterations = Record.Of(stream => new IterationCsvWriter(stream), ofIterations =>
            requests = Record.Of(stream => new RequestCsvWriter(stream), ofRequests =>
                samples = Record.Of(stream => new TimeSeriesCsvWriter(stream), ofSamples =>
                    scenario.Run(new RunObservers(recorder, ofIterations, ofRequests, ofSamples)))));

        Assert.That(
            Rows(requests).Select(row => (
                row["id"], Nanoseconds(row["arrival_s"]), row["class"], row["replica"], Nanoseconds(row["first_token_s"]), Nanoseconds(row["end_s"]),
                Nanoseconds(row["ttft_s"]), Nanoseconds(row["tpot_s"]), Nanoseconds(row["queued_s"]), row["generated_tokens"], row["preemptions"])),
            Is.EqualTo(recorder.Requests.Select(r => (
                $"{r.Request.Id}", (long?)r.Request.Arrival.Nanoseconds, r.Request.Class, r.Replica < 0 ? "" : $"{r.Replica}",
                r.FirstToken?.Nanoseconds, (long?)r.End.Nanoseconds, r.Ttft?.Nanoseconds, r.Tpot?.Nanoseconds, (long?)r.Queued.Nanoseconds,
                $"{r.GeneratedTokens}", $"{r.Preemptions}"))));
        Assert.That(
            Rows(iterations).Select(row => (row["replica"], row["slot"], Nanoseconds(row["start_s"]), Nanoseconds(row["end_s"]), row["kv_blocks_used"])),
            Is.EqualTo(recorder.Iterations.Select(i => ($"{i.Replica}", $"{i.Slot}", (long?)i.Start.Nanoseconds, (long?)i.End.Nanoseconds, $"{i.KvBlocksUsed}"))));
        Assert.That(
            Rows(samples).Select(row => (Nanoseconds(row["time_s"]), row["replica"], row["running"], row["waiting"], row["generated_tokens"])),
            Is.EqualTo(recorder.Samples.Select(s => ((long?)s.Time.Nanoseconds, $"{s.Replica}", $"{s.Running}", $"{s.Waiting}", $"{s.GeneratedTokens}"))));
    }

    private static List<Dictionary<string, string>> Rows(string text)
    {
        using CsvReader csv = CsvReader.FromText(text);
        csv.ReadHeader();
        List<Dictionary<string, string>> rows = [];
        while (csv.Read()) rows.Add(csv.Headers.Select((name, i) => (name, Cell: csv.GetString(i))).ToDictionary(pair => pair.name, pair => pair.Cell ?? ""));
        return rows;
    }

    private static long? Nanoseconds(string seconds) =>
        seconds.Length == 0 ? null : (long)(decimal.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture) * 1_000_000_000m);
}
