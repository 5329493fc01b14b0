using Simulator.Core.Randomness;
using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;

namespace Simulator.Models.Calibration;

/// <summary>Fits the matrix products of a device and an engine to measured ones (tables <c>gemm</c>).</summary>
/// <remarks>
/// First every matrix (n, k) gets its own times at the knots of <see cref="RowCurve"/>, then, knot by knot, a surface over log n and log k is laid
/// through the logarithms of the slowdowns: linear between its knots, by least squares that do not follow single far-off rows, with a small weight
/// on curvature that also leads the surface on where nothing was measured. Both steps are linear in their parameters. Rows that are faster than the
/// physical peak (weights that stay in the L2 cache) are left out.
/// A format whose smallest kernel takes longer than <see cref="MostKernelSeconds"/> was timed with its launches by the host, which a CUDA graph saves
/// (vLLM's 8-bit products by block): it is fitted to the table of another engine, or left to the most similar format.
/// </remarks>
public static class MatrixFit
{
    private const string Operator = "gemm";
    private const double Curvature = 0.1;
    private const double CurveTolerance = 0.02;
    private const double SurfaceTolerance = 0.03;
    private const double Pull = 0.02;
    
    /// <summary>Fewest rows of a matrix that it is fitted with.</summary>
    internal const int FewestRows = 8;

    /// <summary>Fewest matrices of a number format that it is fitted with.</summary>
    internal const int FewestMatrices = CalibrationMath.Folds;


    private static readonly double[] Knots = [32, 128, 512, 1024, 2048, 4096, 8192, 16384, 65536];

    /// <summary>Longest that the smallest kernel of a format may take, seconds.</summary>
    public const double MostKernelSeconds = 25e-6;

    /// <summary>Fits.</summary>
    /// <param name="folder">The tables.</param>
    /// <param name="engine">The engine.</param>
    /// <param name="device">The device.</param>
    /// <returns>The section, its residuals by format, and the files; null when there is no table of matrix products.</returns>
    /// <exception cref="OpTableException">A table cannot be read.</exception>
    public static Fitted<MatrixProfile>? Fit(OpTableFolder folder, EngineKernels engine, Device device)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(device);
        if (folder.Find(Operator, engine.Id()) is not { } path)
            return null;
        List<OpTableFile> files = [path];
        List<MatrixKernels> kernels = [];
        List<Residual> residuals = [];
        List<MatrixFormat> missing = [];
        foreach ((MatrixFormat format, List<Sample> samples) in Read(path))
        {
            if (!Add(format, samples)) missing.Add(format);
        }
        foreach (EngineKernels other in Enum.GetValues<EngineKernels>().Where(other => other != engine && missing.Count > 0))
        {
            if (folder.Find(Operator, other.Id()) is not { } otherPath)
                continue;
            SortedDictionary<MatrixFormat, List<Sample>> read = Read(otherPath);
            if (missing.RemoveAll(format => read.TryGetValue(format, out List<Sample>? samples) && Add(format, samples)) > 0)
                files.Add(otherPath);
        }
        return new(new MatrixProfile { Kernels = kernels }, residuals, files);

