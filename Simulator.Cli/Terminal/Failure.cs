using Simulator.Cli.Faults;
using Simulator.Models.Architectures;
using Simulator.Models.Catalogues;
using Simulator.Models.Clusters;
using Simulator.Models.Costs.Tables;
using Simulator.Models.Parallelism;
using Simulator.Planning.Apex;
using Simulator.Planning.Sweeps;
using Simulator.Workloads.Traces;

namespace Simulator.Cli.Terminal;

/// <summary>What a user is told when a command ends in an exception.</summary>
/// <param name="ExitCode">What the process returns.</param>
/// <param name="Lines">What stands after <c>error: </c> on each line of the error stream.</param>
internal sealed record Failure(int ExitCode, IReadOnlyList<string> Lines)
{
    /// <summary>Environment variable that, set to anything, adds the stack trace of a failure.</summary>
    public const string DebugVariable = "SIMULATOR_DEBUG";

    /// <summary>Faults of the input in their own words; anything else as a failure of the run.</summary>
    public static Failure Of(Exception exception) => exception switch
    {
        InputException input => BadInput([.. input.Faults]),
        ClusterException cluster => BadInput([.. cluster.Faults]),
        UnknownNameException or TraceFormatException or ModelConfigException or PlanException or OperatorTableException or ApexCasesException or SweepException => BadInput(exception.Message),
        OutOfMemoryException => RunFailed("out of memory; take fewer requests (--limit) or write fewer outputs"),
        IOException or UnauthorizedAccessException => RunFailed(exception.Message),
        _ => RunFailed(
            $"the run failed: {exception.GetType().Name}: {FirstLine(exception.Message)}",
            $"this is a fault of the simulator; run again with {DebugVariable}=1 for its stack trace, and report it with the scenario"),
    };

    /// <summary>Writes the lines, and the stack trace when <see cref="DebugVariable"/> is set.</summary>
    public static int Report(Exception exception, TextWriter error)
    {
        Failure failure = Of(exception);
        foreach (string line in failure.Lines) error.WriteLine($"error: {line}");
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(DebugVariable))) error.WriteLine(exception);
        return failure.ExitCode;
    }

    private static Failure BadInput(params string[] lines) => new(Terminal.ExitCode.BadInput, lines);

    private static Failure RunFailed(params string[] lines) => new(Terminal.ExitCode.RunFailed, lines);

    private static string FirstLine(string message) => message.Split('\n', 2)[0].TrimEnd();
}
