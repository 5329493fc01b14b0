using Simulator.Cli.Terminal;

namespace Simulator.Tests.Cli.Verbs;

public sealed class CommandLineToolTests
{
    [Test]
    public void Run_WithoutArguments_PrintsHelpWithExamples()
    {
        Printed printed = Printed.By();
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
        Assert.That(printed.Output, Does.Contain("Usage:").And.Contain("compare <A> <B>").And.Contain("Examples:"));
        Assert.That(printed.Error, Is.Empty);
    }

    [Test]
    public void Run_HelpOfAVerb_EndsWithItsExamples()
    {
        Printed printed = Printed.By("compare", "--help");
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
        Assert.That(printed.Output.TrimEnd(), Does.EndWith("  simulator compare before.json after.json --all"));
    }

    [Test]
    public void Run_Version_PrintsIt()
    {
        Printed printed = Printed.By("--version");
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
        Assert.That(printed.Output, Does.Match(@"^\d+\.\d+\.\d+"));
    }

    [TestCase("compre a b", "error: unknown command 'compre'; did you mean 'compare'?", "error: see: simulator --help")]
    [TestCase("dance", "error: unknown command 'dance'", "error: see: simulator --help")]
    [TestCase("compare a", "error: required argument 'B' missing for command: 'compare'", "error: see: simulator compare --help")]
    [TestCase("compare a b c", "error: unexpected argument 'c'", "error: see: simulator compare --help")]
    [TestCase("compare a b --al", "error: unknown option '--al'; did you mean '--all'?", "error: see: simulator compare --help")]
    public void Run_FaultyUsage_SaysWhyAndReturnsTwo(string line, params string[] errors)
    {
        Printed printed = Printed.By(line.Split(' '));
        Assert.That(printed.ErrorLines, Is.EqualTo(errors));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(printed.Output, Is.Empty);
    }
}
