using Simulator.Cli.Scenarios;
using Simulator.Core.Time;
using Simulator.Workloads.Generators;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Cli.Scenarios;

public sealed class WorkloadReaderTests
{
    private const string Cluster = "cluster: { pools: [{ name: chat, model: llama-3.1-8b, device: h100-sxm }] }\n";

    [Test]
    public void ReadText_EveryColumn_IsRead() => Assert.That(
        Read("""
            workload:
              trace: t.csv
              disorder: 5s
              columns:
                { arrival: at, arrivalUnit: ms, prompt: p, output: o, model: m, class: c, priority: q, session: s, turn: t, duration: d,
                  content: x, queueTimeout: wait, timeout: stay, cancelAfter: patience, separator: ';' }

            """).Source,
        Is.EqualTo(new TraceSection
        {
            File = "t.csv",
            Disorder = 5.Seconds(),
            Columns = new ColumnMap
            {
                Arrival = "at",
                ArrivalUnit = ArrivalUnit.Milliseconds,
                PromptTokens = "p",
                OutputTokens = "o",
                Model = "m",
                Class = "c",
                Priority = "q",
                Session = "s",
                Turn = "t",
                RecordedDuration = "d",
                Content = "x",
                QueueTimeout = "wait",
                Timeout = "stay",
                CancelAfter = "patience",
                Separator = ';',
            },
        }));

    [Test]
    public void ReadText_EveryWayToPlayATrace_IsRead()
    {
        WorkloadSection workload = Read(
            "workload: { trace: t.csv, arrivals: { poisson: 5/s }, sessionPrefixes: true, loopUntil: 1d, turns: after-reply }\n");
        Assert.That(workload.Arrivals, Is.EqualTo(new ArrivalSection.Poisson(5)));
        Assert.That((workload.SessionPrefixes, workload.LoopUntil, workload.TurnsAfterReply), Is.EqualTo((true, (SimDuration?)24.Hours(), true)));
        Assert.That(Read("workload: { trace: t.csv, quantum: 3s, turns: recorded }\n").Quantum, Is.EqualTo(3.Seconds()));
    }

    private static readonly object[] MadeSources =
    [
        new object[]
        {
            "burstgpt: { release: v3, rate: 2/s, duration: 30d }",
            new BurstGptSection { Release = BurstGptRelease.V3, RequestsPerSecond = 2, Duration = 720.Hours() },
        },
        new object[] { "burstgpt: { requests: 9 }", new BurstGptSection { Release = BurstGptRelease.V1, Requests = 9 } },
        new object[] { "mooncake: { rate: 1/s, requests: 9, duration: 1h }", new MooncakeSection { RequestsPerSecond = 1, Requests = 9, Duration = 1.Hours() } },
        new object[]
        {
            "servegen: { clients: c.csv.gz, lengths: l.json.gz, rate: 3/s }",
            new ServeGenSection { Clients = "c.csv.gz", Lengths = "l.json.gz", RequestsPerSecond = 3 },
        },
        new object[] { "fit: fit.json", new FitSection { File = "fit.json" } },
        new object[]
        {
            "fit: { file: fit.json, scale: 2, gaps: weibull }",
            new FitSection { File = "fit.json", Scale = 2, Gaps = GapDistribution.Weibull },
        },
        new object[]
        {
            "sessions: { starts: { poisson: 1/s }, count: 50, turns: { geometric: 2.9 }, newInput: 30, output: { uniform: { min: 5, max: 9 } }, "
                + "think: { logNormal: { median: 116s, p90: 1372s } }, systemPrompt: 500, maxContext: 8192, model: m, class: c }",
            new SessionsSection
            {
                Starts = new ArrivalSection.Poisson(1),
                Count = 50,
                Turns = new LengthSection.Geometric(2.9),
                NewInput = new LengthSection.Fixed(30),
                Output = new LengthSection.Uniform(5, 9),
                Think = new SpanSection.LogNormal(116.Seconds(), 1372.Seconds()),
                SystemPrompt = 500,
                MaxContext = 8192,
                Model = "m",
                Class = "c",
            },
        },
        new object[]
        {
            "sessions: { starts: { poisson: 1/s }, requests: 50, turns: 3, newInput: 30, output: 20, think: 5s, planned: { response: 1s, perToken: 20ms } }",
            new SessionsSection
            {
                Starts = new ArrivalSection.Poisson(1),
                Requests = 50,
                Turns = new LengthSection.Fixed(3),
                NewInput = new LengthSection.Fixed(30),
                Output = new LengthSection.Fixed(20),
                Think = new SpanSection.Fixed(5.Seconds()),
                Planned = new PlannedReplySection(1.Seconds(), 20.Milliseconds()),
            },
        },
    ];

