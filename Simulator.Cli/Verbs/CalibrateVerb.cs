using System.CommandLine;
using System.Globalization;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Running;
using Simulator.Cli.Scenarios;
using Simulator.Cli.Terminal;
using Simulator.Cli.Validation.Measured;
using Simulator.Cli.Validation.Measured.BenchmarkRuns;
using Simulator.Cli.Validation.Measured.ClosedLoop;
using Simulator.Cli.Validation.Measured.OpenLoop;
using Simulator.Models.Calibration;
using Simulator.Models.Clusters;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using Spectre.Console;

namespace Simulator.Cli.Verbs;

/// <summary><c>simulator calibrate</c>: fits the profile of a device and an engine to measured operator tables.</summary>
internal static class CalibrateVerb
{
    public static Verb Create(Streams streams)
    {
        Argument<string> tables = OptionFactory.File(
            "TABLES", "Folder of operator tables, in the layout of AIConfigurator, Vidur or APEX, or OPERATOR_ENGINE_VERSION.csv.gz; with --host, folder of whole runs.");
        Option<Device?> device = OptionFactory.Reference("--device", "DEVICE", "The device; see: simulator catalog devices.", CatalogueNames.Device);
        Option<EngineKernels?> engine = OptionFactory.Value("--engine", "ENGINE", "The engine: vllm, sglang or trtllm.", Values.OneOf("engine", KnownNames.Kernels));
        Option<string?> output = new("--output") { Description = "The profile to write (JSON); '-' for the output stream.", HelpName = "FILE" };
        Option<HostRuns?> host = OptionFactory.Value(
            "--host", "SET",
            "Fit host times to whole runs in the folder, in place of kernels to tables: runs, results of vllm bench serve; or closed_loop or open_loop, a third of these measured sets.",
            Values.OneOf("set", [("runs", HostRuns.Benchmark), ("closed_loop", HostRuns.ClosedLoop), ("open_loop", HostRuns.OpenLoop)]));
        Option<string?> server = new("--server") { Description = "The scenario whose only pool is the server of --host runs.", HelpName = "SCENARIO" };
        var verb = new Verb(
            "calibrate",
            "Fits efficiencies and fixed times of a device and an engine to measured operator tables, or host times to whole runs, and says how far off the fit is.",
            "simulator calibrate op_tables --device h100-sxm --engine vllm --output h100-sxm.vllm.json",
            "simulator calibrate results --host runs --server server.yaml --output server.json",
            "simulator calibrate measured --host closed_loop --engine vllm --output vllm.host.json");
        verb.Arguments.Add(tables);
        foreach (Option option in (Option[])[device, engine, host, server, output]) verb.Options.Add(option);
        verb.SetAction(parse =>
        {
            string folder = parse.GetRequiredValue(tables);
            Device? on = parse.GetValue(device);
            EngineKernels? of = parse.GetValue(engine);
            HostRuns? runs = parse.GetValue(host);
            string? scenario = parse.GetValue(server), path = parse.GetValue(output);
            var faults = new List<string>();
            if (runs is null && on is null) faults.Add("--device is missing; it is a device id such as h100-sxm (see: simulator catalog devices)");
            if (runs is HostRuns.Benchmark)
            {
                if (scenario is null) faults.Add("--server is missing; it is the scenario whose only pool is the server that was measured");
                if (on is not null || of is not null) faults.Add("--device and --engine: the scenario of --server names both; leave them out");
            }
            else
            {
                if (of is null) faults.Add("--engine is missing; it is vllm, sglang or trtllm");
                if (scenario is not null) faults.Add("--server: it goes with --host runs");
            }
            if (path is null) faults.Add("--output is missing; it is the profile to write");
            if (faults.Count > 0) throw new InputException(faults);
            if (runs is HostRuns.Benchmark) FitServer(streams.Output, folder, scenario!, path!);
            else if (runs is { } set) Write(streams.Output, path!, CostProfileFile.WriteHost(FitHost(folder, set, of!.Value)));
            else FitKernels(streams.Output, folder, on!, of!.Value, path!);
            return ExitCode.Success;
        });
        return verb;
    }

    private static void FitKernels(TextWriter output, string folder, Device device, EngineKernels engine, string path)
    {
        CostProfile profile = Fit(folder, device, engine);
        Write(output, path, CostProfileFile.Write(profile));
        if (path == "-") return;
        output.WriteLine($"{path}: {profile.Device} under {profile.Engine}, from {Figures.Count(profile.Provenance.Count)} tables");
        output.WriteLine();
        WriteResiduals(output, profile.Residuals);
    }

