using Simulator.Models.Batching.VllmV1;

namespace Simulator.Tests.Models.Batching;

public sealed class VllmV1OptionsTests
{
    [Test]
    public void Validate_Defaults_NoFault() => Assert.That(new VllmV1Options().Validate(131072), Is.Empty);

    [TestCase(0, 1, 0, true, "TokenBudget is 0; it must be at least 1.")]
    [TestCase(64, 0, 0, true, "MaxSequences is 0; it must be at least 1.")]
    [TestCase(64, 8, -1, true, "LongPrefillThreshold is -1; it must be 0 (off) or more.")]
    [TestCase(64, 65, 0, true, "TokenBudget (64) is below MaxSequences (65); it must be at least that.")]
    [TestCase(64, 8, 0, false, "ChunkedPrefill is off and TokenBudget (64) is below the context window (100)")]
    public void Validate_OneFault_NamesItAndTheRange(int budget, int sequences, int threshold, bool chunked, string message)
    {
        VllmV1Options options = new()
        {
            TokenBudget = budget, MaxSequences = sequences, LongPrefillThreshold = threshold, ChunkedPrefill = chunked,
        };
        Assert.That(options.Validate(contextWindow: 100), Is.EqualTo(new[] { message }).Or.One.StartsWith(message));
        Assert.That(options.Validate(contextWindow: 100), Has.Count.EqualTo(1));
    }

    [Test]
    public void Validate_SeveralFaults_ReportsAll()
    {
        VllmV1Options options = new() { TokenBudget = 10, MaxSequences = 20, LongPrefillThreshold = -1, ChunkedPrefill = false };
        Assert.That(options.Validate(100), Has.Count.EqualTo(3));
    }
}
