using Simulator.Core.Randomness;
using Simulator.Models.Devices;

namespace Simulator.Models.Costs.Profiles;

/// <summary>Matrix products of one format: how much longer than at the physical peak they take, on a coarse grid of rows, columns and inputs.</summary>
/// <remarks>
/// <c>seconds = slowdown(rows, n, k) · (kernel + max(bytes ÷ bandwidth, FLOPs ÷ peak))</c>, the slowdown interpolated in the logarithms of itself and of
/// n and k; outside the grid it is that of the edge. In 8 and 4 bits the turn of the rows to the format is part of the product, as the
/// engines measure it. Rows are the knots of <see cref="RowCurve"/>. Tiles, waves and the filling of the pipeline
/// along k differ too much between kernels of one engine for a closed form that holds for all.
/// </remarks>
public sealed record MatrixKernels
{
    /// <summary>The format.</summary>
    public required MatrixFormat Format { get; init; }

    /// <summary>Time of the smallest kernel, seconds.</summary>
    public required double KernelSeconds { get; init; }

    /// <summary>Knots of n, the columns of the result; ascending.</summary>
    public required double[] Outputs { get; init; }

    /// <summary>Knots of k, the inputs; ascending.</summary>
    public required double[] Inputs { get; init; }

    /// <summary>The slowdown: a list for each of 1, 2, 4 … 32,768 rows, in which for each n the values of all k follow one another.</summary>
    public required double[][] Slowdown { get; init; }

    /// <summary>Time of a product by rows.</summary>
    /// <param name="shape">The matrix.</param>
    /// <param name="device">The device.</param>
    public MatrixTime Time(in MatrixShape shape, Device device)
    {
        (int n, double nShare) = Place(Outputs, shape.Outputs);
        (int k, double kShare) = Place(Inputs, shape.Inputs);
        double perByte = 1 / device.MemoryBytesPerSecond, perFlop = 1 / device.PeakFlopsPerSecond(shape.Activations);
        Span<double> seconds = stackalloc double[RowCurve.Knots];
        double least = KernelSeconds, perBytesUsed = double.MaxValue, longest = 0;
        for (int knot = 0; knot < RowCurve.Knots; knot++)
        {
            double rows = RowCurve.RowsAt(knot);
            double peak = Math.Max(Bytes(shape, rows) * perByte, rows * shape.FlopsPerRow * perFlop);
            double own = Math.Max(peak, Interpolate(Slowdown[knot], n, nShare, k, kShare) * (KernelSeconds + peak));
            seconds[knot] = longest = Math.Max(longest, own);
            least = Math.Min(least, longest - peak);
        }
        for (int knot = 0; knot < RowCurve.Knots; knot++)
            perBytesUsed = Math.Min(perBytesUsed, (seconds[knot] - least) / Bytes(shape, RowCurve.RowsAt(knot)));
        double[] times = seconds.ToArray();
        double perEffectiveRow = shape.FlopsPerRow * perFlop;
        return new()
        {
            FixedSeconds = least,
            SecondsPerByte = Math.Max(perByte, perBytesUsed),
            SecondsPerFlop = perFlop,
            EffectiveRows = RowCurve.Effective(rows => (times[Math.ILogB(rows)] - least) / perEffectiveRow),
        };
    }

    /// <summary>What another device is taken to reach: each knot changes with the rate that bounds it on the measured one.</summary>
    /// <param name="measured">The device that this was measured on.</param>
    /// <param name="reach">How much more the other one reaches.</param>
    internal MatrixKernels On(Device measured, ReachRatio reach)
    {
        var slowdown = new double[Slowdown.Length][];
        for (int knot = 0; knot < slowdown.Length; knot++)
        {
            double[] values = slowdown[knot] = [.. Slowdown[knot]];
            for (int i = 0; i < values.Length; i++)
            {
                MatrixShape shape = MatrixFormats.Shape(Format, Outputs[i / Inputs.Length], Inputs[i % Inputs.Length]);
                double rows = RowCurve.RowsAt(knot);
                bool arithmetic = rows * shape.FlopsPerRow / measured.PeakFlopsPerSecond(shape.Activations) > Bytes(shape, rows) / measured.MemoryBytesPerSecond;
                values[i] /= arithmetic ? reach.Arithmetic : reach.Memory;
            }
        }
        return this with { Slowdown = slowdown };
    }

    /// <summary>Every fault, in words.</summary>
    internal IEnumerable<string> Validate()
    {
        if (!(KernelSeconds is > 0 and <= 1))
            yield return $"kernelSeconds of {Format} is {KernelSeconds}; it must be above 0 and at most 1 s.";
        foreach ((string name, double[] knots) in new[] { ("outputs", Outputs), ("inputs", Inputs) })
        {
            if (knots.Length < 2 || !(knots[0] > 0) || !knots.Zip(knots.Skip(1)).All(pair => pair.First < pair.Second) || !double.IsFinite(knots[^1]))
                yield return $"{name} of {Format} must be two or more finite numbers above 0, ascending.";
        }
        if (Slowdown.Length != RowCurve.Knots || Slowdown.Any(list => list.Length != Outputs.Length * Inputs.Length || !list.All(value => value > 0 && double.IsFinite(value))))
            yield return $"slowdown of {Format} must be {RowCurve.Knots} lists of {Outputs.Length} × {Inputs.Length} finite numbers above 0.";
    }

    private static double Bytes(in MatrixShape shape, double rows) => shape.MatrixBytes + rows * shape.BytesPerRow;

    /// <summary>The knot before a value, and how far it is to the next in logarithms; within the knots.</summary>
    internal static (int Knot, double Share) Place(double[] knots, double value)
    {
        double inside = Math.Clamp(value, knots[0], knots[^1]);
        int knot = 0;
        while (knot < knots.Length - 2 && knots[knot + 1] <= inside) knot++;
        return (knot, DeterministicMath.Log(inside / knots[knot]) / DeterministicMath.Log(knots[knot + 1] / knots[knot]));
    }

    private double Interpolate(double[] values, int n, double nShare, int k, double kShare)
    {
        int width = Inputs.Length, at = n * width + k;
        double low = (1 - kShare) * DeterministicMath.Log(values[at]) + kShare * DeterministicMath.Log(values[at + 1]);
        double high = (1 - kShare) * DeterministicMath.Log(values[at + width]) + kShare * DeterministicMath.Log(values[at + width + 1]);
        return DeterministicMath.Exp((1 - nShare) * low + nShare * high);
    }
}
