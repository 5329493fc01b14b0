using System.Text;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;

namespace Simulator.Tests.Cli.Reading;

public sealed class YamlTextTests
{
    private string path = "";

    [SetUp]
    public void CreatePath() => path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{TestContext.CurrentContext.Test.ID}.yaml");

    [TearDown]
    public void Delete()
    {
        if (path.Length > 0) File.Delete(path);
    }

    [Test]
    public void Read_WithByteOrderMark_DropsIt()
    {
        File.WriteAllText(path, "seed: 1\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.That(YamlText.Read(path), Is.EqualTo("seed: 1\n"));
    }

    [Test]
    public void Read_NotUtf8_NamesTheLine()
    {
        File.WriteAllBytes(path, [.. "a: 1\nb: "u8, 0xE9, .. "\n"u8]);
        Assert.That(Fault(), Is.EqualTo($"{path}:2:1: this is not UTF-8 text; save the scenario as UTF-8"));
    }

    [Test]
    public void Read_Missing_SaysSo() => Assert.That(Fault(), Is.EqualTo($"{path}: no such file"));

    [Test]
    public void Read_Folder_SaysSo()
    {
        path = TestContext.CurrentContext.WorkDirectory;
        Assert.That(Fault(), Is.EqualTo($"{path}: is a folder; name a scenario file"));
        path = "";
    }

    [Test]
    public void Read_TooLarge_PointsToTheTraceOption()
    {
        using (FileStream file = File.Create(path)) file.SetLength(YamlText.MaximumBytes + 1);
        Assert.That(Fault(), Is.EqualTo($"{path}: too large for a scenario (more than 4 MiB); a trace is given with --trace"));
    }

    private string Fault() => Assert.Throws<InputException>(() => YamlText.Read(path))!.Faults.Single();
}
