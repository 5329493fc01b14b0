namespace Simulator.Tests.Models.Batching;

/// <summary>
/// Vidur written down once more, the plain way, as its Python is: an event heap, seconds in floating point, one entry a key in the
/// tables, every request on its own. It shares nothing with the engine, and is the oracle for it.
/// </summary>
/// <remarks>
/// Beyond Vidur it knows swapping and the plain sum of prompt tokens, as vLLM v0 has them. Unlike Vidur, a request that is preempted amid its
/// prompt keeps its whole prompt.
/// </remarks>
internal sealed class NaiveVidur(NaiveVidur.Settings settings, IReadOnlyDictionary<(string, int, int), double> tables)
{
    private readonly PriorityQueue<Action, (double Time, long Id)> _events = new();
    private readonly List<Replica> _replicas = [];
    private double _now;
    private long _eventId;
    private int _routed;

    public List<Batch> Batches { get; } = [];

    public static readonly string[] TokenOperators =
    [
        "attn_pre_proj", "attn_post_proj", "mlp_up_proj", "mlp_down_proj", "mlp_act", "input_layernorm", "post_attention_layernorm",
        "attn_rope", "add",
    ];

    public void Run(IReadOnlyList<Request> requests)
    {
        for (int i = 0; i < settings.Replicas; i++) _replicas.Add(new Replica(settings.Stages));
        foreach (Request request in requests) At(request.Arrival, () => Arrive(request));
        while (_events.TryDequeue(out Action? action, out (double Time, long Id) key))
        {
            _now = key.Time;
            action();
        }
    }

    private void At(double time, Action action) => _events.Enqueue(action, (time, _eventId++));

    private void Arrive(Request request)
    {
        int chosen = _routed++ % settings.Replicas;
        if (settings.Router == "lor") chosen = Enumerable.Range(0, settings.Replicas).MinBy(i => (_replicas[i].Queue.Count + _replicas[i].Swapped.Count, i));
        request.Replica = chosen;
        _replicas[chosen].Queue.Add(request);
        At(_now, () => Schedule(_replicas[chosen]));
    }

    private void Schedule(Replica replica)
    {
        while (replica.InFlight < settings.Stages)
        {
            Batch batch = new(replica, _now);
            if (settings.Scheduler == "vllm") ComposeVllm(replica, batch);
            else ComposeSarathi(replica, batch);
            if (batch.Rows.Count == 0) break;
            replica.InFlight++;
            batch.Prefill = batch.Rows.Where(row => !row.Request.PrefillDone).Sum(row => row.Tokens);
            foreach (Row row in batch.Rows) row.Request.Scheduled ??= _now;
            Batches.Add(batch);
            At(_now, () => ArriveAtStage(batch, 0));
        }
    }

    private void ArriveAtStage(Batch batch, int stage)
    {
        batch.Replica.StageQueues[stage].Enqueue(batch);
        At(_now, () => ScheduleStage(batch.Replica, stage));
    }

    private void ScheduleStage(Replica replica, int stage)
    {
        if (replica.StageBusy[stage] || replica.StageQueues[stage].Count == 0) return;
        replica.StageBusy[stage] = true;
        Batch batch = replica.StageQueues[stage].Dequeue();
        At(_now + StageSeconds(batch, stage), () => EndStage(batch, stage));
    }

    private void EndStage(Batch batch, int stage)
    {
        batch.Replica.StageBusy[stage] = false;
        At(_now, () => ScheduleStage(batch.Replica, stage));
        if (stage < settings.Stages - 1) At(_now, () => ArriveAtStage(batch, stage + 1));
        else At(_now, () => End(batch));
    }

    private void End(Batch batch)
    {
        Replica replica = batch.Replica;
        batch.End = _now;
        replica.InFlight--;
        foreach (Row row in batch.Rows)
        {
            Request request = row.Request;
            request.Processed += row.Tokens;
            if (request.Processed == request.Prompt)
            {
                request.PrefillDone = true;
                request.Processed++;
                request.FirstToken ??= _now;
            }
            if (request.Processed == request.Prompt + request.Output)
            {
                request.Completed = _now;
                replica.Allocated.Remove(request);
            }
            else
            {
                replica.Running.Add(request);
            }
        }
        At(_now, () => Schedule(replica));
    }

