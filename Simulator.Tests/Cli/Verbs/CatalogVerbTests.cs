using System.Text.RegularExpressions;
using Simulator.Cli.Running;
using Simulator.Cli.Scenarios.Schedulers;
using Simulator.Cli.Terminal;
using Simulator.Models.Architectures;
using Simulator.Models.Devices;

namespace Simulator.Tests.Cli.Verbs;

public sealed class CatalogVerbTests
{
    [Test]
    public void Devices_WithoutId_ListsEveryOne()
    {
        Printed printed = Printed.By("catalog", "devices");
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
        foreach (Device device in Devices.All) Assert.That(printed.Output, Does.Match($@"(?m)^  {device.Id} .* {device.FullWatts:N0} .*\d\.\d\d\r?$"));
    }

    [Test]
    public void Models_WithoutId_ListsEveryOne()
    {
        Printed printed = Printed.By("catalog", "models");
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
        foreach (ModelArchitecture model in ModelArchitectures.All)
            Assert.That(printed.Output, Does.Match($@"(?m)^  {model.Id} .* {model.Layers.Count} .* {model.ContextWindow:N0} "));
    }

    [Test]
    public void Schedulers_WithoutId_ListsEveryOneWithWhatItMirrors()
    {
        Printed printed = Printed.By("catalog", "schedulers");
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
        foreach (SchedulerEntry entry in KnownSchedulers.All) Assert.That(printed.Output, Does.Match($@"(?m)^{entry.Name} +{Regex.Escape(entry.Mirrors)}\r?$"));
    }

    [TestCaseSource(typeof(KnownSchedulers), nameof(KnownSchedulers.Names))]
    public void Schedulers_ById_ShowsItsOptionsWithTheirDefaults(string name)
    {
        Printed printed = Printed.By("catalog", "schedulers", name);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
        foreach (SchedulerOption option in KnownSchedulers.Of(name).Options)
            Assert.That(printed.Output, Does.Contain($"  {option.Key} ({option.Kind.Replace("`", "", StringComparison.Ordinal)}; {SchedulerDefaults.Of(KnownSchedulers.Of(name), option)}): "));
    }

    [Test]
    public void Schedulers_UnknownName_NamesTheClosest()
    {
        Printed printed = Printed.By("catalog", "schedulers", "vllm-v");
        Assert.That(printed.ErrorLines[0], Does.StartWith("error: unknown scheduler 'vllm-v'; did you mean 'vllm-v1'? known: "));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    [Test]
    public void Devices_ById_ShowsOneWithItsSource()
    {
        Printed printed = Printed.By("catalog", "devices", "H100");
        Assert.That(printed.Output, Does.StartWith("id               h100-sxm"));
        Assert.That(printed.Output, Does.Contain("3,350 GB/s").And.Contain("700 W full"));
        Assert.That(printed.Output.TrimEnd(), Does.EndWith(Devices.H100Sxm.Source));
    }

    [Test]
    public void Models_ById_ShowsItsLayersAndSource()
    {
        Printed printed = Printed.By("catalog", "models", "llama3.1-8b");
        Assert.That(printed.Output, Does.Contain("weights          8.030 B"));
        Assert.That(printed.Output, Does.Contain("  32 × grouped-query attention, 32 heads, 8 KV heads of 128; gated feed-forward of 14,336"));
        Assert.That(printed.Output, Does.Contain("KV cache         128 KiB per token in 16 bits"));
        Assert.That(printed.Output.TrimEnd(), Does.EndWith(ModelArchitectures.Find("llama-3.1-8b").Source));
    }

    [TestCaseSource(nameof(ModelIds))]
    public void Models_ById_ShowsEveryKind(string id)
    {
        Printed printed = Printed.By("catalog", "models", id);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
        Assert.That(printed.Output, Does.Not.Contain("Attention").And.Not.Contain("FeedForward"));
    }

    [Test]
    public void Models_NearMiss_NamesTheClosest()
    {
        Printed printed = Printed.By("catalog", "models", "llama-3.1-8c");
        Assert.That(printed.ErrorLines[0], Does.StartWith("error: there is no model 'llama-3.1-8c'. Did you mean llama-3.1-8b"));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    [Test]
    public void Catalog_WithoutKind_NamesTheKinds()
    {
        Printed printed = Printed.By("catalog");
        Assert.That(printed.ErrorLines, Is.EqualTo((string[])["error: 'simulator catalog' needs one of: devices, models, schedulers", "error: see: simulator catalog --help"]));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    private static IEnumerable<string> ModelIds() => ModelArchitectures.All.Select(model => model.Id);
}
