using Simulator.Cli.Terminal;

namespace Simulator.Tests.Cli.Terminal;

public sealed class RunTimingTests
{
    [Test]
    public void Report_OfARun_GivesWallAndCpuOfStartUpAndRun()
    {
        using var error = new StringWriter { NewLine = "\n" };
        RunTiming.Start().Report(error);
        const string Seconds = @"\d+\.\d{3} s";
        Assert.That(error.ToString(), Does.Match($@"^timing: start-up {Seconds} \(CPU {Seconds}\), run {Seconds} \(CPU {Seconds}\)\n$"));
    }
}
