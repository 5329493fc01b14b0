using Simulator.Cli.Terminal;

namespace Simulator.Tests.Cli.Terminal;

public sealed class LongRunProgressTests
{
    [TestCase(false, false)]
    [TestCase(true, true)]
    public void Watch_NobodyLooksOrQuiet_WritesNothing(bool terminal, bool quiet)
    {
        using var error = new StringWriter();
        using (var progress = LongRunProgress.Watch(new Streams(TextWriter.Null, error, terminal), "requests", 10, quiet, TimeSpan.Zero))
            progress.Report(10);
        Assert.That(error.ToString(), Is.Empty);
    }

    [Test]
    public void Watch_ShortRun_WritesNothing()
    {
        using var error = new StringWriter();
        using (var progress = LongRunProgress.Watch(new Streams(TextWriter.Null, error, true), "requests", 10, quiet: false, TimeSpan.FromHours(1)))
            progress.Report(10);
        Assert.That(error.ToString(), Is.Empty);
    }

    [Test]
    public void Watch_LongRun_DrawsHowFarItIs()
    {
        using var drawn = new SignallingWriter();
        using (var progress = LongRunProgress.Watch(new Streams(TextWriter.Null, drawn, true), "requests", 4000, quiet: false, TimeSpan.Zero))
        {
            progress.Report(2000);
            Assert.That(drawn.Written.Wait(TimeSpan.FromMinutes(1)), Is.True);
        }

        Assert.That(drawn.ToString(), Does.Contain("2,000 requests"));
    }

    private sealed class SignallingWriter : StringWriter
    {
        public ManualResetEventSlim Written { get; } = new();

        public override void Write(string? value)
        {
            base.Write(value);
            if (value?.Contains("2,000 requests", StringComparison.Ordinal) == true) Written.Set();
        }

        protected override void Dispose(bool disposing)
        {
            Written.Dispose();
            base.Dispose(disposing);
        }
    }
}
