using Simulator.Models.Results.Accuracy;

namespace Simulator.Cli.Validation.Measured;

/// <summary>One measured run: what was measured, what we predict and what others predicted.</summary>
/// <param name="Id">Name, unique in its set.</param>
/// <param name="Cell">What was served, on what and by what.</param>
/// <param name="Figures">What was measured, with the predictions. A row that was not run has them too, without ours.</param>
internal sealed record MeasuredRow(string Id, MeasuredCell Cell, IReadOnlyList<MeasuredFigure> Figures)
{
    /// <summary>Why the row was not run; null when it was. Rows are counted by it, so it says nothing of the row alone.</summary>
    public string? NotRun { get; init; }

    /// <summary>What it ran under, when the shipped profiles alone predicted it; null when it was not run, or with times of its own.</summary>
    public RunConditions? Conditions { get; init; }

    /// <summary>The part of a plan that it measured, where plans were measured on the same requests; null elsewhere.</summary>
    public PlanShare? Share { get; init; }

    /// <summary>Groups of rows that are also reported apart, such as <c>flagsUnknown</c>.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>The row with what serving its requests gives, or with the reason why it was not run.</summary>
    /// <param name="serve">Serves the requests of the row.</param>
    /// <param name="predict">Gives a figure by its name.</param>
    public MeasuredRow Predict(Func<ServedRequests> serve, Func<string, ServedRequests, double> predict)
    {
        try
        {
            ServedRequests served = serve();
            return this with
            {
                Figures = [.. Figures.Select(figure => figure with { Predicted = predict(figure.Name, served) })], Conditions = served.Conditions,
            };
        }
        catch (NotSupportedException reason)
        {
            return this with { NotRun = reason.Message };
        }
    }
}

/// <summary>What was served, on what and by what: rows of one cell are summed up together.</summary>
/// <param name="System">Device.</param>
/// <param name="Model">Model.</param>
/// <param name="Engine">Engine.</param>
internal sealed record MeasuredCell(string System, string Model, string Engine);

/// <summary>One measured figure with its predictions, all in the same unit.</summary>
/// <param name="Name">Name, as in the results: <c>ttft</c>.</param>
/// <param name="Measured">What was measured, above 0.</param>
internal sealed record MeasuredFigure(string Name, double Measured)
{
    /// <summary>What we predict; null when the row was not run.</summary>
    public double? Predicted { get; init; }

    /// <summary>What others predicted, by their names.</summary>
    public IReadOnlyList<(string Name, double Predicted)> Peers { get; init; } = [];
}
