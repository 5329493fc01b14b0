namespace Simulator.Cli.Terminal;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    /// <summary>All went well.</summary>
    public const int Success = 0;

    /// <summary>The run failed: an output that cannot be written, or a fault of the simulator itself.</summary>
    public const int RunFailed = 1;

    /// <summary>The input is faulty: options, scenario, trace, model or cluster.</summary>
    public const int BadInput = 2;

    /// <summary>A comparison was asked to be strict, and a case does not match; or points of a sweep are missing.</summary>
    public const int NoMatch = 3;

    /// <summary>A sweep was stopped, or the machine failed it: another try may do (<c>EX_TEMPFAIL</c> of sysexits.h).</summary>
    public const int TryAgain = 75;
}
