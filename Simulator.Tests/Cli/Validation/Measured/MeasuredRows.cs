using Simulator.Cli.Validation.Measured;

namespace Simulator.Tests.Cli.Validation.Measured;

/// <summary>Short ways to look at rows.</summary>
internal static class MeasuredRows
{
    public static MeasuredRow Row(this MeasuredSetResult result, string id) => result.Rows.Single(row => row.Id == id);

    public static double Predicted(this MeasuredRow row, string figure) => row.Figures.Single(known => known.Name == figure).Predicted!.Value;

    public static double Measured(this MeasuredRow row, string figure) => row.Figures.Single(known => known.Name == figure).Measured;
}
