namespace Simulator.Cli.Scenarios.Schedulers;

/// <summary>An option of a scheduler, as scenarios write it.</summary>
/// <param name="Key">Its key in the <c>engine</c> section.</param>
/// <param name="Kind">What kind of value it takes, with its unit and range, such as <c>tokens</c> or <c>count, from 0</c>.</param>
/// <param name="Meaning">What it does, and what the mirrored engine calls it.</param>
/// <param name="Otherwise">Its default in words, where that depends on more than the device; null otherwise.</param>
internal sealed record SchedulerOption(string Key, string Kind, string Meaning, string? Otherwise = null);
