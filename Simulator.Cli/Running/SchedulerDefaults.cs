using Simulator.Cli.Scenarios;
using Simulator.Cli.Scenarios.Schedulers;
using Simulator.Models.Devices;

namespace Simulator.Cli.Running;

/// <summary>Defaults of the options of schedulers, in words.</summary>
internal static class SchedulerDefaults
{
    /// <summary>A context window of no consequence: defaults that depend on it are given in words.</summary>
    private const int AnyContextWindow = 8192;

    /// <summary>One value, or that of a large device and that of a small one; <c>none</c> for an option that is off.</summary>
    public static string Of(SchedulerEntry entry, SchedulerOption option)
    {
        if (option.Otherwise is { } words) return words;
        string large = On(Devices.H100Sxm), small = On(Devices.L40S);
        return large == small ? large : $"{large} on {Devices.H100Sxm.Id}, {small} on {Devices.L40S.Id}";

        string On(Device device)
        {
            var list = new SettingList(folder: "");
            foreach ((SchedulerOption each, object? value) in entry.Options.Zip(entry.Values(device, AnyContextWindow, EngineSection.NoOptions)))
            {
                if (each.Key == option.Key) list.Add(option.Key, value);
            }

            return list.Settings.Count == 0 ? "none" : list.Settings[0].Value;
        }
    }
}
