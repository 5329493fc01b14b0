using Simulator.Planning.Fronts;

namespace Simulator.Planning.Search;

/// <summary>The best of the plans that were looked at. It holds those alone, however many there were.</summary>
public sealed class SearchResult
{
    private readonly IReadOnlyList<Constraint> _constraints;
    private readonly (PlanOutcome Outcome, double Value)?[] _best;
    private readonly ParetoFront<PlanOutcome>[] _fronts;

    internal SearchResult(IReadOnlyList<Objective> objectives, IReadOnlyList<IReadOnlyList<Objective>> fronts, IReadOnlyList<Constraint> constraints)
    {
        Objectives = objectives;
        FrontObjectives = fronts;
        _constraints = constraints;
        _best = new (PlanOutcome, double)?[objectives.Count];
        _fronts = [.. fronts.Select(front => new ParetoFront<PlanOutcome>([.. front.Select(objective => objective.HigherIsBetter)]))];
    }

    /// <summary>What plans were compared by.</summary>
    public IReadOnlyList<Objective> Objectives { get; }

    /// <summary>The objectives of each front.</summary>
    public IReadOnlyList<IReadOnlyList<Objective>> FrontObjectives { get; }

    /// <summary>For each objective, the best plan and its value, the first of equal ones; null when no plan that keeps the constraints has a value.</summary>
    public IReadOnlyList<(PlanOutcome Outcome, double Value)?> Best => _best;

    /// <summary>For each of <see cref="FrontObjectives"/>, the plans that keep the constraints and that no other is at least as good as.</summary>
    public IReadOnlyList<ParetoFront<PlanOutcome>> Fronts => _fronts;

    /// <summary>What became of the baselines; their number in the space is −1.</summary>
    public IReadOnlyList<(Baseline Baseline, PlanOutcome Outcome)> Baselines { get; internal set; } = [];

    /// <summary>Plans that were looked at.</summary>
    public long Plans { get; private set; }

    /// <summary>Those that can run.</summary>
    public long Feasible { get; private set; }

    /// <summary>Those that can run and keep the constraints.</summary>
    public long Admissible { get; private set; }

    /// <summary>Whether a plan can run and keeps every constraint.</summary>
    public bool IsAdmissible(PlanOutcome outcome) => outcome.Fit.Feasible && _constraints.All(constraint => constraint.IsMetBy(outcome));

    internal void Add(PlanOutcome outcome)
    {
        Plans++;
        if (outcome.Fit.Feasible) Feasible++;
        if (!IsAdmissible(outcome)) return;
        Admissible++;
        for (int i = 0; i < _best.Length; i++)
        {
            if (Objectives[i].Value(outcome) is { } value && (_best[i] is not { } best || Objectives[i].IsBetter(value, best.Value)))
                _best[i] = (outcome, value);
        }
        for (int i = 0; i < _fronts.Length; i++)
        {
            double?[] values = [.. FrontObjectives[i].Select(objective => objective.Value(outcome))];
            if (values.All(value => value is not null)) _fronts[i].Add(outcome, [.. values.Select(value => value!.Value)]);
        }
    }
}
