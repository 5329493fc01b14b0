using System.Reflection;

namespace Simulator.Tests.Models.Clusters;

/// <summary>Core ← Workloads ← Models ← Planning ← Reports ← Cli: each assembly knows only those before it.</summary>
public sealed class AssemblyChainTests
{
    private static readonly string[] Chain = ["Simulator.Core", "Simulator.Workloads", "Simulator.Models", "Simulator.Planning", "Simulator.Reports", "Simulator.Cli"];

    [TestCaseSource(nameof(Chain))]
    public void References_OfEveryAssembly_AreThoseBeforeIt(string name)
    {
        IEnumerable<string> ours = Assembly.Load(name).GetReferencedAssemblies()
            .Select(reference => reference.Name!).Where(reference => reference.StartsWith("Simulator.", StringComparison.Ordinal));
        Assert.That(ours, Is.SubsetOf(Chain.TakeWhile(before => before != name)));
    }

    [Test]
    public void References_OfModels_ReachTheWholeChainBelow() => Assert.That(
        Assembly.Load("Simulator.Models").GetReferencedAssemblies().Select(reference => reference.Name),
        Is.SupersetOf(new[] { "Simulator.Core", "Simulator.Workloads" }));

    [Test]
    public void References_OfPlanning_ReachModels() => Assert.That(
        Assembly.Load("Simulator.Planning").GetReferencedAssemblies().Select(reference => reference.Name), Has.Member("Simulator.Models"));

    [TestCaseSource(nameof(Chain))]
    public void Types_OfEveryAssembly_AreInItsNamespaceAndNoneIsCalledSimulator(string name)
    {
        Type[] types = Assembly.Load(name).GetTypes();
        Assert.That(types.Where(type => type.Name == "Simulator"), Is.Empty);
        Assert.That(
            types.Where(type => type.IsPublic && type.Namespace != name && !type.Namespace!.StartsWith(name + ".", StringComparison.Ordinal)), Is.Empty);
    }
}
