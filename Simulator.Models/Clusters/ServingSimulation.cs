using Simulator.Core;
using Simulator.Core.Events;
using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Models.Engines;
using Simulator.Models.Results;
using Simulator.Models.Routing;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Models.Clusters;

/// <summary>Runs a workload through a cluster.</summary>
/// <remarks>
/// A run is a pure function of cluster, workload and seed: the same bytes every time (invariant 6). It holds the requests in flight, not the
/// workload.
/// </remarks>
public sealed class ServingSimulation : IEventHandler, IReplicaOwner
{
    private const int ProgressEvery = 1024;

    private readonly Simulation _simulation = new();
    private readonly IWorkload _workload;
    private readonly RunOptions _options;
    private readonly Dictionary<string, Pool> _poolOf = [];
    private readonly List<Replica> _replicas = [];
    private readonly List<PoolSpec> _specs = [];
    private readonly RunStatistics _statistics;
    private readonly Dictionary<string, OperatorTotals> _operators = [];
    private readonly List<(RequestRecord Record, int Group)> _ended = [];
    private Pool? _otherModels;
    private EventHandle _arrivalEvent;
    private SimTime? _arrivalAt;

    private ServingSimulation(ClusterSpec cluster, IWorkload workload, ulong seed, RunOptions options)
    {
        _workload = workload;
        _options = options;
        _statistics = new RunStatistics(options);
        RandomStreams random = new(seed);
        foreach (IGrouping<string, PoolSpec> alike in cluster.Pools.GroupBy(PoolCompilation.Served)) AddPools(cluster, [.. alike], random);
    }

    private enum Signal
    {
        Arrival,
        Ended,
        Sample,
    }

    /// <summary>Runs requests that come in order of arrival, such as a trace.</summary>
    /// <inheritdoc cref="Run(ClusterSpec, IWorkload, ulong, RunOptions?)"/>
    public static RunResult Run(ClusterSpec cluster, IEnumerable<Request> requests, ulong seed = 0, RunOptions? options = null)
    {
        using TraceWorkload workload = new(requests);
        return Run(cluster, workload, seed, options);
    }

    /// <summary>Runs a workload to its end, or to the end that the options set.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="workload">The workload; it is used up.</param>
    /// <param name="seed">Seed of every random choice in the cluster.</param>
    /// <param name="options">What to measure; null for all.</param>
    /// <exception cref="ClusterException">The cluster is not valid: a plan that does not fit, two pools of one name, …</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidOperationException">A request, a router or a scheduler broke its contract; the message says which and how.</exception>
    public static RunResult Run(ClusterSpec cluster, IWorkload workload, ulong seed = 0, RunOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(workload);
        IReadOnlyList<string> faults = cluster.FindFaults();
        if (faults.Count > 0) throw new ClusterException(faults);
        options ??= new RunOptions();
        if (options.SampleEvery <= SimDuration.Zero)
            throw new ArgumentException($"SampleEvery is {options.SampleEvery}; it must be longer than 0, or null for no samples.", nameof(options));
        if (options.Until < SimTime.Zero)
            throw new ArgumentException($"Until is {options.Until}; it must be 0 or later, or null to run to the end.", nameof(options));
        return new ServingSimulation(cluster, workload, seed, options).Run(cluster, seed);
    }

    void IEventHandler.Handle(Simulation simulation, int kind, long argument)
    {
        switch ((Signal)kind)
        {
            case Signal.Arrival:
                _arrivalAt = null;
                Dispatch(_workload.Take());
                break;
            case Signal.Ended:
                foreach ((RequestRecord record, int group) in _ended) EndRequest(record, group);
                _ended.Clear();
                break;
            default:
                Sample();
                return;
        }
        ScheduleArrival();
    }

    // Which of two replicas comes first at one instant depends on when their stretches began, so ends are told in the order of replicas.
    void IReplicaOwner.OnEnded(in RequestRecord record, int group)
    {
        if (_ended.Count == 0)
            _simulation.Schedule(_simulation.Now, this, (int)Signal.Ended, 0, EventPriority.Completion);
        int place = _ended.Count;
        while (place > 0 && _ended[place - 1].Record.Replica > record.Replica) place--;
        _ended.Insert(place, (record with { Pool = _statistics.PoolOfReplica(record.Replica) }, group));
    }

    private RunResult Run(ClusterSpec cluster, ulong seed)
    {
        ScheduleArrival();
        if (_options is { SampleEvery: not null, Observer: not null })
            _simulation.Schedule(SimTime.Zero, this, (int)Signal.Sample, 0, EventPriority.Observation);
        if (_options.Until is { } until)
        {
            _simulation.RunUntil(until);
            foreach (Replica replica in _replicas) replica.StopAt(until);
        }
        else
        {
            _simulation.Run();
        }
        RunResult result = _statistics.Result(cluster, _replicas, _simulation.Now, seed);
        return _operators.Count == 0 ? result : result with { Operators = [.. cluster.Pools.SelectMany(pool => OperatorsOf(pool, result))] };
    }

    private IEnumerable<OperatorUse> OperatorsOf(PoolSpec pool, RunResult result) =>
        _operators.TryGetValue(pool.Name, out OperatorTotals? totals)
            ? totals.Result([.. result.Replicas.Where(replica => replica.Pool == pool.Name)], result.SimulatedSeconds) : [];