    private int Free(Replica replica) => settings.Blocks - replica.Allocated.Values.Sum();

    private int BlocksFor(int tokens) => (tokens + settings.BlockTokens - 1) / settings.BlockTokens;

    private int Watermark => (int)(settings.Watermark * settings.Blocks);

    private int MicroBatch => settings.Cap / settings.Stages;

    private bool CanAllocate(Replica replica, Request request) =>
        replica.Allocated.ContainsKey(request) ? Free(replica) >= 1 : Free(replica) - BlocksFor(request.Prompt) >= Watermark;

    private void Allocate(Replica replica, Request request)
    {
        if (!replica.Allocated.TryAdd(request, BlocksFor(request.Prompt)) && request.Processed > replica.Allocated[request] * settings.BlockTokens)
            replica.Allocated[request]++;
    }

    private void Preempt(Replica replica, Request victim)
    {
        victim.Restarts++;
        int blocks = BlocksFor(victim.Processed - 1);
        if (settings.HostBlocks > 0 && replica.HostBlocks + blocks <= settings.HostBlocks)
        {
            replica.HostBlocks += blocks;
            replica.Allocated.Remove(victim);
            replica.Swapped.Add(victim);
            return;
        }
        if (victim.PrefillDone)
        {
            int total = victim.Prompt + victim.Output;
            victim.Prompt = victim.Processed;
            victim.Output = total - victim.Prompt;
        }
        victim.Processed = 0;
        victim.PrefillDone = false;
        replica.Allocated.Remove(victim);
        replica.Queue.Insert(0, victim);
    }

    private void ComposeVllm(Replica replica, Batch batch)
    {
        while (replica.Swapped.Count == 0 && replica.Queue.Count > 0)
        {
            Request head = replica.Queue[0];
            if (!CanAllocate(replica, head)) break;
            int[] lengths = [.. batch.Rows.Select(row => row.Tokens), head.Prompt];
            if ((settings.Padded ? lengths.Length * lengths.Max() : lengths.Sum()) > settings.MaxTokens) break;
            if (replica.Allocated.Count == settings.Cap || batch.Rows.Count == MicroBatch) break;
            replica.Queue.RemoveAt(0);
            Allocate(replica, head);
            batch.Rows.Add(new Row(head, head.Prompt));
        }
        if (batch.Rows.Count > 0) return;
        replica.Running = [.. replica.Running.OrderBy(request => request.Arrival)];
        bool preempted = Decode(replica, batch, replica.Running);
        if (preempted) return;
        replica.Swapped = [.. replica.Swapped.OrderBy(request => request.Arrival)];
        while (replica.Swapped.Count > 0 && batch.Rows.Count < MicroBatch && replica.Allocated.Count < settings.Cap)
        {
            Request back = replica.Swapped[0];
            int blocks = BlocksFor(back.Processed - 1);
            if (Free(replica) - blocks - 1 < Watermark) break;
            replica.Swapped.RemoveAt(0);
            replica.HostBlocks -= blocks;
            replica.Allocated.Add(back, blocks);
            Allocate(replica, back);
            batch.Rows.Add(new Row(back, 1));
        }
    }

    private void ComposeSarathi(Replica replica, Batch batch)
    {
        List<Request> prompts = [];
        Decode(replica, batch, replica.Running, prompts);
        int tokens = batch.Rows.Count;
        List<Request> skipped = [];
        foreach (Request request in prompts)
        {
            int next = Math.Min(request.Prompt - request.Processed, settings.Chunk - tokens);
            if (next <= 0)
            {
                skipped.Add(request);
                continue;
            }
            tokens += next;
            batch.Rows.Add(new Row(request, next));
        }
        replica.Running = [.. skipped.Concat(replica.Running).OrderBy(request => request.Arrival)];
        while (replica.Queue.Count > 0 && replica.Allocated.Count < settings.Cap && batch.Rows.Count < MicroBatch)
        {
            Request head = replica.Queue[0];
            int next = Math.Min(head.Prompt, settings.Chunk - tokens);
            if (!CanAllocate(replica, head) || next <= 0) break;
            replica.Queue.RemoveAt(0);
            Allocate(replica, head);
            tokens += next;
            batch.Rows.Add(new Row(head, next));
        }
    }

