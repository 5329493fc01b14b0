namespace Simulator.Planning.Apex;

/// <summary>What a batch can do next.</summary>
internal enum BatchState
{
    /// <summary>It has an iteration to run.</summary>
    Run,

    /// <summary>It waits for the next arrival.</summary>
    Wait,

    /// <summary>All its requests are finished.</summary>
    Done,

    /// <summary>It can neither run nor wait: a request does not fit.</summary>
    Stuck,
}

/// <summary>
/// Batching of the requests of one attention replica (the loop of <c>Simulator.sub_simulate</c>): running requests decode one token
/// each; when the KV cache overflows the last of them is stopped; stopped requests come back before new ones are admitted, in the
/// order of the trace and with their whole prompt at once.
/// </summary>
internal sealed class ApexBatch
{
    private readonly ApexRequest[] _requests;
    private readonly ApexFidelity _fidelity;
    private readonly long _capacity;
    private readonly int _maxBatchSize;
    private readonly int[] _generated;
    private readonly int[] _running;
    private readonly PriorityQueue<int, int> _stopped = new();
    private readonly List<double>[]? _tokenTimes;
    private int _count;
    private int _next;
    private long _cached;
    private long _budget;

    /// <param name="requests">The requests in the order of admission.</param>
    /// <param name="problem">The problem.</param>
    /// <param name="fidelity">How preempted requests come back and how latencies are counted.</param>
    /// <param name="capacity">Tokens that the KV cache holds.</param>
    public ApexBatch(ApexRequest[] requests, ApexProblem problem, ApexFidelity fidelity, long capacity)
    {
        (_requests, _fidelity, _capacity, _maxBatchSize) = (requests, fidelity, capacity, problem.MaxBatchSize);
        _generated = new int[requests.Length];
        _running = new int[requests.Length];
        Stamps = new double[requests.Length];
        Times = new ApexRequestTimes[requests.Length];
        if (problem.KeepTokenTimes && fidelity == ApexFidelity.Compatible) _tokenTimes = [.. requests.Select(_ => new List<double>())];
    }

    /// <summary>The iteration that was composed last.</summary>
    public BatchShape Shape { get; private set; }

    /// <summary>Iterations, at least 1, that will be the same as the one composed unless a request arrives by <see cref="NextArrival"/>.</summary>
    public int Steady { get; private set; }

    /// <summary>When a request arrives that could be admitted, µs; infinite when none could.</summary>
    public double NextArrival { get; private set; }

    /// <summary>When each request finished, µs.</summary>
    public double[] Stamps { get; }

    /// <summary>Latencies of each request.</summary>
    public ApexRequestTimes[] Times { get; }

    /// <summary>Times of the tokens of each request, where they are kept.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? TokenTimes => _tokenTimes;

    /// <summary>Requests in the batch.</summary>
    public int Running => _count;

    /// <summary>What is wrong with a batch that is stuck.</summary>
    public string Fault => _stopped.Count > 0
        ? $"request {_stopped.Peek()} of a replica outgrows the KV cache of {_capacity} tokens"
        : $"request {_next} of a replica has {_requests[_next].InputTokens} prompt tokens; neither the KV cache of {_capacity} tokens " +
          $"nor the {_budget} tokens of an iteration hold them";

    /// <summary>Composes the next iteration.</summary>
    /// <param name="clock">Requests that arrived by now can be admitted, µs.</param>
    /// <param name="budget">Tokens of the iteration beyond which no prompt is taken.</param>
    public BatchState Compose(double clock, long budget)
    {
        _budget = budget;
        int prompts = 0;
        long promptTokens = 0;
        bool resumed = false;
        int decodes = Decode();
        while (_stopped.TryPeek(out int id, out _))
        {
            int length = _requests[id].InputTokens + _generated[id];
            if (_fidelity == ApexFidelity.Compatible)
            {
                if (_cached + length + 1 > _capacity) break;
                _cached += length + 1;
                decodes++;
            }
            else
            {
                if (_cached + length > _capacity || promptTokens + decodes + length > budget) break;
                _cached += length;
                prompts++;
                promptTokens += length;
            }
            _running[_count++] = _stopped.Dequeue();
            resumed = true;
        }
        NextArrival = double.PositiveInfinity;
        if (_stopped.Count == 0) Admit(clock, decodes, ref prompts, ref promptTokens);
        Shape = new(prompts, promptTokens, decodes);
        Steady = prompts == 0 && !resumed && decodes > 0 ? SteadyIterations() : 1;
        if (_count > 0) return BatchState.Run;
        if (_next == _requests.Length && _stopped.Count == 0) return BatchState.Done;
        return double.IsFinite(NextArrival) ? BatchState.Wait : BatchState.Stuck;
    }

