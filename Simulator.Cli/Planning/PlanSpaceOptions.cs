using System.CommandLine;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Running;
using Simulator.Cli.Scenarios;
using Simulator.Cli.Verbs;
using Simulator.Models.Devices;
using Simulator.Planning.Plans;

namespace Simulator.Cli.Planning;

/// <summary>Options that say which plans there are.</summary>
internal sealed class PlanSpaceOptions
{
    private const string Cells = "cells";
    private const string Apex = "apex";

    private static readonly ValueReader<int> DeviceCount = Values.Whole(1, KnownLimits.MostDevices);

    private readonly Option<IReadOnlyList<int>?> _devices = OptionFactory.Reference<IReadOnlyList<int>>(
        "--devices", "N,N,...", "Devices of the cluster; several numbers are clusters to choose from.", Values.List(DeviceCount));

    private readonly Option<IReadOnlyList<IReadOnlyList<DeviceGroup>>> _clusters = OptionFactory.Many<IReadOnlyList<DeviceGroup>>(
        "--cluster", "ID=N,...", "A cluster to choose, such as h100-sxm=8 or h100-sxm=8,a100-80=8; may be repeated.", ReadCluster);

    private readonly Option<string?> _space = OptionFactory.Reference(
        "--space", "NAME", "Layouts to choose from: cells, the default, or apex, those that APEX itself tries.", Values.OneOf("space", Cells, Apex));

    private readonly Option<bool> _uneven = OptionFactory.Flag("--uneven-stages", "Also numbers of pipeline stages that do not divide the layers.");

    private readonly Option<bool> _hybrid = OptionFactory.Flag("--hybrid-experts", "Also experts that are spread over some devices and split over the rest.");

    private readonly Option<int?> _context = OptionFactory.Value(
        "--most-context", "N", "Also sequences that are split over up to N devices; 1 by default.", Values.Whole(1, KnownLimits.MostDevices));

    private readonly Option<IReadOnlyList<Variation>> _vary = OptionFactory.Many(
        "--vary", "KEY=V,V,...", "A key of the engine, the formats or the clock and the values to try, such as tokenBudget=2048,8192; may be repeated.", Variation.Reader);

    /// <summary>The options, in the order of the help.</summary>
    public IReadOnlyList<Option> All => [_devices, _clusters, _space, _uneven, _hybrid, _context, _vary];

    /// <summary>The device of the first cluster that is named; null when none is.</summary>
    public Device? FirstDevice(ParseResult parse) => parse.GetValue(_clusters) is [[DeviceGroup first, ..], ..] ? first.Device : null;

    /// <summary>The space that a command line describes.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="pool">The model, the engine and the device to plan for.</param>
    /// <exception cref="InputException">The options do not fit together.</exception>
    public PlanSpace Resolve(ParseResult parse, PoolSection pool)
    {
        var faults = new List<string>();
        IReadOnlyList<int>? numbers = parse.GetValue(_devices);
        IReadOnlyList<IReadOnlyList<DeviceGroup>> clusters = parse.GetValue(_clusters)!;
        if (numbers is null && clusters.Count == 0) faults.Add("--devices is missing; it is the number of devices to plan for, such as 8");
        if (numbers is not null && clusters.Count > 0) faults.Add("--cluster: --devices is given as well; keep one of the two");
        bool apex = parse.GetValue(_space) == Apex;
        if (apex && (parse.GetValue(_uneven) || parse.GetValue(_hybrid) || parse.GetValue(_context) > 1))
            faults.Add("--space: APEX has neither uneven stages, hybrid experts nor context parallelism; remove these or choose cells");
        if (numbers is not null) clusters = [.. numbers.Select(number => OfOneKind(pool.Device, number, faults))];
        if (faults.Count > 0) throw new InputException(faults);
        return new()
        {
            Clusters = clusters,
            Settings =
            [
                .. Variations.Of(pool, parse.GetValue(_vary)!).Select(varied => new ServingSetting(
                    varied.Label, device => ClusterBuilder.Pool(varied.Pool with { Device = device }))),
            ],
            Grammar = apex ? new ApexGrammar() : new CellGrammar
            {
                UnevenStages = parse.GetValue(_uneven), HybridExperts = parse.GetValue(_hybrid), MostContext = parse.GetValue(_context) ?? 1,
            },
        };
    }

    private static IReadOnlyList<DeviceGroup> OfOneKind(Device device, int number, List<string> faults)
    {
        if (TryGroup(device, number, out DeviceGroup group, out string fault)) return [group];
        faults.Add($"--devices: {fault}");
        return [];
    }

    private static bool TryGroup(Device device, int number, out DeviceGroup group, out string fault)
    {
        (group, fault) = (null!, "");
        try
        {
            group = DeviceGroup.Of(device, number);
            return true;
        }
        catch (ArgumentException e)
        {
            fault = e.Message.Split(" (Parameter", 2)[0];
            return false;
        }
    }

    private static bool ReadCluster(string text, out IReadOnlyList<DeviceGroup> value, out string fault)
    {
        if (!Values.List<DeviceGroup>(ReadGroup)(text, out value, out fault)) return false;
        if (value.GroupBy(group => group.Device).FirstOrDefault(same => same.Count() > 1) is { } twice) fault = $"{twice.Key.Id} is named twice; give its number once";
        return fault.Length == 0;
    }

    private static bool ReadGroup(string text, out DeviceGroup value, out string fault)
    {
        value = null!;
        string[] sides = text.Split('=', 2);
        fault = $"expected devices and their numbers, such as h100-sxm=8,a100-80=8, got '{text}'";
        return sides.Length == 2 && CatalogueNames.Device(sides[0].Trim(), out Device device, out fault)
            && DeviceCount(sides[1].Trim(), out int number, out fault) && TryGroup(device, number, out value, out fault);
    }
}
