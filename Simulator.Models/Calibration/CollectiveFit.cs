using Simulator.Models.Costs.Profiles;

namespace Simulator.Models.Calibration;

/// <summary>Makes curves of measured collectives: a knot at every fourth size (powers of four, and the largest), the sizes between for the figures out of sample.</summary>
/// <remarks>
/// <para>
/// Times are first made to rise with size by medians of neighbours (isotonic regression with absolute errors, by pooling adjacent violators), which
/// drops single slow runs. Message sizes of the tables are elements of 16 bits, and the whole vector.
/// </para>
/// <para>
/// The all-reduce is the engine's (table <c>custom_allreduce</c>: one kernel or two steps for small vectors, NCCL from the size on at which the engine
/// changes over), as CUDA graphs run it: what eager launches take more is host time. Without such a table it is NCCL's. Engines may also fuse
/// the all-reduce with the norm that follows; tables hold it alone.
/// </para>
/// </remarks>
public static class CollectiveFit
{
    private const double ElementBytes = 2;

    /// <summary>Makes the curves.</summary>
    /// <param name="folder">The tables.</param>
    /// <param name="engine">The engine.</param>
    /// <returns>The section, its residuals by operation, and the files; null when there is no table of NCCL.</returns>
    /// <exception cref="OpTableException">A table cannot be read.</exception>
    public static Fitted<CollectiveProfile>? Fit(OpTableFolder folder, EngineKernels engine)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (folder.Find("nccl", "nccl") is not { } nccl)
            return null;
        List<OpTableFile> files = [nccl];
        List<Row> library = Read(nccl, "nccl_dtype"), reduces = library;
        if (folder.Find("custom_allreduce", engine.Id()) is { } own)
        {
            files.Add(own);
            reduces = Read(own, "allreduce_dtype");
        }
        List<Residual> residuals = [];
        var section = new CollectiveProfile
        {
            AllReduces = Curves("all_reduce", reduces),
            AllGathers = Curves("all_gather", library),
            AllToAlls = Curves("alltoall", library),
        };
        return new(section, residuals, files);

        List<CollectiveCurve>? Curves(string operation, List<Row> rows)
        {
            List<CollectiveCurve> curves = [];
            List<double> seen = [], unseen = [];
            foreach (IGrouping<int, Row> group in rows.Where(row => row.Operation == operation).GroupBy(row => row.Devices).OrderBy(group => group.Key))
            {
                Row[] sizes = [.. group.OrderBy(row => row.Bytes)];
                if (sizes.Length < 2)
                    continue;
                CollectiveCurve curve = Curve(group.Key, sizes);
                curves.Add(curve);
                foreach (Row row in sizes)
                    (Array.IndexOf(curve.Bytes, row.Bytes) >= 0 ? seen : unseen).Add(curve.At(row.Bytes) / row.Seconds - 1);
            }
            if (curves.Count == 0)
                return null;
            (double median, double p90) = CalibrationMath.Figures(seen.Concat(unseen));
            (double outMedian, double outP90) = CalibrationMath.Figures(unseen);
            residuals.Add(new(operation, seen.Count + unseen.Count, 0, median, p90, outMedian, outP90));
            return curves;
        }
    }

    private static CollectiveCurve Curve(int devices, Row[] rows)
    {
        double[] rising = Rising([.. rows.Select(row => row.Seconds)]);
        int[] knots = [.. Enumerable.Range(0, rows.Length).Where(i => i % 2 == 0 || i == rows.Length - 1)];
        return new() { Devices = devices, Bytes = [.. knots.Select(i => rows[i].Bytes)], Seconds = [.. knots.Select(i => CalibrationMath.Rounded(rising[i]))] };
    }

    // Blocks of neighbours take their median until medians rise.
    private static double[] Rising(double[] values)
    {
        List<(int Start, double Level)> blocks = [];
        for (int i = 0; i < values.Length; i++)
        {
            blocks.Add((i, values[i]));
            while (blocks.Count > 1 && blocks[^2].Level >= blocks[^1].Level)
            {
                int start = blocks[^2].Start;
                blocks.RemoveAt(blocks.Count - 1);
                double[] pooled = values[start..(i + 1)];
                Array.Sort(pooled);
                blocks[^1] = (start, (pooled[(pooled.Length - 1) / 2] + pooled[pooled.Length / 2]) / 2);
            }
        }
        var rising = new double[values.Length];
        for (int block = 0; block < blocks.Count; block++)
        {
            int end = block + 1 < blocks.Count ? blocks[block + 1].Start : values.Length;
            rising.AsSpan(blocks[block].Start, end - blocks[block].Start).Fill(blocks[block].Level);
        }
        return rising;
    }

    private static List<Row> Read(OpTableFile file, string format)
    {
        using var table = OpTable.Open(file);
        int operation = table.Column("op_name"), kernel = table.Column("kernel_source"), number = table.Column(format);
        int devices = table.Column("num_gpus"), size = table.Column("message_size");
        Dictionary<(string, int, int), Row> rows = [];
        while (table.Read())
        {
            if (table.Text(kernel).EndsWith("_eager", StringComparison.Ordinal) || table.Text(number) is not ("half" or "bfloat16" or "float16"))
                continue;
            int count = table.Whole(devices), elements = table.Whole(size, int.MaxValue);
            if (count < 2)
                throw table.Fault(devices, "is not a group of devices", "Give at least 2");
            string name = table.Text(operation);
            rows[(name, count, elements)] = new(name, count, elements * ElementBytes, table.Seconds);
        }
        return rows.Count > 0 ? [.. rows.Values] : throw new OpTableException(file.Path, 0, "no row has 16-bit elements", "Give a table of collectives of half or bfloat16");
    }

    private readonly record struct Row(string Operation, int Devices, double Bytes, double Seconds);
}
