using Simulator.Models.Architectures;
using Simulator.Models.Clusters;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;
using Simulator.Models.Results.Accuracy;
using Simulator.Workloads.Clients;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Cli.Validation.Measured.ClosedLoop;

/// <summary>Points of real engines under a fixed number of users, each run with the flags of its server and the client that measured it.</summary>
/// <remarks>
/// Compared are the means of TTFT and of TPOT over the requests, and the throughput that follows from both for measurements and predictions
/// alike: users × mean output / (TTFT + (mean output − 1) × TPOT), tokens a second.
/// </remarks>
internal static class ClosedLoopSet
{
    private const string Points = "points.csv", Flags = "server_flags.csv", Models = "model_configs";

    /// <summary>Names of the figures, in the order in which they are reported.</summary>
    public static IReadOnlyList<string> FigureNames { get; } = ["ttft", "tpot", "throughput"];

    /// <summary>The devices by the names that the data gives them.</summary>
    private static readonly Dictionary<string, string> Systems = new()
    {
        ["a100_sxm"] = "a100-80", ["l40s"] = "l40s", ["h100_sxm"] = "h100-sxm", ["h200_sxm"] = "h200", ["b200_sxm"] = "b200",
        ["b300_sxm"] = "b300", ["gb200"] = "gb200", ["gb300"] = "gb300",
    };

    /// <summary>The folder that has closed_loop below it.</summary>
    public static string? Find(string folder) =>
        File.Exists(Path.Combine(folder, "closed_loop", Points)) && File.Exists(Path.Combine(folder, "closed_loop", Flags)) ? folder : null;

    /// <summary>Runs every point.</summary>
    /// <exception cref="TraceFormatException">A file cannot be read, or a row is faulty.</exception>
    /// <exception cref="ModelConfigException">The configuration of a model cannot be read.</exception>
    public static MeasuredSetResult Run(string folder) => Run(Read(folder), host: null);

    /// <summary>Runs some points, with other host times than those of their profiles.</summary>
    public static MeasuredSetResult Run(IReadOnlyList<ClosedLoopServer> servers, HostProfile? host) =>
        new(InOrder.Run(servers, server => Run(server.Point, server.Flags, server.Model, host)), FigureNames);

    /// <summary>Reads the points and what is known of their servers.</summary>
    /// <exception cref="TraceFormatException">A file cannot be read, or a row is faulty.</exception>
    /// <exception cref="ModelConfigException">The configuration of a model cannot be read.</exception>
    public static IReadOnlyList<ClosedLoopServer> Read(string folder)
    {
        IReadOnlyList<ServerFlags> flags = ServerFlags.ReadAll(Path.Combine(folder, "closed_loop", Flags));
        ServedModels models = new(Path.Combine(folder, Models));
        return
        [
            .. ClosedLoopPoint.ReadAll(Path.Combine(folder, "closed_loop", Points))
                .Select(point => new ClosedLoopServer(point, flags.FirstOrDefault(cell => cell.Cover(point)), models.Find(point))),
        ];
    }

    private static MeasuredRow Run(ClosedLoopPoint point, ServerFlags? flags, HuggingFaceModel? model, HostProfile? host)
    {
        try
        {
            if (flags is null) throw new NotSupportedException("no flags are given for its server");
            if (flags.IsUnusable(point)) throw new NotSupportedException("its flags are marked as unusable, or as those of a disaggregated server");
            if (point.Concurrency == 0) throw new NotSupportedException("its number of users is not recorded");
            if (model is null) throw new NotSupportedException($"no configuration is given for {Served(point)}");
            if (!Systems.TryGetValue(point.System, out string? system)) throw new NotSupportedException($"the device {point.System} is not known");
            return Compare(point, flags, Predict(point, flags, model, DeviceCatalogue.Find(system), host));
        }
        catch (NotSupportedException fault)
        {
            return NotRun(point, flags, fault.Message);
        }
        catch (PlanException fault)
        {
            return NotRun(point, flags, fault.ShortfallBytes > 0 ? $"{Served(point)} does not fit" : fault.Message);
        }
        catch (ClusterException fault)
        {
            return NotRun(point, flags, string.Join(" ", fault.Faults).Replace($"Pool '{point.Id}': ", "", StringComparison.Ordinal));
        }
    }

    private static (double Ttft, double Tpot, double MeanOutput, RunConditions? Conditions) Predict(
        ClosedLoopPoint point, ServerFlags flags, HuggingFaceModel model, Device device, HostProfile? host)
    {
        PoolSpec pool = new ServerPool(flags, point, model, device).Build();
        if ((host ?? pool.Roofline.Profile?.Host) is { } times) pool = MeasuredServers.WithHost(times, pool);
        ClusterSpec cluster = new() { Pools = [pool] };
        IReadOnlyList<Request> requests = BenchmarkClient.Of(flags.Client, point).Draw(point.PromptTokens, point.OutputTokens);
        using ClosedLoopWorkload workload = new(requests, point.Concurrency);
        RunResult run = ServingSimulation.Run(cluster, workload);
        if (run.Requests.Completed < requests.Count) throw new NotSupportedException("its server refuses requests that the real one served");
        return (run.Ttft.Mean!.Value, run.Tpot.Mean!.Value, requests.Average(request => request.OutputTokens), RunConditions.Of(pool, run));
    }

    private static string Served(ClosedLoopPoint point) => $"{point.Model} {point.Precision}".TrimEnd();

    private static MeasuredRow Compare(ClosedLoopPoint point, ServerFlags flags, (double Ttft, double Tpot, double MeanOutput, RunConditions? Conditions) predicted) =>
        Row(point, flags, predicted.MeanOutput, (predicted.Ttft, predicted.Tpot)) with { Conditions = predicted.Conditions };

    private static MeasuredRow NotRun(ClosedLoopPoint point, ServerFlags? flags, string reason) =>
        Row(point, flags, point.OutputTokens, null) with { NotRun = reason };

    private static MeasuredRow Row(ClosedLoopPoint point, ServerFlags? flags, double meanOutput, (double Ttft, double Tpot)? predicted)
    {
        List<MeasuredFigure> figures = [Figure("ttft", value => value.Ttft), Figure("tpot", value => value.Tpot)];
        if (point.Concurrency > 0)
            figures.Add(Figure("throughput", value => point.Concurrency * meanOutput / (value.Ttft + (meanOutput - 1) * value.Tpot)));
        return new(point.Id, new(point.System, point.Model, point.Engine), figures)
        {
            Groups = [flags?.IsKnown == true ? "flagsKnown" : "flagsUnknown"],
        };

        MeasuredFigure Figure(string name, Func<(double Ttft, double Tpot), double> of) => new(name, of((point.TtftSeconds, point.TpotSeconds)))
        {
            Predicted = predicted is { } ours ? of(ours) : null,
            Peers = point.Aiconfigurator is { } theirs ? [("aiconfigurator", of(theirs))] : [],
        };
    }
}

/// <summary>A point, and what is known of its server.</summary>
/// <param name="Point">The point.</param>
/// <param name="Flags">The flags of the server; null where none are given.</param>
/// <param name="Model">The model; null where no configuration is given.</param>
internal sealed record ClosedLoopServer(ClosedLoopPoint Point, ServerFlags? Flags, HuggingFaceModel? Model);
