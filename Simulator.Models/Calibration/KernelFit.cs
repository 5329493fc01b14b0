using Simulator.Models.Costs.Profiles;

namespace Simulator.Models.Calibration;

/// <summary>What one measured row asks of a kernel.</summary>
/// <param name="Shape">Index of its shape.</param>
/// <param name="Flops">Operations.</param>
/// <param name="Bytes">Bytes.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Tokens">Query tokens of all rows.</param>
/// <param name="Longest">Query tokens of a row.</param>
/// <param name="Pairs">Query-key pairs.</param>
/// <param name="Keys">Keys that decode rows look back on.</param>
internal readonly record struct KernelWork(
    int Shape, double Flops, double Bytes, double Rows, double Tokens, double Longest, double Pairs, double Keys)
{
    public static KernelWork Prefill(AttentionSample sample, int shape)
    {
        (double flops, double bytes) = sample.PrefillWork();
        return new(shape, flops, bytes, sample.Rows, sample.Queries, sample.Tokens, sample.Pairs, 0);
    }

    public static KernelWork Decode(AttentionSample sample, int shape)
    {
        (double flops, double bytes) = sample.DecodeWork();
        return new(shape, flops, bytes, sample.Rows, sample.Rows, 1, 0, sample.Keys);
    }
}

/// <summary>The parameters of one kernel, and what its fit is worth.</summary>
/// <typeparam name="TKernel">Kind of kernel.</typeparam>
/// <param name="Kernel">The kernel.</param>
/// <param name="Errors">Relative errors of its rows.</param>
/// <param name="OutsideErrors">The same when every shape is predicted by a fit that has not seen it.</param>
internal sealed record KernelFitted<TKernel>(TKernel Kernel, List<double> Errors, List<double> OutsideErrors);

/// <summary>Fits one kind of kernel: its parameters, what they compile to for a shape, and the time of that.</summary>
/// <typeparam name="TKernel">Kind of kernel.</typeparam>
/// <typeparam name="TTime">What it compiles to.</typeparam>
/// <param name="parameters">The parameters.</param>
/// <param name="make">A kernel of some parameters.</param>
/// <param name="compile">Its times for a shape.</param>
/// <param name="seconds">The time of some work.</param>
internal sealed class KernelFit<TKernel, TTime>(
    IReadOnlyList<BoundedParameter> parameters, Func<double[], TKernel> make, Func<TKernel, AttentionShape, TTime> compile,
    KernelFit<TKernel, TTime>.Clock seconds)
    where TTime : struct
{
    private const int Folds = 5;
    private const int MostRows = 2000;
    private const int RowsPerParameter = 5;

    /// <summary>The time of some work, seconds.</summary>
    /// <param name="time">The times of a shape.</param>
    /// <param name="work">The work.</param>
    public delegate double Clock(in TTime time, in KernelWork work);

    /// <summary>Fewest rows that parameters are fitted to.</summary>
    public int FewestRows => RowsPerParameter * parameters.Count;

    /// <summary>Fits rows of one kernel.</summary>
    /// <param name="samples">The rows; at least one.</param>
    /// <param name="work">What a row asks of the kernel.</param>
    public KernelFitted<TKernel> Fit(IReadOnlyList<AttentionSample> samples, Func<AttentionSample, int, KernelWork> work)
    {
        List<AttentionShape> shapes = [];
        Dictionary<AttentionShape, int> indices = [];
        List<(KernelWork Work, double Seconds)> rows = [];
        foreach (AttentionSample sample in samples)
        {
            if (!indices.TryGetValue(sample.Shape, out int index))
            {
                indices.Add(sample.Shape, index = shapes.Count);
                shapes.Add(sample.Shape);
            }
            rows.Add((work(sample, index), sample.Seconds));
        }
        double[] values = Solve(parameters, shapes, rows);
        TKernel kernel = make(values);
        List<double> outside = [];
        IReadOnlyList<BoundedParameter> near = [.. parameters.Select((p, i) => p with { Start = values[i] })];
        for (int fold = 0; shapes.Count > 1 && fold < Math.Min(Folds, shapes.Count); fold++)
        {
            List<(KernelWork Work, double Seconds)> seen = [], unseen = [];
            foreach ((KernelWork Work, double Seconds) row in rows) (row.Work.Shape % Folds == fold ? unseen : seen).Add(row);
            if (seen.Count > 0)
                outside.AddRange(Errors(make(Solve(near, shapes, seen)), shapes, unseen));
        }
        return new(kernel, Errors(kernel, shapes, rows), outside);
    }

    private double[] Solve(IReadOnlyList<BoundedParameter> from, List<AttentionShape> shapes, List<(KernelWork Work, double Seconds)> rows)
    {
        int stride = (rows.Count + MostRows - 1) / MostRows;
        List<(KernelWork Work, double Seconds)> some = stride == 1 ? rows : [.. rows.Where((_, i) => i % stride == 0)];
        double[] measured = [.. some.Select(row => row.Seconds)];
        double[] values = BoundedLeastSquares.Fit(from, measured, (p, times) =>
        {
            TTime[] compiled = Compile(make(p), shapes);
            for (int i = 0; i < times.Length; i++)
            {
                KernelWork work = some[i].Work;
                times[i] = seconds(compiled[work.Shape], work);
            }
        });
        return [.. values.Select((value, i) => Math.Clamp(CalibrationMath.Rounded(value), from[i].Least, from[i].Most))];
    }

    private List<double> Errors(TKernel kernel, List<AttentionShape> shapes, List<(KernelWork Work, double Seconds)> rows)
    {
        TTime[] compiled = Compile(kernel, shapes);
        return [.. rows.Select(row => seconds(compiled[row.Work.Shape], row.Work) / row.Seconds - 1)];
    }

    private TTime[] Compile(TKernel kernel, List<AttentionShape> shapes) => [.. shapes.Select(shape => compile(kernel, shape))];
}
