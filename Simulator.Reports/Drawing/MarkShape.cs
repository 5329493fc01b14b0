namespace Simulator.Reports.Drawing;

/// <summary>Shapes of marks, so that series differ by more than their colours.</summary>
internal static class MarkShape
{
    /// <summary>Path of a circle, a triangle or a square.</summary>
    /// <param name="number">Number of the series; shapes come in turn.</param>
    /// <param name="x">Its centre.</param>
    /// <param name="y">Its centre.</param>
    /// <param name="radius">Half its size.</param>
    public static string Path(int number, double x, double y, double radius) => (number % 3) switch
    {
        0 => SvgText.Data($"M{x - radius} {y}a{radius} {radius} 0 1 0 {2 * radius} 0a{radius} {radius} 0 1 0 {-2 * radius} 0z"),
        1 => SvgText.Data($"M{x - radius} {y + radius}h{2 * radius}l{-radius} {-2 * radius}z"),
        _ => SvgText.Data($"M{x - radius} {y - radius}h{2 * radius}v{2 * radius}h{-2 * radius}z"),
    };
}
