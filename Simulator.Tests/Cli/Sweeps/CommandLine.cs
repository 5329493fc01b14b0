using System.Diagnostics;

namespace Simulator.Tests.Cli.Sweeps;

/// <summary>The built command line as a process of its own.</summary>
internal static class CommandLine
{
    /// <summary>Starts it; what it prints is dropped.</summary>
    public static Process Start(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(TestContext.CurrentContext.TestDirectory, "Simulator.Cli.dll"), .. args])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public static int End(Process process)
    {
        if (process.WaitForExit(TimeSpan.FromMinutes(5))) return process.ExitCode;
        process.Kill();
        Assert.Fail("The process does not end.");
        return -1;
    }
}
