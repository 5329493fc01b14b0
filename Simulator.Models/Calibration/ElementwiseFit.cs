using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;

namespace Simulator.Models.Calibration;

/// <summary>Fits element-wise kernels to those that are measured.</summary>
/// <remarks>
/// AIConfigurator measures one alone, the turn of 16-bit rows to 8 bits with given scales (table <c>scale_matrix</c>): vLLM's for all engines, for SGLang's is
/// of a kernel that no model runs. Other layouts have a table <c>elementwise</c>, of bytes that kernels read and write.
/// </remarks>
internal static class ElementwiseFit
{
    private const string Kernels = "vllm";
    private const double BytesPerNumber = 3;

    /// <summary>Fits; null without a table, or with fewer than ten sizes of it. Rows that are faster than the peak, out of the L2 cache, are left out.</summary>
    public static Fitted<ElementwiseProfile>? Fit(OpTableFolder folder, Device device)
    {
        OpTableFile? scales = folder.Find("scale_matrix", Kernels);
        if ((scales ?? folder.Find("elementwise", Kernels)) is not { } file)
            return null;
        (double Bytes, double Seconds)[] measured = [.. scales is null ? ReadBytes(file) : ReadScales(file)];
        (double Bytes, double Seconds)[] kept = [.. measured.Where(row => row.Seconds >= row.Bytes / device.MemoryBytesPerSecond)];
        if (kept.Select(row => row.Bytes).Distinct().Count() < CalibrationMath.Folds)
            return null;
        StreamingFit fit = StreamingFit.Of(kept, device);
        var (median, p90) = CalibrationMath.Figures(fit.Errors(kept, device));
        List<double> outside = [];
        for (int fold = 0; fold < CalibrationMath.Folds; fold++)
        {
            StreamingFit seen = StreamingFit.Of(kept.Where((_, i) => i % CalibrationMath.Folds != fold), device);
            outside.AddRange(seen.Errors(kept.Where((_, i) => i % CalibrationMath.Folds == fold), device));
        }
        var (outsideMedian, outsideP90) = CalibrationMath.Figures(outside);
        return new(
            new ElementwiseProfile { KernelSeconds = fit.KernelSeconds, MemoryEfficiency = fit.MemoryEfficiency },
            [new("elementwise", kept.Length, measured.Length - kept.Length, median, p90, outsideMedian, outsideP90)], [file]);
    }

    private static List<(double Bytes, double Seconds)> ReadScales(OpTableFile file)
    {
        using OpTable table = OpTable.Open(file);
        int m = table.Column("m"), k = table.Column("k");
        List<(double, double)> measured = [];
        while (table.Read()) measured.Add(((double)table.Whole(m) * table.Whole(k) * BytesPerNumber, table.Seconds));
        measured.Sort();
        return measured;
    }

    private static List<(double Bytes, double Seconds)> ReadBytes(OpTableFile file)
    {
        using OpTable table = OpTable.Open(file);
        int bytes = table.Column("bytes");
        List<(double, double)> measured = [];
        while (table.Read()) measured.Add((table.Number(bytes), table.Seconds));
        measured.Sort();
        return measured;
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
