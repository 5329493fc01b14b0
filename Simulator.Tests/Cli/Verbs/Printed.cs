using Simulator.Cli.Terminal;
using Simulator.Cli.Verbs;

namespace Simulator.Tests.Cli.Verbs;

/// <summary>What a command printed and returned.</summary>
internal sealed record Printed(int ExitCode, string Output, string Error)
{
    /// <summary>Lines of the error stream.</summary>
    public string[] ErrorLines => Error.TrimEnd().ReplaceLineEndings("\n").Split('\n');

    /// <summary>Runs the tool as a shell would, without a terminal.</summary>
    public static Printed By(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = CommandLineTool.Run(args, new Streams(output, error, ErrorIsTerminal: false));
        return new Printed(exitCode, output.ToString(), error.ToString());
    }
}
