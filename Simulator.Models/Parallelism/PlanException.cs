namespace Simulator.Models.Parallelism;

/// <summary>A parallel plan that a model cannot run by: its sizes do not divide, or its memory does not suffice.</summary>
public sealed class PlanException : Exception
{
    /// <summary>An exception about a plan.</summary>
    /// <param name="subject">What does not work, such as <c>llama-3-70b on h100-sxm</c>.</param>
    /// <param name="faults">All faults, each a clause without a full stop.</param>
    /// <param name="shortfallBytes">Memory that each device lacks, bytes; 0 when that is not the fault.</param>
    /// <param name="weightsBytes">Weights on the fullest device, bytes; null when the model cannot be spread so.</param>
    public PlanException(string subject, IReadOnlyList<string> faults, long shortfallBytes = 0, long? weightsBytes = null)
        : base($"{subject}: {string.Join("; ", faults)}.") => (Faults, ShortfallBytes, WeightsBytes) = (faults, shortfallBytes, weightsBytes);

    /// <summary>All faults.</summary>
    public IReadOnlyList<string> Faults { get; }

    /// <summary>Memory that each device lacks, bytes; 0 when that is not the fault.</summary>
    public long ShortfallBytes { get; }

    /// <summary>Weights on the fullest device, bytes; null when the model cannot be spread so.</summary>
    public long? WeightsBytes { get; }
}
