namespace Simulator.Core.Processes;

/// <summary>What a process meets when another one interrupts it.</summary>
/// <param name="cause">What the other process gave as the cause.</param>
public sealed class InterruptException(object? cause) : Exception(
    $"The process was interrupted (cause: {cause ?? "none given"}) and did not handle it. "
    + "After a yield that may be interrupted, call HandleInterrupt or HandleFault on the active process.")
{
    /// <summary>What the interrupting process gave as the cause.</summary>
    public object? Cause { get; } = cause;
}