    [TestCaseSource(nameof(MadeSources))]
    public void ReadText_MadeSource_IsRead(string yaml, object expected) => Assert.That(Read($"workload: {{ {yaml} }}\n").Source, Is.EqualTo(expected));

    [Test]
    public void ReadText_MadeSource_TakesWhatATraceTakes()
    {
        WorkloadSection workload = Read("workload: { burstgpt: { release: v3, duration: 2d }, models: ChatGPT, from: 9h, limit: 100, turns: after-reply }\n");
        Assert.That((workload.Models[0], workload.From, workload.Limit, workload.TurnsAfterReply), Is.EqualTo(("ChatGPT", 9.Hours(), (long?)100, true)));
        Assert.That(Read("workload: { mooncake: { requests: 5 }, quantum: 3s }\n").Quantum, Is.EqualTo(3.Seconds()));
    }

    [Test]
    public void ReadText_Mix_HasAKindForEachEntry()
    {
        GeneratorSection generator = Read("""
            workload:
              generate:
                arrivals: { poisson: 5/s }
                mix:
                  - { class: chat, share: 3, prompt: 100, output: 50 }
                  - { class: batch, model: m, priority: 5, lengths: t.csv }
                requests: 100

            """).Generator!;
        Assert.That(generator.Kinds, Is.EqualTo((KindSection[])
        [
            new() { Class = "chat", Share = 3, Lengths = new LengthPairSection.Independent(new LengthSection.Fixed(100), new LengthSection.Fixed(50)) },
            new() { Class = "batch", Model = "m", Priority = 5, Lengths = new LengthPairSection.Recorded("t.csv") },
        ]));
    }

    private static readonly object[] Processes =
    [
        new object[] { "{ constant: 5/s }", new ArrivalSection.Constant(5) },
        new object[] { "{ poisson: 300/min }", new ArrivalSection.Poisson(5) },
        new object[] { "{ gamma: { rate: 5/s, cv: 2 } }", new ArrivalSection.Gamma(5, 2) },
        new object[] { "{ weibull: { rate: 5/s, shape: 0.7 } }", new ArrivalSection.WeibullOfShape(5, 0.7) },
        new object[] { "{ weibull: { rate: 5/s, cv: 1.5 } }", new ArrivalSection.WeibullOfCv(5, 1.5) },
        new object[] { "{ onOff: { rate: 20/s, on: 10s, off: 50s } }", new ArrivalSection.OnOff(20, 10.Seconds(), 50.Seconds()) },
        new object[] { "{ onOff: { rate: 20/s, on: 10s, off: 50s, offRate: 1/s } }", new ArrivalSection.OnOff(20, 10.Seconds(), 50.Seconds(), 1) },
    ];

    [TestCaseSource(nameof(Processes))]
    public void ReadText_ArrivalProcess_IsRead(string yaml, object expected) => Assert.That(
        Read($"workload: {{ generate: {{ arrivals: {yaml}, prompt: 100, output: 10, requests: 5 }} }}\n").Generator!.Arrivals, Is.EqualTo(expected));

    [Test]
    public void ReadText_DiurnalArrivals_HaveAWeightForEachHour()
    {
        string weights = string.Join(", ", Enumerable.Range(1, 24));
        var diurnal = (ArrivalSection.Diurnal)Read($"workload: {{ generate: {{ arrivals: {{ diurnal: {{ rate: 1/s, cv: 2, profile: [{weights}] }} }}, "
            + "prompt: 100, output: 10, duration: 1d } }\n").Generator!.Arrivals!;
        Assert.That(diurnal.Profile, Is.EqualTo(Enumerable.Range(1, 24).Select(weight => (double)weight)));
        Assert.That((diurnal.RequestsPerSecond, diurnal.Cv), Is.EqualTo((1.0, 2.0)));
    }

    private static readonly object[] Lengths =
    [
        new object[] { "512", new LengthSection.Fixed(512) },
        new object[] { "{ fixed: 512 }", new LengthSection.Fixed(512) },
        new object[] { "{ uniform: { min: 2, max: 9 } }", new LengthSection.Uniform(2, 9) },
        new object[] { "{ zipf: { exponent: 1.1, max: 1023 } }", new LengthSection.Zipf(1.1, 1023) },
        new object[] { "{ logNormal: { mean: 1000, cv: 1.2 } }", new LengthSection.LogNormal(1000, 1.2, null) },
        new object[] { "{ logNormal: { mean: 1000, cv: 1.2, max: 4096 } }", new LengthSection.LogNormal(1000, 1.2, 4096) },
        new object[] { "{ geometric: 2.5 }", new LengthSection.Geometric(2.5) },
        new object[] { "{ empirical: t.csv }", new LengthSection.Empirical("t.csv") },
    ];

