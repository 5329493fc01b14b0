namespace Simulator.Cli.Scenarios;

/// <summary>Bounds that keep a slip of the keyboard from becoming a run without end.</summary>
internal static class KnownLimits
{
    /// <summary>Devices along one dimension of a plan.</summary>
    public const int MostDevices = 1024;

    /// <summary>Rows of one iteration.</summary>
    public const int MostRows = 1_000_000;

    /// <summary>Tokens of one sequence.</summary>
    public const int MostTokens = 100_000_000;

    /// <summary>Arrivals in a second: gaps of a microsecond keep their spread on a clock of nanoseconds.</summary>
    public const int MostRequestsPerSecond = 1_000_000;
}
