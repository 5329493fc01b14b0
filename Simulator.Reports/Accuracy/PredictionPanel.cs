namespace Simulator.Reports.Accuracy;

/// <summary>One figure of a set of measured runs: what was predicted against what was measured.</summary>
/// <param name="Name">The figure, such as <c>TTFT</c>.</param>
/// <param name="Note">What stands beside the name, such as how many runs there are.</param>
/// <param name="Unit">The unit of all values.</param>
/// <param name="Points">The runs.</param>
public sealed record PredictionPanel(string Name, string Note, PredictionUnit Unit, IReadOnlyList<PredictionPoint> Points);

/// <summary>One run.</summary>
/// <param name="Series">What it belongs to, such as the engine: runs of one series have one colour.</param>
/// <param name="Measured">What was measured, above 0.</param>
/// <param name="Predicted">What was predicted, above 0.</param>
public readonly record struct PredictionPoint(string Series, double Measured, double Predicted);

/// <summary>Units of predicted values.</summary>
public enum PredictionUnit
{
    /// <summary>Times in seconds.</summary>
    Seconds,

    /// <summary>Tokens a second.</summary>
    TokensPerSecond,
}
