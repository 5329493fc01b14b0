using Simulator.Models.Calibration.Tables;

namespace Simulator.Tests.Models.Calibration.Tables;

[TestFixture]
public sealed class TableVersionTests
{
    [Test]
    public void CompareTo_Releases_AreInPythonsOrder()
    {
        string[] ordered = ["0.5.6", "0.5.6.post2", "0.5.10", "1.0.0rc3", "1.0.0rc12", "1.0.0", "1.0.1", "1.3.0rc20", "1.3.0"];
        string[] sorted = [.. ordered.Reverse().OrderBy(text => new TableVersion(text))];
        Assert.That(sorted, Is.EqualTo(ordered));
        Assert.That(new TableVersion("1.0").CompareTo(new TableVersion("1.0.0")), Is.Zero);
        Assert.That(new TableVersion("1.0").CompareTo(null), Is.Positive);
    }
}