    private bool Decode(Replica replica, Batch batch, List<Request> running, List<Request>? prompts = null)
    {
        bool preempted = false;
        while (running.Count > 0 && batch.Rows.Count < MicroBatch)
        {
            Request request = running[0];
            running.RemoveAt(0);
            if (!request.PrefillDone)
            {
                prompts!.Add(request);
                continue;
            }
            bool self = false;
            while (!self && !CanAllocate(replica, request))
            {
                preempted = true;
                self = running.Count == 0;
                Request victim = self ? request : running[^1];
                running.Remove(victim);
                Preempt(replica, victim);
            }
            if (self) continue;
            Allocate(replica, request);
            batch.Rows.Add(new Row(request, 1));
        }
        return preempted;
    }

    private double StageSeconds(Batch batch, int stage)
    {
        int tokens = batch.Rows.Sum(row => row.Tokens);
        int rounded = (tokens + 7) / 8 * 8;
        double milliseconds = TokenOperators.Sum(name => tables[(name, rounded, 0)]) + tables[("attn_kv_cache_save", tokens, 0)];
        Row[] decodes = [.. batch.Rows.Where(row => row.Request.PrefillDone)], prompts = [.. batch.Rows.Where(row => !row.Request.PrefillDone)];
        if (decodes.Length > 0)
        {
            int mean = (int)decodes.Average(row => row.Request.Processed);
            milliseconds += tables[("attn_decode", decodes.Length, (mean + 63) / 64 * 64)] * (settings.Grouped && decodes.Length > 1 ? 1.1 : 1);
        }
        if (prompts.Length > 0)
        {
            int kv = prompts.Sum(row => (row.Request.Processed + 63) / 64 * 64);
            int chunk = (int)Math.Round(Math.Pow(prompts.Sum(row => row.Tokens * row.Tokens), 0.5));
            milliseconds += tables[("attn_prefill", kv, chunk * chunk)] * (settings.Grouped && prompts.Length > 1 ? 1.1 : 1);
        }
        if (settings.Tensor > 1) milliseconds += 2 * (tables[("all_reduce", rounded, 0)] + 0.02);
        milliseconds *= settings.LayersPerStage;
        if (stage < settings.Stages - 1) milliseconds += tables[("send_recv", rounded, 0)];
        return milliseconds * 1e-3;
    }

    internal sealed record Settings(string Scheduler, int Blocks, int BlockTokens)
    {
        public int Replicas { get; init; } = 1;
        public string Router { get; init; } = "round_robin";
        public int Stages { get; init; } = 1;
        public int Tensor { get; init; } = 1;
        public int LayersPerStage { get; init; } = 2;
        public bool Grouped { get; init; }
        public int Cap { get; init; } = 128;
        public int MaxTokens { get; init; } = 4096;
        public int Chunk { get; init; } = 512;
        public double Watermark { get; init; } = 0.01;
        public bool Padded { get; init; } = true;
        public int HostBlocks { get; init; }
    }

    internal sealed class Request(int id, double arrival, int prompt, int output)
    {
        public int Id => id;
        public double Arrival => arrival;
        public int Prompt = prompt;
        public int Output = output;
        public int Processed;
        public bool PrefillDone;
        public int Replica;
        public int Restarts;
        public double? Scheduled;
        public double? FirstToken;
        public double? Completed;

        public bool IsComplete => Completed is not null;
    }

    internal sealed record Row(Request Request, int Tokens);

    internal sealed class Batch(Replica replica, double start)
    {
        public Replica Replica => replica;
        public double Start => start;
        public double End;
        public int Prefill;
        public List<Row> Rows { get; } = [];
    }

    internal sealed class Replica(int stages)
    {
        public List<Request> Queue { get; } = [];
        public List<Request> Running = [];
        public List<Request> Swapped = [];
        public Dictionary<Request, int> Allocated { get; } = [];
        public int HostBlocks;
        public int InFlight;
        public bool[] StageBusy { get; } = new bool[stages];
        public Queue<Batch>[] StageQueues { get; } = [.. Enumerable.Range(0, stages).Select(_ => new Queue<Batch>())];
    }
}