    [TestCaseSource(nameof(Lengths))]
    public void ReadText_LengthDistribution_IsRead(string yaml, object expected) => Assert.That(
        Read($"workload: {{ generate: {{ arrivals: {{ poisson: 1/s }}, prompt: {yaml}, output: 10, requests: 5 }} }}\n").Generator!.Kinds.Single().Lengths,
        Is.EqualTo(new LengthPairSection.Independent((LengthSection)expected, new LengthSection.Fixed(10))));

    private static readonly object[] Spans =
    [
        new object[] { "5s", new SpanSection.Fixed(5.Seconds()) },
        new object[] { "{ fixed: 5s }", new SpanSection.Fixed(5.Seconds()) },
        new object[] { "{ exponential: 5s }", new SpanSection.Exponential(5.Seconds()) },
        new object[] { "{ gamma: { mean: 5s, cv: 2 } }", new SpanSection.Gamma(5.Seconds(), 2) },
        new object[] { "{ weibull: { mean: 5s, cv: 2 } }", new SpanSection.Weibull(5.Seconds(), 2) },
        new object[] { "{ logNormal: { median: 5s, p90: 20s } }", new SpanSection.LogNormal(5.Seconds(), 20.Seconds()) },
    ];

    [TestCaseSource(nameof(Spans))]
    public void ReadText_ThinkTime_IsRead(string yaml, object expected) => Assert.That(
        Read($"workload: {{ trace: t.csv, closedLoop: {{ concurrency: 16, thinkTime: {yaml}, duration: 10min }} }}\n").ClosedLoop,
        Is.EqualTo(new ClosedLoopSection { Concurrency = 16, ThinkTime = (SpanSection)expected, Duration = 10.Minutes() }));

    [Test]
    public void ReadText_ClosedLoop_TakesAnySource()
    {
        Assert.That(Read("workload: { generate: { prompt: 9, output: 9, requests: 9 }, closedLoop: { concurrency: 1 } }\n").ClosedLoop,
            Is.EqualTo(new ClosedLoopSection { Concurrency = 1 }));
        Assert.That(Read("workload: { generate: { prompt: 9, output: 9 }, closedLoop: { concurrency: 1, duration: 1h } }\n").Generator!.Requests, Is.Null);
        Assert.That(Read("workload: { mooncake: {}, closedLoop: { concurrency: 1, duration: 1h } }\n").Source, Is.EqualTo(new MooncakeSection()));
    }