    private static void FitServer(TextWriter output, string folder, string scenario, string path)
    {
        PoolSpec server = ServerOf(scenario);
        IReadOnlyList<BenchmarkRun> runs = BenchmarkRunFiles.ReadAll(folder);
        HostProfile host = BenchmarkRunSet.Fit(runs, server);
        Write(output, path, CostProfileFile.Write(server.Roofline.Profile! with { Host = host }));
        if (path == "-") return;
        output.WriteLine($"{path}: the kernels of {scenario}, and host times fitted to {Figures.Count(runs.Count)} runs");
        output.WriteLine($"Requests take {Figures.Seconds(host.RequestSeconds)} on their way: set engine.requestOverhead to it beside roofline.profile.");
        output.WriteLine();
        MeasuredSetResult fitted = BenchmarkRunSet.Run(runs, server, host);
        MeasuredSetResult? unseen = BenchmarkRunSet.Unseen(runs, server);
        Table table = TextTable.Create("figure", "runs", "median", "p90", "unseen median", "unseen p90");
        foreach ((string figure, ErrorSummary e, _) in fitted.All.Ours.Figures)
        {
            ErrorSummary? outside = unseen?.All.Ours.Of(figure);
            table.AddTexts(
                figure, Figures.Count(e.Count), Percent(e.Median), Percent(e.P90),
                outside is null ? Figures.Undefined : Percent(outside.Median), outside is null ? Figures.Undefined : Percent(outside.P90));
        }
        output.WriteTable(table);
    }

    private static PoolSpec ServerOf(string scenario)
    {
        ClusterSection section = ScenarioReader.ReadFile(scenario).Cluster;
        ClusterSpec cluster = ClusterBuilder.Build(section);
        IReadOnlyList<string> faults = ClusterCheck.FaultsOf(section, cluster);
        if (faults.Count > 0) throw new InputException(faults);
        if (cluster.Pools is not [var server]) throw new InputException($"{scenario}: the cluster has {cluster.Pools.Count} pools; give the one of the server that was measured");
        if (server.CostModel is not null) throw new InputException($"{scenario}: 'costs' has no host times to fit; leave it out");
        return server.Roofline.Profile is not null
            ? server
            : throw new InputException($"{scenario}: constant efficiencies take the place of the profile that the host times belong to; leave them out of 'roofline'");
    }

    private static CostProfile Fit(string tables, Device device, EngineKernels engine)
    {
        try
        {
            return Calibrator.Fit(tables, device, engine);
        }
        catch (OpTableException e)
        {
            throw new InputException(e.Message);
        }
    }

    private static HostProfile FitHost(string folder, HostRuns runs, EngineKernels engine)
    {
        if (runs == HostRuns.OpenLoop)
        {
            string summary = OpenLoopSet.Find(folder) ?? throw new InputException($"{folder}: holds no open-loop runs; name a folder with open_loop/summary.csv");
            IReadOnlyList<OpenLoopRun> third = HostFit.Sample(OpenLoopFiles.ReadRuns(summary), run => run.Experiments[0]);
            return HostFit.Fit(host => OpenLoopSet.Run(third, summary, host), $"every third open-loop run in the order of their names, {third.Count} in all");
        }
        if (ClosedLoopSet.Find(folder) is null)
            throw new InputException($"{folder}: holds no closed-loop runs; name a folder with closed_loop/points.csv and closed_loop/server_flags.csv");
        IReadOnlyList<ClosedLoopServer> sample =
            HostFit.Sample(ClosedLoopSet.Read(folder).Where(server => server.Point.Engine == engine.Id()), server => server.Point.Id);
        if (sample.Count == 0) throw new InputException($"{folder}: holds no closed-loop runs of {engine.Id()}");
        return HostFit.Fit(
            host => ClosedLoopSet.Run(sample, host), $"every third closed-loop point of {engine.Id()} in the order of their names, {sample.Count} in all");
    }

    private static void Write(TextWriter output, string path, string text)
    {
        if (path == "-") output.Write(text);
        else OutputFile.Write(path, text);
    }

    private static void WriteResiduals(TextWriter output, IReadOnlyList<Residual> residuals)
    {
        Table table = TextTable.Create("operator", "rows", "left out", "median", "p90", "unseen median", "unseen p90");
        foreach (Residual residual in residuals)
        {
            table.AddTexts(
                residual.Operator, Figures.Count(residual.Rows), Figures.Count(residual.LeftOut),
                Percent(residual.Median), Percent(residual.P90), Percent(residual.OutOfSampleMedian), Percent(residual.OutOfSampleP90));
        }
        output.WriteTable(table);
    }

    private static string Percent(double value) => value.ToString("F1", CultureInfo.InvariantCulture) + " %";

    private enum HostRuns
    {
        Benchmark,
        ClosedLoop,
        OpenLoop,
    }
}
