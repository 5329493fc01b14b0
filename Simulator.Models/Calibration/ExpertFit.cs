using Simulator.Core.Randomness;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;

namespace Simulator.Models.Calibration;

/// <summary>Fits the kernels of routed experts to a measured table: least absolute log errors, little weight for outliers.</summary>
/// <remarks>
/// <para>
/// Tables measure, for a shape, the one kernel that the engine takes for it. Of kernels of one format the profile keeps the one that serves most
/// model shapes, for whole experts that are spread over devices and for experts that are split apart; often it is the same.
/// </para>
/// <para>Rows below the physical floor plus the time of the fastest row are left out: their weights came out of the L2 cache.</para>
/// </remarks>
public static class ExpertFit
{
    private const string Operator = "moe";
    private const double Outlier = 0.1;
    private const double MostFixedSeconds = 20e-6;
    private const int FitRows = 3000;
    private const int HoldOutRows = 1500;
    private const int FitSteps = 80;
    private const int HoldOutSteps = 15;

    private static readonly (double Start, double Least, double Most)[] Bounds =
    [
        (20e-6, 1e-6, 100e-6), (50e-9, 0, 2e-6), (3e-6, 0, 50e-6), (5e-9, 0, 200e-9),
        (0.85, 0.1, 1), (20, 0, 2000), (0.7, 0.1, 1), (50, 0, 2000), (16, 1, 512), (0.02, 0, 1), (4, 0, 50), (4, 0, 50), (0.5, 0, 1), (2, 1, 20),
    ];

    /// <summary>Fits.</summary>
    /// <param name="folder">The tables.</param>
    /// <param name="engine">The engine.</param>
    /// <param name="device">The device that they were measured on.</param>
    /// <returns>The section, its residuals by format, and the file; null when there is no table of routed experts, or none with a gate in slices of a multiple of 16.</returns>
    /// <exception cref="OpTableException">The table cannot be read.</exception>
    public static Fitted<ExpertProfile>? Fit(OpTableFolder folder, EngineKernels engine, Device device)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(device);
        if (folder.Find(Operator, engine.Id()) is not { } path)
            return null;
        List<ExpertRow> rows = ExpertTable.Read(path, device);
        List<ExpertKernel> kernels = [];
        List<Residual> residuals = [];
        foreach (IGrouping<string, ExpertRow> format in rows.GroupBy(row => row.Format).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            string? split = Widest(format, spread: false), spread = Widest(format, spread: true);
            if (split == spread || split is null || spread is null)
            {
                string name = split ?? spread!;
                Add(name, format.Key, null, [.. format.Where(row => row.Kernel == name)]);
                continue;
            }
            Add(split, format.Key, false, [.. format.Where(row => row.Kernel == split && !row.Spread)]);
            Add(spread, format.Key, true, [.. format.Where(row => row.Kernel == spread && row.Spread)]);
        }
        return kernels.Count > 0 ? new(new ExpertProfile { Kernels = kernels }, residuals, [path]) : null;

        void Add(string name, string format, bool? spread, List<ExpertRow> own)
        {
            (ExpertKernel kernel, Residual residual) = Fit(name, format, spread, own);
            kernels.Add(kernel);
            residuals.Add(residual);
        }
    }

    private static string? Widest(IEnumerable<ExpertRow> rows, bool spread) => rows
        .Where(row => row.Spread == spread).GroupBy(row => row.Kernel)
        .OrderByDescending(group => group.Select(row => row.Model).Distinct().Count()).ThenByDescending(group => group.Count())
        .ThenBy(group => group.Key, StringComparer.Ordinal).FirstOrDefault()?.Key;

    private static (ExpertKernel Kernel, Residual Residual) Fit(string name, string format, bool? spread, List<ExpertRow> measured)
    {
        double fastest = Math.Min(MostFixedSeconds, measured.Min(row => row.Seconds));
        List<ExpertRow> rows = [.. measured.Where(row => row.Seconds >= row.Slice.FloorSeconds(row.Load) + fastest)];
        if (rows.Count == 0)
            rows = measured;
        double[] best = [.. Minimize(Sample(rows, FitRows), Bounds, FitSteps).Select(CalibrationMath.Rounded)];
        var template = new ExpertKernel { Name = name, Format = format, Spread = spread };
        ExpertKernel kernel = With(template, best);

        // Whole models are left out in turn; where there is one alone, whole slices of it.
        List<object> held = [.. rows.Select(row => (object)row.Model).Distinct()];
        Func<ExpertRow, object> group = row => row.Model;
        if (held.Count == 1)
        {
            group = row => (row.Spread, row.Slice.Inner);
            held = [.. rows.Select(group).Distinct()];
        }
        (double Start, double Least, double Most)[] near = [.. Bounds.Select((bound, i) => (best[i], bound.Least, bound.Most))];
        var unseen = new List<double>[held.Count];
        Parallel.For(0, held.Count, i =>
        {
            List<ExpertRow> others = [.. rows.Where(row => !group(row).Equals(held[i]))];
            ExpertKernel blind = others.Count == 0 ? kernel : With(template, Minimize(Sample(others, HoldOutRows), near, HoldOutSteps));
            unseen[i] = [.. rows.Where(row => group(row).Equals(held[i])).Select(row => Error(blind, row))];
        });
        (double median, double p90) = CalibrationMath.Figures([.. rows.Select(row => Error(kernel, row))]);
        (double outMedian, double outP90) = CalibrationMath.Figures([.. unseen.SelectMany(errors => errors)]);
        string where = spread switch { true => " spread", false => " split", null => "" };
        return (kernel, new($"{Operator} {format}{where}", rows.Count, measured.Count - rows.Count, median, p90, outMedian, outP90));
    }

    private static double Error(ExpertKernel kernel, in ExpertRow row) => Predict(kernel, row) / row.Seconds - 1;

    private static double Predict(ExpertKernel kernel, in ExpertRow row) => kernel.Fixed(row.Slice) + kernel.Seconds(row.Slice, row.Load);

    private static double[] Minimize(ExpertRow[] rows, (double Start, double Least, double Most)[] bounds, int steps)
    {
        var template = new ExpertKernel { Name = "", Format = "" };
        return RobustFit.Minimize(
            (parameters, residuals) =>
            {
                ExpertKernel kernel = With(template, parameters);
                for (int i = 0; i < rows.Length; i++)
                    residuals[i] = Math.Log(Predict(kernel, rows[i]) / rows[i].Seconds);
            },
            rows.Length, bounds, Outlier, steps);
    }

    private static ExpertKernel With(ExpertKernel template, double[] p) => template with
    {
        FixedSeconds = p[0], SecondsPerExpert = p[1], SortSeconds = p[2], SecondsPerDepth = p[3],
        MemoryEfficiency = p[4], NarrowMemoryWidth = p[5], ComputeEfficiency = p[6], NarrowComputeWidth = p[7], TileRows = p[8],
        HottestShare = p[9], HiddenPasses = p[10], InnerPasses = p[11], RemoteShare = p[12], Overlap = p[13],
    };

    private static ExpertRow[] Sample(List<ExpertRow> rows, int count)
    {
        if (rows.Count <= count)
            return [.. rows];
        var random = new RandomStream(7);
        double share = (double)count / rows.Count;
        return [.. rows.Where(_ => random.NextDouble() < share)];
    }
}
