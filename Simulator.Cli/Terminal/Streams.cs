namespace Simulator.Cli.Terminal;

/// <summary>Where a command writes: results to the output, everything else to the error stream.</summary>
/// <param name="Output">Results, and nothing that differs between two runs of one scenario.</param>
/// <param name="Error">Faults, timing and progress.</param>
/// <param name="ErrorIsTerminal">True when somebody watches the error stream, so that progress can be drawn.</param>
internal sealed record Streams(TextWriter Output, TextWriter Error, bool ErrorIsTerminal)
{
    /// <summary>The streams of the process.</summary>
    public static Streams OfProcess() => new(Console.Out, Console.Error, !Console.IsErrorRedirected);
}
