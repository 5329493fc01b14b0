namespace Simulator.Models.Costs.Profiles;

/// <summary>What an engine's host takes, whatever the device: work around every iteration, kernel launches, requests. Fitted to whole runs of servers.</summary>
/// <remarks>The work of an iteration is in sums; <see cref="HostOverhead"/> divides it into parts.</remarks>
public sealed record HostProfile
{
    /// <summary>Seconds in every iteration, from 0 to 10.</summary>
    public required double IterationSeconds { get; init; }

    /// <summary>Further seconds for each sequence of the batch, from 0 to 10.</summary>
    public required double SequenceSeconds { get; init; }

    /// <summary>Seconds between two iterations that an overlapping scheduler does not hide, from 0 to 10.</summary>
    public double ExposedSeconds { get; init; }

    /// <summary>The same for each sequence of the batch, from 0 to 10.</summary>
    public double ExposedSequenceSeconds { get; init; }

    /// <summary>Seconds of a kernel that no CUDA graph launches, from 0 to 1: the way to it through the framework, and the small kernels around it that the model does not count.</summary>
    public required double LaunchSeconds { get; init; }

    /// <summary>Seconds from the arrival of a request until the scheduler sees it, from 0 to 10: HTTP, tokenising, the way between processes.</summary>
    public double RequestSeconds { get; init; }

    /// <summary>What it was fitted to.</summary>
    public IReadOnlyList<string> Provenance { get; init; } = [];

    internal IEnumerable<string> Validate()
    {
        if (!(ExposedSeconds is >= 0 and <= 10 && ExposedSequenceSeconds is >= 0 and <= 10))
            yield return "host: exposedSeconds and exposedSequenceSeconds must be from 0 to 10.";
        if (!(IterationSeconds is >= 0 and <= 10 && SequenceSeconds is >= 0 and <= 10 && LaunchSeconds is >= 0 and <= 1 && RequestSeconds is >= 0 and <= 10))
            yield return "host: iterationSeconds, sequenceSeconds and requestSeconds must be from 0 to 10, and launchSeconds from 0 to 1.";
    }
}
