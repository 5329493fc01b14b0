using Simulator.Models.Results;
using Simulator.Tests.Models.Engines;

namespace Simulator.Tests.Models.Results;

public sealed class RunObserversTests
{
    [Test]
    public void Observers_OfWhichOneWantsIterations_EachSeesWhatItWouldAlone()
    {
        Recorder alone = new(), first = new(), second = new(iterations: false);
        TinyRun.Run(alone);
        RunObservers both = new(first, second);
        TinyRun.Run(both);

        Assert.That(both.WantsIterations);
        Assert.That(first.Iterations, Is.EqualTo(alone.Iterations).And.Not.Empty);
        Assert.That(second.Iterations, Is.Empty);
        foreach (Recorder one in (Recorder[])[first, second])
        {
            Assert.That(one.Requests, Is.EqualTo(alone.Requests).And.Count.EqualTo(7));
            Assert.That(one.Samples, Is.EqualTo(alone.Samples).And.Not.Empty);
        }
    }

    [Test]
    public void WantsIterations_NobodyDoes_IsFalse()
    {
        Assert.That(new RunObservers().WantsIterations, Is.False);
        Assert.That(new RunObservers(new Recorder(iterations: false)).WantsIterations, Is.False);
    }
}