    /// <summary>Adds pools that serve the same requests: their router chooses among the replicas of all.</summary>
    private void AddPools(ClusterSpec cluster, PoolSpec[] alike, RandomStreams random)
    {
        int replicas = alike.Sum(spec => spec.Replicas);
        IRouter router = cluster.Router(new RouterContext(replicas, random.Stream("router/" + alike[0].Name)));
        Pool pool = new(alike[0].Name, router, [.. alike.SelectMany(spec => Replicas(spec, random))]);
        foreach (string model in alike[0].Serves) _poolOf.Add(model, pool);
        if (alike[0].Serves.Count == 0) _otherModels = pool;
    }

    private IEnumerable<ReplicaView> Replicas(PoolSpec spec, RandomStreams random)
    {
        long kvBlocks = spec.UsableBlocks();
        Costs.ICostModel costs = spec.CompileCosts();
        HostCopies[]? copies = spec.HostCopies();
        OperatorTotals? operators = _options.Operators && costs is Costs.RooflineCostModel roofline ? new(spec, roofline) : null;
        if (operators is not null) _operators.Add(spec.Name, operators);
        for (int i = 0; i < spec.Replicas; i++)
        {
            ReplicaSetup setup = new()
            {
                Index = _replicas.Count,
                Options = spec.Engine,
                ContextWindow = spec.ContextWindow(),
                KvBlocks = kvBlocks,
                Slots = spec.Plan.Pipeline,
                Ranks = spec.Plan.Data,
                Copies = copies?[i],
                Random = random.Stream($"scheduler/{spec.Name}/{i}"),
                Groups = _statistics.Groups,
                Observer = _options.Observer,
                Operators = operators,
            };
            Replica replica = costs.CreateReplica(setup, _simulation, this);
            _replicas.Add(replica);
            _specs.Add(spec);
            _statistics.AddReplica(spec.Name);
            yield return new ReplicaView(replica);
        }
    }

    private void ScheduleArrival()
    {
        if (!_workload.TryPeek(out SimTime next) || next >= _arrivalAt) return;
        _simulation.Cancel(_arrivalEvent);
        _arrivalAt = next;
        _arrivalEvent = _simulation.Schedule(next, this, (int)Signal.Arrival);
    }

    private void Dispatch(Request request)
    {
        if (FaultOf(request) is { } fault) throw new InvalidOperationException($"Request {request.Id} {fault}");
        Pool? pool = _poolOf.GetValueOrDefault(request.Model, _otherModels!);
        if (pool is null || request.IsFailure)
        {
            string name = pool?.Name ?? "";
            int refused = _statistics.Inject(request, name);
            if (request.IsFailure) EndAtOnce(request, refused, RequestOutcome.Failed, RejectionReason.None, -1, name);
            else EndAtOnce(request, refused, RequestOutcome.Rejected, RejectionReason.NoPool, -1, name);
            return;
        }
        int chosen = pool.Router.Route(new RequestView(request), pool.Replicas);
        if (chosen < 0 || chosen >= pool.Replicas.Length)
        {
            throw new InvalidOperationException(
                $"{pool.Router.GetType().Name} chose replica {chosen} of pool '{pool.Name}', which has replicas 0 to {pool.Replicas.Length - 1}.");
        }
        Replica replica = _replicas[pool.Replicas[chosen].Index];
        string served = _statistics.PoolOfReplica(replica.Index);
        int group = _statistics.Inject(request, served);
        RejectionReason refusal = replica.Submit(request, group);
        if (refusal == RejectionReason.None) return;
        replica.Statistics.Reject();
        EndAtOnce(request, group, RequestOutcome.Rejected, refusal, replica.Index, served);
    }

    private string? FaultOf(Request request)
    {
        if (request.Arrival != _simulation.Now)
            return $"was announced for {_simulation.Now} but arrives at {request.Arrival}; peeking and taking must give the same instant.";
        if (request.PromptTokens < 0 || request.OutputTokens < 0)
            return $"has {request.PromptTokens} prompt and {request.OutputTokens} output tokens; neither can be below 0.";
        if (request.QueueTimeout < SimDuration.Zero || request.Timeout < SimDuration.Zero || request.CancelAfter < SimDuration.Zero)
            return "has a timeout below 0; give 0 or more, or null for none.";
        return null;
    }

    private void EndAtOnce(Request request, int group, RequestOutcome outcome, RejectionReason reason, int replica, string pool) =>
        EndRequest(
            new RequestRecord
            {
                Request = request,
                Outcome = outcome,
                Rejection = reason,
                Pool = pool,
                Replica = replica,
                End = _simulation.Now,
            },
            group);

    private void EndRequest(in RequestRecord record, int group)
    {
        _statistics.End(record, group);
        _options.Observer?.OnRequestEnded(record);
        _workload.OnEnded(record.Request, record.Outcome, record.End);
        if (_options.Progress is { } progress && _statistics.Ended % ProgressEvery == 0) progress(_statistics.Ended);
    }

    private void Sample()
    {
        for (int i = 0; i < _replicas.Count; i++)
        {
            Replica replica = _replicas[i];
            (double nanojoules, double busyTime) = replica.Use;
            _options.Observer!.OnSample(new ReplicaSample(
                _simulation.Now, replica.Index, replica.RunningCount, replica.WaitingCount, replica.BlocksUsed, replica.GeneratedTokens)
            {
                EnergyJoules = ReplicaUse.EnergyJoules(_specs[i], nanojoules, busyTime, _simulation.Now.ToSeconds()),
            });
        }
        if (_simulation.PendingEvents > 0)
            _simulation.Schedule(_simulation.Now + _options.SampleEvery!.Value, this, (int)Signal.Sample, 0, EventPriority.Observation);
    }

    private sealed record Pool(string Name, IRouter Router, ReplicaView[] Replicas);
}
