namespace Simulator.Models.Costs;

/// <summary>Seconds of one pass by where in the pipeline they fall.</summary>
internal struct StageSeconds : IOperatorSink
{
    private double _before;
    private double _after;
    private double _hop;
    private double _kind0;
    private double _kind1;
    private double _kind2;
    private double _kind3;

    public void Add(in OperatorCost cost)
    {
        switch (cost.LayerKind)
        {
            case 0: _kind0 += cost.Seconds; return;
            case 1: _kind1 += cost.Seconds; return;
            case 2: _kind2 += cost.Seconds; return;
            case 3: _kind3 += cost.Seconds; return;
            default: break;
        }
        if (cost.Operator == Operator.StageTransfer)
            _hop += cost.Seconds;
        else if (cost.Operator is Operator.HostSchedule or Operator.HostPrepare or Operator.Embedding or Operator.EmbeddingAllReduce)
            _before += cost.Seconds;
        else
            _after += cost.Seconds;
    }

    /// <summary>Both together.</summary>
    public static StageSeconds operator +(in StageSeconds a, in StageSeconds b) => new()
    {
        _before = a._before + b._before,
        _after = a._after + b._after,
        _hop = a._hop + b._hop,
        _kind0 = a._kind0 + b._kind0,
        _kind1 = a._kind1 + b._kind1,
        _kind2 = a._kind2 + b._kind2,
        _kind3 = a._kind3 + b._kind3,
    };

    /// <summary>Adds the host's work before the pass and after it.</summary>
    public void AddHost(double before, double after)
    {
        _before += before;
        _after += after;
    }

    /// <summary>Divides a time between the stages in proportion to their seconds; the parts sum to it.</summary>
    /// <param name="time">The time.</param>
    /// <param name="layers">Layers of each kind in each stage.</param>
    /// <param name="times">Receives the time of each stage.</param>
    public readonly void Divide(long time, ReadOnlySpan<double> layers, Span<long> times)
    {
        double all = 0;
        for (int stage = 0; stage < times.Length; stage++) all += Of(stage, layers, times.Length);
        double until = 0;
        long given = 0;
        for (int stage = 0; stage < times.Length; stage++)
        {
            until += Of(stage, layers, times.Length);
            long end = stage == times.Length - 1 || all == 0 ? time : (long)(time * Math.Min(1, until / all));
            times[stage] = end - given;
            given = end;
        }
    }

    private readonly double Of(int stage, ReadOnlySpan<double> layers, int stages)
    {
        ReadOnlySpan<double> own = layers.Slice(stage * RooflineCompiler.MaxKinds, RooflineCompiler.MaxKinds);
        double seconds = own[0] * _kind0 + own[1] * _kind1 + own[2] * _kind2 + own[3] * _kind3;
        return seconds + (stage == 0 ? _before : 0) + (stage == stages - 1 ? _after : _hop);
    }
}
