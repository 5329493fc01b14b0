using System.Diagnostics;
using System.Globalization;

namespace Simulator.Cli.Terminal;

/// <summary>How long the process took, for people: it goes to the error stream, never into results.</summary>
internal sealed class RunTiming
{
    private readonly TimeSpan _startUpWall;
    private readonly TimeSpan _startUpCpu;
    private readonly long _started;

    private RunTiming()
    {
        using Process process = Process.GetCurrentProcess();
        _startUpWall = DateTime.UtcNow - process.StartTime.ToUniversalTime();
        _startUpCpu = Environment.CpuUsage.TotalTime;
        _started = Stopwatch.GetTimestamp();
    }

    /// <summary>Ends the start-up and begins the run: to be called when the input has been checked.</summary>
    public static RunTiming Start() => new();

    /// <summary>Writes wall and CPU time of start-up and run.</summary>
    public void Report(TextWriter error)
    {
        TimeSpan wall = Stopwatch.GetElapsedTime(_started);
        TimeSpan cpu = Environment.CpuUsage.TotalTime - _startUpCpu;
        error.WriteLine($"timing: start-up {Format(_startUpWall)} (CPU {Format(_startUpCpu)}), run {Format(wall)} (CPU {Format(cpu)})");
    }

    private static string Format(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.000} s");
}
