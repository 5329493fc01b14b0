using Simulator.Cli.Faults;
using Simulator.Cli.Terminal;
using Simulator.Models.Clusters;
using Simulator.Models.Devices;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Cli.Terminal;

public sealed class FailureTests
{
    [Test]
    public void Of_FaultyInput_IsTwoWithALineForEachFault()
    {
        Failure failure = Failure.Of(new InputException((string[])["first", "second"]));
        Assert.That(failure.ExitCode, Is.EqualTo(2));
        Assert.That(failure.Lines, Is.EqualTo((string[])["first", "second"]));
    }

    [Test]
    public void Of_FaultyCluster_IsTwoWithALineForEachFault()
    {
        Failure failure = Failure.Of(new ClusterException(["first", "second"]));
        Assert.That(failure.ExitCode, Is.EqualTo(2));
        Assert.That(failure.Lines, Is.EqualTo((string[])["first", "second"]));
    }

    [Test]
    public void Of_UnknownName_IsTwo()
    {
        Exception unknown = Assert.Catch(() => Devices.Find("h100-smx"))!;
        Assert.That(Failure.Of(unknown).ExitCode, Is.EqualTo(2));
        Assert.That(Failure.Of(unknown).Lines, Is.EqualTo((string[])[unknown.Message]));
    }

    [Test]
    public void Of_FaultyTrace_IsTwoInItsOwnWords()
    {
        Failure failure = Failure.Of(new TraceFormatException("t.csv", 7, "Model", "the row has 3 cells", "Write all 6"));
        Assert.That(failure.ExitCode, Is.EqualTo(2));
        Assert.That(failure.Lines, Is.EqualTo((string[])["t.csv:7: the row has 3 cells. Write all 6."]));
    }

    [Test]
    public void Of_UnwritableOutput_IsOneInPlainWords()
    {
        Failure failure = Failure.Of(new IOException("No space left on device : 'requests.csv'"));
        Assert.That(failure.ExitCode, Is.EqualTo(1));
        Assert.That(failure.Lines, Is.EqualTo((string[])["No space left on device : 'requests.csv'"]));
    }

    [Test]
    public void Report_FaultOfTheSimulator_IsOneLineAndAHintWithoutStackTrace()
    {
        using var error = new StringWriter { NewLine = "\n" };
        int code = Failure.Report(Thrown(), error);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error.ToString(), Is.EqualTo(
            "error: the run failed: InvalidOperationException: a block was freed twice\n"
            + "error: this is a fault of the simulator; run again with SIMULATOR_DEBUG=1 for its stack trace, and report it with the scenario\n"));
    }

    [Test]
    [NonParallelizable]
    public void Report_WithDebugVariable_AddsTheStackTrace()
    {
        Environment.SetEnvironmentVariable(Failure.DebugVariable, "1");
        try
        {
            using var error = new StringWriter();
            Failure.Report(Thrown(), error);
            Assert.That(error.ToString(), Does.Contain("   at Simulator.Tests.Cli.Terminal.FailureTests"));
        }
        finally
        {
            Environment.SetEnvironmentVariable(Failure.DebugVariable, null);
        }
    }

    private static InvalidOperationException Thrown() => Assert.Throws<InvalidOperationException>(
        () => throw new InvalidOperationException("a block was freed twice\nsecond line"))!;
}
