using System.CommandLine;
using System.Globalization;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Running;
using Simulator.Cli.Scenarios;
using Simulator.Cli.Terminal;
using Simulator.Cli.Validation.Measured;
using Simulator.Cli.Validation.Measured.ClosedLoop;
using Simulator.Cli.Validation.Measured.OpenLoop;
using Simulator.Models.Calibration;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using Spectre.Console;

namespace Simulator.Cli.Verbs;

/// <summary><c>simulator calibrate</c>: fits the profile of a device and an engine to measured operator tables.</summary>
internal static class CalibrateVerb
{
    public static Verb Create(Streams streams)
    {
        Argument<string> tables = OptionFactory.File("TABLES", "Folder of operator tables: OPERATOR_ENGINE_VERSION.csv.gz of the device, or such a folder for each device.");
        Option<Device?> device = OptionFactory.Reference("--device", "DEVICE", "The device; see: simulator catalog devices.", CatalogueNames.Device);
        Option<EngineKernels?> engine = OptionFactory.Value("--engine", "ENGINE", "The engine: vllm, sglang or trtllm.", Values.OneOf("engine", KnownNames.Kernels));
        Option<string?> output = new("--output") { Description = "The profile to write (JSON); '-' for the output stream.", HelpName = "FILE" };
        Option<HostRuns?> host = OptionFactory.Value(
            "--host", "SET", "Fit the host times of the engine to a third of the runs of this set in the folder, closed_loop or open_loop, in place of kernels to tables.",
            Values.OneOf("set", [("closed_loop", HostRuns.ClosedLoop), ("open_loop", HostRuns.OpenLoop)]));
        var verb = new Verb(
            "calibrate",
            "Fits efficiencies and fixed times of a device and an engine to measured operator tables, and says how far off the fit is.",
            "simulator calibrate op_tables --device h100-sxm --engine vllm --output h100-sxm.vllm.json",
            "simulator calibrate measured --host closed_loop --engine vllm --output vllm.host.json");
        verb.Options.Add(host);
        verb.Arguments.Add(tables);
        verb.Options.Add(device);
        verb.Options.Add(engine);
        verb.Options.Add(output);
        verb.SetAction(parse =>
        {
            var faults = new List<string>();
            HostRuns? fitsHost = parse.GetValue(host);
            if (parse.GetValue(device) is not { } on)
            {
                if (fitsHost is null) faults.Add("--device is missing; it is a device id such as h100-sxm (see: simulator catalog devices)");
                on = null!;
            }
            if (parse.GetValue(engine) is null) faults.Add("--engine is missing; it is vllm, sglang or trtllm");
            if (parse.GetValue(output) is not { } path)
            {
                faults.Add("--output is missing; it is the profile to write");
                path = "";
            }
            if (faults.Count > 0) throw new InputException(faults);
            if (fitsHost is { } runs)
            {
                Write(streams, path, CostProfileFile.WriteHost(FitHost(parse.GetRequiredValue(tables), runs, parse.GetValue(engine)!.Value)));
                return ExitCode.Success;
            }
            CostProfile profile = Fit(parse.GetRequiredValue(tables), on, parse.GetValue(engine)!.Value);
            Write(streams, path, CostProfileFile.Write(profile));
            if (path == "-") return ExitCode.Success;
            streams.Output.WriteLine($"{path}: {profile.Device} under {profile.Engine}, from {Figures.Count(profile.Provenance.Count)} tables");
            streams.Output.WriteLine();
            WriteResiduals(streams.Output, profile.Residuals);
            return ExitCode.Success;
        });
        return verb;
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

    private static void Write(Streams streams, string path, string text)
    {
        if (path == "-") streams.Output.Write(text);
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
        ClosedLoop,
        OpenLoop,
    }
}
