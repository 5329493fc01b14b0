namespace Simulator.Models.Results.Comparison;

/// <summary>A figure in two results, A and B.</summary>
/// <param name="Path">As in <see cref="Figure.Path"/>.</param>
/// <param name="Unit">As in <see cref="Figure.Unit"/>.</param>
/// <param name="Goal">As in <see cref="Figure.Goal"/>.</param>
/// <param name="A">Value in A, the mean for replications; null when it is not defined there.</param>
/// <param name="B">Value in B.</param>
/// <param name="HalfWidth">
/// For replications, how far off the difference may be: half the width of its confidence interval. Null for single runs, and when it is
/// not known.
/// </param>
public sealed record FigureChange(string Path, string Unit, FigureGoal Goal, double? A, double? B, double? HalfWidth = null)
{
    /// <summary>B − A; null when one is not defined.</summary>
    public double? Difference => B - A;

    /// <summary>B/A; null when one is not defined or A is 0.</summary>
    public double? Ratio => A is 0 ? null : B / A;

    /// <summary>True when A and B are not the same: two numbers, or one of them not defined.</summary>
    public bool HasChanged => A != B;

    /// <summary>True when B is the better one, false when it is the worse; null when neither can be said.</summary>
    public bool? IsBetter => Goal == FigureGoal.None || Difference is null or 0 ? null : Difference > 0 == (Goal == FigureGoal.Higher);

    /// <summary>True when the difference exceeds its confidence interval; null when that is not known.</summary>
    public bool? IsSignificant => HalfWidth is { } bound && Difference is { } difference ? Math.Abs(difference) > bound : null;
}
