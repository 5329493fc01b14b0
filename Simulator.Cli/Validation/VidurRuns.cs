using Simulator.Models.Architectures;
using Simulator.Models.Batching.Sarathi;
using Simulator.Models.Batching.VllmV0;
using Simulator.Models.Clusters;
using Simulator.Models.Costs.Tables;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;
using Simulator.Models.Routing;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Cli.Validation;

/// <summary>Runs of Vidur (microsoft/vidur), each as a summary, its requests and, where recorded, its iterations, with the operator tables beside them.</summary>
internal static class VidurRuns
{
    private const string SummarySuffix = ".summary.json";

    /// <summary>The folder <c>vidur_runs</c> below, or the folder itself when it holds summaries.</summary>
    public static string? Find(string folder) => new[] { Path.Combine(folder, "vidur_runs"), folder }.FirstOrDefault(
        candidate => Directory.Exists(candidate) && Directory.EnumerateFiles(candidate, "*" + SummarySuffix).Any(summary => RequestsBeside(summary) is not null));

    /// <summary>Runs every summary that has its requests beside it.</summary>
    public static IReadOnlyList<ValidationCase> Run(string folder)
    {
        Dictionary<string, OperatorTables> tables = [];
        List<ValidationCase> cases = [];
        foreach (string summary in Directory.EnumerateFiles(folder, "*" + SummarySuffix).Order(StringComparer.Ordinal))
        {
            if (RequestsBeside(summary) is { } requests) cases.Add(Run(summary, requests, tables));
        }
        return cases;
    }

    private static ValidationCase Run(string summary, string requestsFile, Dictionary<string, OperatorTables> tables)
    {
        string name = Path.GetFileName(summary)[..^SummarySuffix.Length];
        VidurRunSettings settings = VidurRunSettings.Read(summary);
        IReadOnlyList<VidurRequest> requests = VidurRunFiles.ReadRequests(requestsFile);
        IReadOnlyList<VidurIteration>? iterations = Beside(summary, ".batches.csv") is { } file ? VidurRunFiles.ReadIterations(file) : null;
        try
        {
            ClusterSpec cluster = Cluster(settings, requests, Tables(TablesOf(name, Path.GetDirectoryName(summary)!, settings), tables));
            VidurRunCheck check = new(requests, iterations);
            RunResult run = ServingSimulation.Run(cluster, requests.Select(request => request.Request), options: new RunOptions { Observer = check });
            return check.Result(name, run.Iterations);
        }
        catch (NotSupportedException e)
        {
            return ValidationCase.NotRun(name, e.Message);
        }
        catch (ClusterException e)
        {
            return ValidationCase.NotRun(name, string.Join(" ", e.Faults));
        }
        catch (OperatorTableException e) when (e.Line == 0)
        {
            return ValidationCase.NotRun(name, e.Message);
        }
        catch (ArgumentException e)
        {
            return ValidationCase.NotRun(name, e.Message.Split(" (Parameter", 2)[0]);
        }
    }

    // Where no tables go by the name of the run's cache, those are taken that the name of the run speaks of, such as tp2pp2, or the only ones.
    private static string TablesOf(string run, string folder, VidurRunSettings settings)
    {
        string named = Path.Combine(folder, settings.TablesFolder);
        if (Directory.Exists(named)) return named;
        string[] others = [.. Directory.EnumerateDirectories(folder, "op_tables_*").Order(StringComparer.Ordinal)];
        string[] spoken = [.. others.Where(other => run.Contains(other[(other.LastIndexOf('_') + 1)..], StringComparison.OrdinalIgnoreCase))];
        return spoken.Length == 1 ? spoken[0] : others.Length == 1 ? others[0] : named;
    }

    private static OperatorTables Tables(string folder, Dictionary<string, OperatorTables> known)
    {
        if (!known.TryGetValue(folder, out OperatorTables? tables)) known.Add(folder, tables = OperatorTables.Read(folder));
        return tables;
    }

    private static ClusterSpec Cluster(VidurRunSettings settings, IReadOnlyList<VidurRequest> requests, OperatorTables tables)
    {
        if (!ModelArchitectures.TryFind(settings.Model, out ModelArchitecture? model))
            throw new NotSupportedException($"the model {settings.Model} is not in the catalogue");
        ParallelPlan plan = new(settings.TensorParallel, settings.PipelineStages);
        // Vidur has no context window; its requests are cut beforehand.
        int window = requests.Max(request => request.Request.PromptTokens + request.Request.OutputTokens);
        return new ClusterSpec
        {
            Router = Router(settings.Router),
            Pools =
            [
                // Costs come from the tables and blocks from the run: the device only has to be large enough for the weights.
                new PoolSpec("vidur", model with { ContextWindow = window }, DeviceCatalogue.All.MaxBy(device => device.MemoryBytes)!)
                {
                    Replicas = settings.Replicas,
                    Plan = plan,
                    Engine = Engine(settings) with { BlockTokens = settings.BlockTokens },
                    Memory = new MemoryOptions { BlocksOverride = settings.KvBlocks },
                    CostModel = new TableCostModel(tables, TableCostOptions.For(model, plan)),
                },
            ],
        };
    }

    private static EngineOptions Engine(VidurRunSettings settings) => settings.Scheduler switch
    {
        "vllm" => ServingEngines.VllmV0(new VllmV0Options
        {
            MaxBatchedTokens = settings.MaxBatchedTokens, MaxSequences = settings.MaxSequences, WatermarkFraction = settings.WatermarkFraction,
        }),
        "sarathi" => ServingEngines.Sarathi(new SarathiOptions
        {
            ChunkTokens = settings.ChunkTokens, MaxSequences = settings.MaxSequences, WatermarkFraction = settings.WatermarkFraction,
        }),
        _ => throw new NotSupportedException($"the replica scheduler {settings.Scheduler} is not modelled; vllm and sarathi are"),
    };

    private static Func<RouterContext, IRouter> Router(string name) => name switch
    {
        "round_robin" => Routers.RoundRobin,
        "lor" => Routers.LeastWaiting,
        _ => throw new NotSupportedException($"the global scheduler {name} is not modelled; round_robin and lor are"),
    };

    private static string? RequestsBeside(string summary) => Beside(summary, ".requests.csv");

    private static string? Beside(string summary, string suffix)
    {
        string file = summary[..^SummarySuffix.Length] + suffix;
        return File.Exists(file) ? file : File.Exists(file + ".gz") ? file + ".gz" : null;
    }
}
