using Simulator.Planning.Fronts;

namespace Simulator.Planning.Search;

/// <summary>The best of the plans that were looked at. It holds those alone, however many there were.</summary>
public sealed class SearchResult
{
    /// <summary>Plans that are kept for each objective.</summary>
    private const int MostContenders = 8;

    private readonly List<(int, long)> _rungs = [];
    private readonly List<(PlanOutcome Outcome, double Value)>[] _contenders;
    private readonly ParetoFront<PlanOutcome>[] _fronts;

    internal SearchResult(IReadOnlyList<Objective> objectives, IReadOnlyList<IReadOnlyList<Objective>> fronts, IReadOnlyList<Constraint> constraints)
    {
        Objectives = objectives;
        FrontObjectives = fronts;
        Constraints = constraints;
        _contenders = [.. objectives.Select(_ => new List<(PlanOutcome, double)>(MostContenders + 1))];
        _fronts = [.. fronts.Select(front => new ParetoFront<PlanOutcome>([.. front.Select(objective => objective.HigherIsBetter)]))];
    }

    /// <summary>What plans were compared by.</summary>
    public IReadOnlyList<Objective> Objectives { get; }

    /// <summary>The objectives of each front.</summary>
    public IReadOnlyList<IReadOnlyList<Objective>> FrontObjectives { get; }

    /// <summary>What plans must keep.</summary>
    public IReadOnlyList<Constraint> Constraints { get; }

    /// <summary>For each objective, the best plan and its value, the first of equal ones; null when no plan that keeps the constraints has a value.</summary>
    public IReadOnlyList<(PlanOutcome Outcome, double Value)?> Best =>
        [.. _contenders.Select(ofOne => ofOne.Count > 0 ? ofOne[0] : ((PlanOutcome, double)?)null)];

    /// <summary>For each objective, the best plans, up to 8 of them, best first.</summary>
    public IReadOnlyList<IReadOnlyList<PlanOutcome>> Contenders => [.. _contenders.Select(ofOne => (IReadOnlyList<PlanOutcome>)[.. ofOne.Select(one => one.Outcome)])];

    /// <summary>For each of <see cref="FrontObjectives"/>, the plans that keep the constraints and that no other is at least as good as.</summary>
    public IReadOnlyList<ParetoFront<PlanOutcome>> Fronts => _fronts;

    /// <summary>What became of the baselines; the number in the space of those that are not in it is −1.</summary>
    public IReadOnlyList<(Baseline Baseline, PlanOutcome Outcome)> Baselines { get; internal set; } = [];

    /// <summary>Plans that ran all requests, or cannot run.</summary>
    public long Plans { get; private set; }

    /// <summary>The rungs of a halving search, first to last: the first requests that ran, and the plans that ran them; empty when every plan ran all.</summary>
    public IReadOnlyList<(int Requests, long Plans)> Rungs => _rungs;

    /// <summary>Those that can run.</summary>
    public long Feasible { get; private set; }

    /// <summary>Those that can run and keep the constraints.</summary>
    public long Admissible { get; private set; }

    /// <summary>Whether a plan can run and keeps every constraint.</summary>
    public bool IsAdmissible(PlanOutcome outcome) => outcome.Fit.Feasible && Constraints.All(constraint => constraint.IsMetBy(outcome));

    internal void AddRung(int requests, long plans) => _rungs.Add((requests, plans));

    internal void Add(PlanOutcome outcome)
    {
        Plans++;
        if (outcome.Fit.Feasible) Feasible++;
        if (!IsAdmissible(outcome)) return;
        Admissible++;
        for (int i = 0; i < _contenders.Length; i++)
        {
            if (Objectives[i].Value(outcome) is { } value) Contend(Objectives[i], _contenders[i], outcome, value);
        }
        for (int i = 0; i < _fronts.Length; i++)
        {
            double?[] values = [.. FrontObjectives[i].Select(objective => objective.Value(outcome))];
            if (values.All(value => value is not null)) _fronts[i].Add(outcome, [.. values.Select(value => value!.Value)]);
        }
    }

    private static void Contend(Objective objective, List<(PlanOutcome Outcome, double Value)> contenders, PlanOutcome outcome, double value)
    {
        int place = contenders.Count;
        while (place > 0 && objective.IsBetter(value, contenders[place - 1].Value)) place--;
        if (place == MostContenders) return;
        contenders.Insert(place, (outcome, value));
        if (contenders.Count > MostContenders) contenders.RemoveAt(MostContenders);
    }
}
