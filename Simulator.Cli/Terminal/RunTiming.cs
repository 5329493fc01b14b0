using System.Diagnostics;
using System.Globalization;

namespace Simulator.Cli.Terminal;

/// <summary>How long the process took, for people: it goes to the error stream, never into results.</summary>
internal sealed class RunTiming
{
    private readonly TimeSpan startUpWall;
    private readonly TimeSpan startUpCpu;
    private readonly long started;

    private RunTiming()
    {
        using Process process = Process.GetCurrentProcess();
        startUpWall = DateTime.UtcNow - process.StartTime.ToUniversalTime();
        startUpCpu = Environment.CpuUsage.TotalTime;
        started = Stopwatch.GetTimestamp();
    }

    /// <summary>Ends the start-up and begins the run: to be called when the input has been checked.</summary>
    public static RunTiming Start() => new();

    /// <summary>Writes wall and CPU time of start-up and run.</summary>
    public void Report(TextWriter error)
    {
        TimeSpan wall = Stopwatch.GetElapsedTime(started);
        TimeSpan cpu = Environment.CpuUsage.TotalTime - startUpCpu;
        error.WriteLine($"timing: start-up {Format(startUpWall)} (CPU {Format(startUpCpu)}), run {Format(wall)} (CPU {Format(cpu)})");
    }

    private static string Format(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.000} s");
}