    /// <summary>Ends iterations that were equal to the one composed last.</summary>
    /// <param name="iterations">How many, at most <see cref="Steady"/>.</param>
    /// <param name="tokenMicroseconds">What APEX counts for a token of each, µs.</param>
    /// <param name="clock">When the last of them ended, µs.</param>
    public void Advance(int iterations, double tokenMicroseconds, double clock)
    {
        _cached += (long)_count * (iterations - 1);
        int kept = 0;
        for (int i = 0; i < _count; i++)
        {
            int id = _running[i];
            ApexRequest request = _requests[id];
            bool first = _generated[id] == 0;
            _generated[id] += iterations;
            ref ApexRequestTimes times = ref Times[id];
            if (_fidelity == ApexFidelity.Compatible)
            {
                double total = times.TotalMicroseconds + iterations * tokenMicroseconds;
                times = new(first ? tokenMicroseconds : times.FirstTokenMicroseconds, total, _generated[id]);
                for (int k = 0; _tokenTimes != null && k < iterations; k++) _tokenTimes[id].Add(tokenMicroseconds);
            }
            else
            {
                double since = clock - request.ArrivalMicroseconds;
                times = new(first ? since : times.FirstTokenMicroseconds, since, _generated[id]);
            }
            if (_generated[id] < request.OutputTokens)
            {
                _running[kept++] = id;
                continue;
            }
            _cached -= request.InputTokens + _generated[id] - 1;
            Stamps[id] = clock;
        }
        _count = kept;
    }

    /// <summary>Gives every running request one more token in the KV cache, and stops the last ones while it overflows.</summary>
    private int Decode()
    {
        if (_cached + _count <= _capacity)
        {
            _cached += _count;
            return _count;
        }
        int kept = 0;
        int end = _count;
        for (int i = 0; i < end; i++)
        {
            while (_cached + 1 > _capacity && i + 1 < end) Stop(_running[--end]);
            if (_cached + 1 > _capacity)
            {
                Stop(_running[i]);
                break;
            }
            _cached++;
            _running[kept++] = _running[i];
        }
        _count = kept;
        return kept;
    }

    /// <summary>Stops a request. APEX takes one token too many from the cache, and puts it back when the request resumes.</summary>
    private void Stop(int id)
    {
        _stopped.Enqueue(id, id);
        _cached -= _requests[id].InputTokens + _generated[id] - (_fidelity == ApexFidelity.Compatible ? 0 : 1);
    }

    private void Admit(double clock, int decodes, ref int prompts, ref long promptTokens)
    {
        while (_next < _requests.Length)
        {
            int input = _requests[_next].InputTokens;
            if (_cached + input > _capacity || promptTokens + decodes + input > _budget) return;
            if (_maxBatchSize != 0 && _count == _maxBatchSize) return;
            if (_requests[_next].ArrivalMicroseconds > clock)
            {
                NextArrival = _requests[_next].ArrivalMicroseconds;
                return;
            }
            _cached += input;
            prompts++;
            promptTokens += input;
            _running[_count++] = _next++;
        }
    }

    /// <summary>Until the first request finishes or the KV cache overflows; what kept others out until now keeps them out until then.</summary>
    private int SteadyIterations()
    {
        long steady = 1 + (_capacity - _cached) / _count;
        for (int i = 0; i < _count; i++)
        {
            int id = _running[i];
            steady = Math.Min(steady, _requests[id].OutputTokens - _generated[id]);
        }
        return (int)Math.Max(steady, 1);
    }
}
