using Simulator.Workloads.Traces.Reading;

namespace Simulator.Tests.Workloads.Traces;

public class NearestNameTests
{
    [TestCase("Request tokens", "Request_tokens")]
    [TestCase("Response tokens", "respons tokens")]
    [TestCase("Model", "modell")]
    [TestCase("Timestamp", null)]
    public void Of_Header_GivesTheNameMeant(string wanted, string? expected) =>
        Assert.That(NearestName.Of(wanted, ["Request_tokens", "respons tokens", "modell", "x", new string('y', 5000)]), Is.EqualTo(expected));
}
