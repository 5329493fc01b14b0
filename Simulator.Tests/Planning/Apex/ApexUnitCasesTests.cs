using Simulator.Planning.Apex;

namespace Simulator.Tests.Planning.Apex;

/// <summary>The recorded outputs of APEX itself, every figure of every plan.</summary>
public sealed class ApexUnitCasesTests
{
    [Test]
    public void Run_RecordedOutputsOfApex_MatchToEveryDigit()
    {
        IReadOnlyList<ApexCaseCheck> checks = ApexUnitCases.Run(SharedData.Path("data/apex_runs/unit_cases.json"));

        Assert.That(checks.Select(check => check.Name), Is.EqualTo(
            new[] { "U1", "U2", "U3", "U4", "U5", "U6", "U7", "U8", "U9", "U9b", "U10", "U11" }));
        Assert.Multiple(() =>
        {
            foreach (ApexCaseCheck check in checks)
            {
                Assert.That(check.FirstMismatch, Is.Null, check.Name);
                Assert.That(check.Matched, check.Name);
                Assert.That(check.LargestErrorSeconds, Is.LessThan(1e-12), check.Name);
            }
        });
        Assert.That(checks.Sum(check => check.Plans), Is.EqualTo(1 + 3 + 1 + 1 + 1 + 5 + 3 + 49 + 1 + 1 + 3 + 50));
    }
}