    [TestCase("workload: {}", "s.yaml:1:11: workload needs one of 'trace', 'generate', 'burstgpt', 'mooncake', 'servegen', 'fit' or 'sessions'")]
    [TestCase("workload:", "s.yaml:1:10: workload has no value; give its keys on indented lines below, or remove it")]
    [TestCase("workload: t.csv", "s.yaml:1:11: workload: expected a mapping of keys and values, got 't.csv'")]
    [TestCase("workload: { trace: [t.csv] }", "s.yaml:1:20: workload.trace: expected a single value, got a list")]
    [TestCase("workload: { trace: t.csv, fit: f.json }",
        "s.yaml:1:27: workload takes only one of 'trace', 'generate', 'burstgpt', 'mooncake', 'servegen', 'fit' or 'sessions'")]
    [TestCase("workload: { trace: t.csv, from: 2h, to: 1h }", "s.yaml:1:41: workload.to: the window is empty: it must end after 'from', 7200 s")]
    [TestCase("workload: { trace: t.csv, rate: 5/s, speedup: 2 }",
        "s.yaml:1:38: workload.speedup: 'rate' already sets how fast requests arrive; keep one of the two")]
    [TestCase("workload: { trace: t.csv, arrivals: { poisson: 1/s }, rate: 5/s }",
        "s.yaml:1:55: workload.rate: 'arrivals' takes the place of the times that it would change; keep one of the two")]
    [TestCase("workload: { trace: t.csv, loops: 2, loopUntil: 1h }",
        "s.yaml:1:27: workload.loops: 'loopUntil' already sets how long the requests are played; keep one of the two")]
    [TestCase("workload: { trace: t.csv, rate: 2000000/s }", "s.yaml:1:33: workload.rate: '2000000/s' is too fast: rates go up to 1000000/s")]
    [TestCase("workload: { trace: t.csv, turns: waiting }",
        "s.yaml:1:34: workload.turns: unknown order of turns 'waiting'; known: recorded, after-reply")]
    [TestCase("workload: { trace: t.csv, format: azure, quantum: 3s }",
        "s.yaml:1:42: workload.quantum: only 'mooncake' traces have timestamps in steps, and this one is 'azure'")]
    [TestCase("workload: { trace: t.csv, format: azure, columns: { arrival: a, prompt: p, output: o } }",
        "s.yaml:1:42: workload.columns: the format 'azure' has columns of its own; only 'csv' takes a column map")]
    [TestCase("workload: { trace: t.csv, format: csv, columns: { arrival: a, prompt: p } }",
        "s.yaml:1:49: 'output' is missing in workload.columns; it is the column of output tokens")]
    [TestCase("workload: { trace: t.csv, columns: { prompt: p, output: o } }",
        "s.yaml:1:36: workload.columns: 'arrival' is missing; it is the column of arrival times, or give 'arrivals' or 'closedLoop'")]
    [TestCase("workload: { trace: t.csv, columns: { arrival: a, prompt: p, output: o, separator: ', ' } }",
        "s.yaml:1:83: workload.columns.separator: expected one character such as ';', or tab, got ', '")]
    [TestCase("workload: { trace: t.csv, columns: { arrival: a, arrivalUnit: sec, prompt: p, output: o } }",
        "s.yaml:1:63: workload.columns.arrivalUnit: unknown unit of arrivals 'sec'; known: s, ms, us, ns, date")]
    [TestCase("workload: { trace: t.csv, models: [] }", "s.yaml:1:35: workload.models is an empty list; remove it or name at least one")]
    [TestCase("workload: { trace: t.csv, closedLoop: { concurrency: 4 }, speedup: 2 }",
        "s.yaml:1:59: workload.speedup: a closed loop sends requests when clients are free, not by the clock")]
    [TestCase("workload: { generate: { arrivals: { poisson: 1/s }, prompt: 1, output: 1, requests: 1 }, format: csv }",
        "s.yaml:1:90: workload.format: only a trace takes it, and this workload is generated")]
    [TestCase("workload: { burstgpt: { requests: 1 }, quantum: 3s }", "s.yaml:1:40: workload.quantum: only 'mooncake' requests have times in steps")]
    [TestCase("workload: { burstgpt: {} }", "s.yaml:1:23: workload.burstgpt: it would never end; give 'requests', 'duration' or both")]
    [TestCase("workload: { burstgpt: { release: v2, requests: 1 } }", "s.yaml:1:34: workload.burstgpt.release: unknown release 'v2'; known: v1, v3")]
    [TestCase("workload: { servegen: { clients: c.csv } }",
        "s.yaml:1:23: 'lengths' is missing in workload.servegen; it is the table of quantiles of lengths")]
    [TestCase("workload: { fit: { scale: 2 } }", "s.yaml:1:18: 'file' is missing in workload.fit; it is what 'simulator trace fit' wrote")]
    [TestCase("workload: { generate: { prompt: 1, output: 1, requests: 1 } }",
        "s.yaml:1:23: workload.generate: 'arrivals' is missing; it is an arrival process such as { poisson: 5/s }, or use 'closedLoop'")]
    [TestCase("workload: { generate: { arrivals: { poisson: 1/s }, prompt: 1, output: 1 } }",
        "s.yaml:1:23: workload.generate: it would never end; give 'requests', 'duration' or both")]
    [TestCase("workload: { generate: { prompt: 1, output: 1 }, closedLoop: { concurrency: 4 } }",
        "s.yaml:1:23: workload.generate: it would never end; give 'requests', or 'duration' in 'closedLoop'")]
    [TestCase("workload: { generate: { prompt: 1, output: 1, requests: 9, duration: 1h }, closedLoop: { concurrency: 4 } }",
        "s.yaml:1:60: workload.generate.duration: a closed loop sends when clients are free; give 'requests' here, or 'duration' in 'closedLoop'")]
    [TestCase("workload: { generate: { arrivals: { poisson: 1/s }, mix: [{ prompt: 1, output: 1 }], prompt: 1, requests: 1 } }",
        "s.yaml:1:86: workload.generate.prompt: each entry of 'mix' has its own")]
    [TestCase("workload: { generate: { arrivals: { poisson: 1/s }, lengths: t.csv, output: 1, requests: 1 } }",
        "s.yaml:1:69: workload.generate.output: 'lengths' draws prompts with their outputs from a trace; keep one of the two")]
    [TestCase("workload: { generate: { arrivals: { poisson: 1/s }, prompt: 1, output: 1, share: 2, requests: 1 } }",
        "s.yaml:1:75: unknown key 'share' in workload.generate; valid keys: arrivals, mix, lengths, prompt, output, model, class, priority, requests, duration")]
    [TestCase("workload: { generate: { arrivals: { poisson: 1/s, gamma: { rate: 1/s, cv: 1 } }, prompt: 1, output: 1, requests: 1 } }",
        "s.yaml:1:51: workload.generate.arrivals takes only one of 'constant', 'poisson', 'gamma', 'weibull', 'onOff' or 'diurnal'")]
    [TestCase("workload: { generate: { arrivals: { weibull: { rate: 1/s, shape: 1, cv: 1 } }, prompt: 1, output: 1, requests: 1 } }",
        "s.yaml:1:69: workload.generate.arrivals.weibull takes only one of 'shape' or 'cv'")]
    [TestCase("workload: { generate: { arrivals: { onOff: { rate: 1/h, on: 1s, off: 1s } }, prompt: 1, output: 1, requests: 1 } }",
        "s.yaml:1:61: workload.generate.arrivals.onOff.on: such a burst has less than 0.001 requests in the mean; make it longer or the rate higher")]
    [TestCase("workload: { generate: { arrivals: { diurnal: { rate: 1/s, profile: [1, 2] } }, prompt: 1, output: 1, requests: 1 } }",
        "s.yaml:1:68: workload.generate.arrivals.diurnal.profile: expected 24 weights, one for each hour from midnight, got 2")]
    [TestCase("workload: { generate: { arrivals: { poisson: 1/s }, output: 1, requests: 1 } }",
        "s.yaml:1:23: workload.generate: 'prompt' is missing; it is a number of tokens, or a distribution such as { logNormal: { mean: 1000, cv: 1.2 } }")]
    [TestCase("workload: { generate: { arrivals: { poisson: 1/s }, prompt: { uniform: { min: 9, max: 2 } }, output: 1, requests: 1 } }",
        "s.yaml:1:87: workload.generate.prompt.uniform.max: it is below 'min', 9")]
    [TestCase("workload: { sessions: { starts: { poisson: 1/s }, turns: 3, newInput: 9, output: 9, think: 1s } }",
        "s.yaml:1:23: workload.sessions: 'count' is missing; it is the number of sessions")]
    [TestCase("workload: { sessions: { starts: { poisson: 1/s }, count: 3, turns: 3, newInput: 9, output: 9, think: 1s, requests: 5 } }",
        "s.yaml:1:106: workload.sessions.requests: turns wait for replies, so that only the number of sessions is known: give 'count'")]
    [TestCase("workload: { sessions: { starts: { poisson: 1/s }, count: 3, turns: 3, newInput: 9, output: 9, think: 1s }, limit: 5 }",
        "s.yaml:1:108: workload.limit: sessions send a turn when the reply before it is there; give them 'planned' for a list of requests")]
    [TestCase("workload: { sessions: { starts: { poisson: 1/s }, count: 3, turns: 3, newInput: 9, output: 9, think: 1s, planned: { response: 1s }, requests: 9 } }",
        "s.yaml:1:51: workload.sessions.count: planned turns are a list of requests; end it with 'requests' or 'duration'")]
    [TestCase("workload: { sessions: { starts: { poisson: 1/s }, count: 3, newInput: 9, output: 9, think: 1s } }",
        "s.yaml:1:23: workload.sessions: 'turns' is missing; it is a number of turns, or a distribution such as { geometric: 2.9 }")]
    [TestCase("workload: { sessions: { starts: { poisson: 1/s }, count: 3, turns: 3, newInput: 9, output: 9, think: { logNormal: { median: 9s, p90: 1s } } } }",
        "s.yaml:1:134: workload.sessions.think.logNormal.p90: it is below the median, 9 s")]
    public void ReadText_FaultyWorkload_SaysWhy(string workload, string fault) => Assert.That(
        Assert.Throws<ScenarioException>(() => Read(workload + "\n"))!.Faults, Is.EqualTo((string[])[fault]));

    private static WorkloadSection Read(string workload) => ScenarioReader.ReadText(workload + Cluster, "s.yaml").Workload;
}