        bool Add(MatrixFormat format, List<Sample> samples)
        {
            var (own, residual) = Fit(format, samples, device);
            if (own is null || own.KernelSeconds > MostKernelSeconds)
                return false;
            kernels.Add(own);
            residuals.Add(residual!);
            return true;
        }
    }

    private static SortedDictionary<MatrixFormat, List<Sample>> Read(OpTableFile path)
    {
        using OpTable table = OpTable.Open(path);
        int type = table.Column("gemm_dtype"), m = table.Column("m"), n = table.Column("n"), k = table.Column("k");
        SortedDictionary<MatrixFormat, List<Sample>> samples = [];
        while (table.Read())
        {
            MatrixFormat format = table.Text(type) switch
            {
                "bfloat16" or "float16" => MatrixFormat.Bf16,
                "fp8" => MatrixFormat.Fp8,
                "fp8_block" => MatrixFormat.Fp8Block,
                "nvfp4" => MatrixFormat.Nvfp4,
                "sq" => MatrixFormat.Int8,
                "int8_wo" => MatrixFormat.Int8WeightOnly,
                "int4_wo" => MatrixFormat.Int4WeightOnly,
                _ => throw table.Fault(type, "is no known format", "Give bfloat16, float16, fp8, fp8_block, nvfp4, sq, int8_wo or int4_wo"),
            };
            if (!samples.TryGetValue(format, out List<Sample>? own))
                samples.Add(format, own = []);
            own.Add(new(table.Count(m), table.Count(n), table.Count(k), table.Seconds));
        }
        return samples;
    }

    private static (MatrixKernels? Kernels, Residual? Residual) Fit(MatrixFormat format, List<Sample> samples, Device device)
    {
        List<Sample> kept = [.. samples.Where(sample => sample.Seconds >= Peak(format, sample, device))];
        double kernel = CalibrationMath.Rounded(kept.Count == 0 ? 0 : kept.Min(sample => sample.Seconds));
        List<Site> sites = [];
        foreach (IGrouping<(int Outputs, int Inputs), Sample> rows in kept.GroupBy(sample => (sample.Outputs, sample.Inputs)).OrderBy(rows => rows.Key))
        {
            if (rows.Count() >= FewestRows)
                sites.Add(new(rows.Key.Outputs, rows.Key.Inputs, [.. rows], Slowdowns(format, [.. rows], kernel, device)));
        }
        if (sites.Count < FewestMatrices)
            return (null, null);
        MatrixKernels all = Surface(format, kernel, sites);
        var (median, p90) = CalibrationMath.Figures(Errors(all, sites, device));
        List<double> outside = [];
        for (int fold = 0; fold < CalibrationMath.Folds; fold++)
        {
            List<Site> seen = [.. sites.Where((_, i) => i % CalibrationMath.Folds != fold)], unseen = [.. sites.Where((_, i) => i % CalibrationMath.Folds == fold)];
            outside.AddRange(Errors(Surface(format, kernel, seen), unseen, device));
        }
        var (outsideMedian, outsideP90) = CalibrationMath.Figures(outside);
        return (all, new($"gemm {format}", sites.Sum(site => site.Rows.Count), samples.Count - kept.Count, median, p90, outsideMedian, outsideP90));
    }

    // Logarithms of the slowdowns at the knots: times that are linear in the rows between them, with the least relative errors.
    private static double[] Slowdowns(MatrixFormat format, List<Sample> rows, double kernel, Device device)
    {
        rows.Sort((a, b) => a.Rows.CompareTo(b.Rows));
        List<(int, double)[]> equations = [], none = [];
        List<double> values = [];
        foreach (Sample row in rows)
        {
            RowPlace place = RowPlace.Of(row.Rows);
            equations.Add([(place.Segment, (1 - place.Share) / row.Seconds), (place.Segment + 1, place.Share / row.Seconds)]);
            values.Add(1);
        }
        for (int knot = 0; knot < RowCurve.Knots; knot++)
        {
            equations.Add([(knot, Pull / Between(rows, RowCurve.RowsAt(knot)))]);
            values.Add(Pull);
        }
        double[] times = CalibrationMath.Fit(equations, values, none, RowCurve.Knots, CurveTolerance);
        CalibrationMath.MakeIncreasing(times);
        for (int knot = 0; knot < RowCurve.Knots; knot++)
        {
            Sample at = new((int)RowCurve.RowsAt(knot), rows[0].Outputs, rows[0].Inputs, 0);
            double peak = Peak(format, at, device);
            times[knot] = DeterministicMath.Log(Math.Max(times[knot], peak) / (kernel + peak));
        }
        return times;
    }

    // Between the measured rows by a line, before the first the same time, beyond the last in proportion.
    private static double Between(List<Sample> rows, double at)
    {
        if (at <= rows[0].Rows) return rows[0].Seconds;
        if (at >= rows[^1].Rows) return rows[^1].Seconds * at / rows[^1].Rows;
        int next = rows.FindIndex(row => row.Rows > at);
        Sample low = rows[next - 1], high = rows[next];
        return low.Seconds + (high.Seconds - low.Seconds) * (at - low.Rows) / (high.Rows - low.Rows);
    }

    private static MatrixKernels Surface(MatrixFormat format, double kernel, List<Site> sites)
    {
        int width = Knots.Length;
        List<(int, double)[]> equations = [], penalties = [];
        foreach (Site site in sites)
        {
            (int n, double nShare) = MatrixKernels.Place(Knots, site.Outputs);
            (int k, double kShare) = MatrixKernels.Place(Knots, site.Inputs);
            int at = n * width + k;
            equations.Add(
            [
                (at, (1 - nShare) * (1 - kShare)), (at + 1, (1 - nShare) * kShare), (at + width, nShare * (1 - kShare)), (at + width + 1, nShare * kShare),
            ]);
        }
        for (int n = 0; n < width; n++)
        {
            for (int k = 0; k < width; k++)
            {
                int at = n * width + k;
                if (n > 0 && n < width - 1) penalties.Add([(at - width, -Curvature), (at, 2 * Curvature), (at + width, -Curvature)]);
                if (k > 0 && k < width - 1) penalties.Add([(at - 1, -Curvature), (at, 2 * Curvature), (at + 1, -Curvature)]);
            }
        }
        var slowdown = new double[RowCurve.Knots][];
        for (int knot = 0; knot < slowdown.Length; knot++)
        {
            double[] logs = CalibrationMath.Fit(equations, [.. sites.Select(site => site.Slowdowns[knot])], penalties, width * width, SurfaceTolerance);
            slowdown[knot] = [.. logs.Select(log => CalibrationMath.Rounded(DeterministicMath.Exp(log)))];
        }
        return new() { Format = format, KernelSeconds = kernel, Outputs = Knots, Inputs = Knots, Slowdown = slowdown };
    }

    private static IEnumerable<double> Errors(MatrixKernels kernels, List<Site> sites, Device device)
    {
        foreach (Site site in sites)
        {
            MatrixShape shape = MatrixFormats.Shape(kernels.Format, site.Outputs, site.Inputs);
            MatrixTime time = kernels.Time(shape, device);
            foreach (Sample row in site.Rows)
            {
                double memory = (shape.MatrixBytes + row.Rows * shape.BytesPerRow) * time.SecondsPerByte;
                double compute = time.EffectiveRows.At(row.Rows) * shape.FlopsPerRow * time.SecondsPerFlop;
                yield return (time.FixedSeconds + Math.Max(memory, compute)) / row.Seconds - 1;
            }
        }
    }

    private static double Peak(MatrixFormat format, in Sample sample, Device device)
    {
        MatrixShape shape = MatrixFormats.Shape(format, sample.Outputs, sample.Inputs);
        return Math.Max(
            (shape.MatrixBytes + sample.Rows * shape.BytesPerRow) / device.MemoryBytesPerSecond,
            sample.Rows * shape.FlopsPerRow / device.PeakFlopsPerSecond(shape.Activations));
    }

    private readonly record struct Sample(int Rows, int Outputs, int Inputs, double Seconds);

    private sealed record Site(int Outputs, int Inputs, List<Sample> Rows, double[] Slowdowns);
}
