using System.Text;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;

namespace Simulator.Tests.Cli.Reading;

public sealed class YamlTextTests
{
    [Test]
    public void Read_WithByteOrderMark_DropsIt()
    {
        using var files = new TemporaryFiles();
        File.WriteAllText(files["s.yaml"], "seed: 1\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.That(YamlText.Read(files["s.yaml"]), Is.EqualTo("seed: 1\n"));
    }

    [Test]
    public void Read_NotUtf8_NamesTheLine()
    {
        using var files = new TemporaryFiles();
        File.WriteAllBytes(files["s.yaml"], [.. "a: 1\nb: "u8, 0xE9, .. "\n"u8]);
        Assert.That(Fault(files["s.yaml"]), Is.EqualTo($"{files["s.yaml"]}:2:1: this is not UTF-8 text; save the scenario as UTF-8, or give a trace with --trace"));
    }

    [Test]
    public void Read_Missing_SaysSo()
    {
        using var files = new TemporaryFiles();
        Assert.That(Fault(files["s.yaml"]), Is.EqualTo($"{files["s.yaml"]}: no such file"));
        Assert.That(Fault(Path.Combine(files["none"], "s.yaml")), Does.EndWith(": no such file"));
    }

    [Test]
    public void Read_Folder_SaysSo()
    {
        using var files = new TemporaryFiles();
        Assert.That(Fault(files.Folder), Is.EqualTo($"{files.Folder}: is a folder; name a scenario file"));
    }

    [Test]
    public void Read_TooLarge_PointsToTheTraceOption()
    {
        using var files = new TemporaryFiles();
        using (FileStream file = File.Create(files["s.yaml"])) file.SetLength(YamlText.MaximumBytes + 1);
        Assert.That(Fault(files["s.yaml"]), Is.EqualTo(
            $"{files["s.yaml"]}: too large for a scenario (more than 4 MiB); a trace is given with --trace"));
    }

    private static string Fault(string path) => Assert.Throws<InputException>(() => YamlText.Read(path))!.Faults.Single();
}
