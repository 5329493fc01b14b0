using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;

namespace Simulator.Models.Calibration;

/// <summary>Fits the kernels that turn 16-bit rows to 8 bits (tables <c>scale_matrix</c>, and <c>computescale</c> for what scales found at run time take more).</summary>
internal static class QuantizationFit
{
    /// <summary>Fits <c>fixed + bytes ÷ (bandwidth · efficiency)</c> to the sum of both; null without a table.</summary>
    public static QuantizationKernel? Fit(OpTableFolder folder, string engine, Device device, List<string> files)
    {
        if (folder.Find("scale_matrix", engine) is not { } path)
            return null;
        files.Add(path);
        Dictionary<(int Rows, int Inputs), double> seconds = RowTable.Read(path);
        if (folder.Find("computescale", engine) is { } scales)
        {
            files.Add(scales);
            foreach ((var key, double more) in RowTable.Read(scales))
            {
                if (seconds.TryGetValue(key, out double own)) seconds[key] = own + more;
            }
        }
        StreamingFit fit = StreamingFit.Of(RowTable.Bytes(seconds), device);
        return new(fit.KernelSeconds, fit.MemoryEfficiency);
    }
}

/// <summary>Fits element-wise kernels to the one that is measured alone, the turn of 16-bit rows to 8 bits with given scales (table <c>scale_matrix</c>).</summary>
internal static class ElementwiseFit
{
    /// <summary>Fits; null without the table.</summary>
    public static Fitted<ElementwiseProfile>? Fit(OpTableFolder folder, string engine, Device device)
    {
        if (folder.Find("scale_matrix", engine) is not { } path)
            return null;
        (double Bytes, double Seconds)[] measured = [.. RowTable.Bytes(RowTable.Read(path))];
        StreamingFit fit = StreamingFit.Of(measured, device);
        var (median, p90) = CalibrationMath.Figures(fit.Errors(measured, device));
        List<double> outside = [];
        for (int fold = 0; fold < CalibrationMath.Folds; fold++)
        {
            StreamingFit seen = StreamingFit.Of(measured.Where((_, i) => i % CalibrationMath.Folds != fold), device);
            outside.AddRange(seen.Errors(measured.Where((_, i) => i % CalibrationMath.Folds == fold), device));
        }
        var (outsideMedian, outsideP90) = CalibrationMath.Figures(outside);
        return new(
            new ElementwiseProfile { KernelSeconds = fit.KernelSeconds, MemoryEfficiency = fit.MemoryEfficiency },
            [new("elementwise", measured.Length, 0, median, p90, outsideMedian, outsideP90)], [path]);
    }
}

/// <summary>A fixed time and a share of the bandwidth.</summary>
internal readonly record struct StreamingFit(double KernelSeconds, double MemoryEfficiency)
{
    private const double Tolerance = 0.05;
    private const double Unit = 1e-6;

    /// <summary>Fits to times of kernels that stream so many bytes; relative errors count.</summary>
    public static StreamingFit Of(IEnumerable<(double Bytes, double Seconds)> measured, Device device)
    {
        List<(int, double)[]> equations = [];
        List<double> values = [];
        foreach ((double bytes, double seconds) in measured)
        {
            equations.Add([(0, Unit / seconds), (1, bytes / device.MemoryBytesPerSecond / seconds)]);
            values.Add(1);
        }
        double[] fit = CalibrationMath.Fit(equations, values, [], 2, Tolerance);
        return new(CalibrationMath.Rounded(Math.Max(0, fit[0]) * Unit), CalibrationMath.Rounded(Math.Min(1, 1 / fit[1])));
    }

    /// <summary>Relative errors.</summary>
    public IEnumerable<double> Errors(IEnumerable<(double Bytes, double Seconds)> measured, Device device)
    {
        foreach ((double bytes, double seconds) in measured)
            yield return (KernelSeconds + bytes / (device.MemoryBytesPerSecond * MemoryEfficiency)) / seconds - 1;
    }
}

/// <summary>A table of kernels over m rows of k numbers.</summary>
internal static class RowTable
{
    /// <summary>Seconds by rows and inputs.</summary>
    public static Dictionary<(int Rows, int Inputs), double> Read(string path)
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

    /// <summary>Bytes of the turn to 8 bits and its seconds, in the order of the shapes.</summary>
    public static IEnumerable<(double Bytes, double Seconds)> Bytes(Dictionary<(int Rows, int Inputs), double> seconds) =>
        seconds.OrderBy(entry => entry.Key).Select(entry => ((double)entry.Key.Rows * entry.Key.Inputs * QuantizationKernel.BytesPerInput, entry.Value));
}
