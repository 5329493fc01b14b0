namespace Simulator.Models.Costs.Profiles;

/// <summary>Work of the host around every iteration, in sums; <see cref="HostOverhead"/> divides it into parts.</summary>
public sealed record HostProfile
{
    /// <summary>Seconds in every iteration.</summary>
    public required double IterationSeconds { get; init; }

    /// <summary>Further seconds for each sequence of the batch.</summary>
    public required double SequenceSeconds { get; init; }

    /// <summary>Seconds of a kernel launch without a CUDA graph.</summary>
    public required double LaunchSeconds { get; init; }

    internal IEnumerable<string> Validate()
    {
        if (!(IterationSeconds is >= 0 and <= 10 && SequenceSeconds is >= 0 and <= 10 && LaunchSeconds is >= 0 and <= 1))
            yield return "host: iterationSeconds and sequenceSeconds must be from 0 to 10, and launchSeconds from 0 to 1.";
    }
}
