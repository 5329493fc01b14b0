using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;

namespace Simulator.Models.Calibration;

/// <summary>Fits the kernels that turn 16-bit rows to 8 bits (tables <c>scale_matrix</c>, and <c>computescale</c> for what scales found at run time take more).</summary>
internal static class QuantizationFit
{
    private const double Tolerance = 0.05;

    /// <summary>Fits <c>fixed + bytes ÷ (bandwidth · efficiency)</c> to the sum of both; null without a table.</summary>
    public static QuantizationKernel? Fit(OpTableFolder folder, string engine, Device device, List<string> files)
    {
        if (folder.Find("scale_matrix", engine) is not { } path)
            return null;
        files.Add(path);
        Dictionary<(int Rows, int Inputs), double> seconds = Read(path);
        if (folder.Find("computescale", engine) is { } scales)
        {
            files.Add(scales);
            foreach ((var key, double more) in Read(scales))
            {
                if (seconds.TryGetValue(key, out double own)) seconds[key] = own + more;
            }
        }
        List<(int, double)[]> equations = [];
        List<double> values = [];
        foreach ((var key, double time) in seconds.OrderBy(entry => entry.Key))
        {
            double bytes = (double)key.Rows * key.Inputs * QuantizationKernel.BytesPerInput;
            equations.Add([(0, 1e-6 / time), (1, bytes / device.MemoryBytesPerSecond / time)]);
            values.Add(1);
        }
        double[] fit = CalibrationMath.Fit(equations, values, [], 2, Tolerance);
        return new(CalibrationMath.Rounded(Math.Max(0, fit[0]) * 1e-6), CalibrationMath.Rounded(Math.Min(1, 1 / fit[1])));
    }

    private static Dictionary<(int Rows, int Inputs), double> Read(string path)
    {
        using OpTable table = OpTable.Open(path);
        int m = table.Column("m"), k = table.Column("k"), latency = table.Column("latency");
        Dictionary<(int, int), double> seconds = [];
        while (table.Read())
        {
            double milliseconds = table.Number(latency);
            if (milliseconds < 0) throw table.Fault(latency, "is no time", "Give milliseconds of at least 0");
            seconds[(table.Whole(m), table.Whole(k))] = milliseconds / 1e3;
        }
        return seconds;
    }
}
