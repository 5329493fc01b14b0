using System.Text.Json.Nodes;
using Simulator.Cli.Validation.Measured;

namespace Simulator.Tests.Cli.Validation.Measured;

public sealed class PlanOrderTests
{
    private static readonly MeasuredCell Cell = new("h100", "model", "vllm");

    [Test]
    public void Of_ThreePlans_OrdersAndSpeedUpsWithTheirErrors()
    {
        PlanOrder order = PlanOrder.Of([Row("8TP", 1, 10, 10, 11), Row("4TP", 1, 10, 12, 15), Row("2TP", 1, 10, 20, 14)])!;
        FigureOrder e2e = order.Orders.Single(known => known.Figure == "e2e");
        Assert.That(e2e.Measured, Is.EqualTo(["8TP", "4TP", "2TP"]));
        Assert.That(e2e.Predicted, Is.EqualTo(["8TP", "2TP", "4TP"]));
        Assert.That(e2e.IsRight, Is.False);
        Assert.That(e2e.SpeedUps.Select(speedUp => (speedUp.Faster, speedUp.Slower)), Is.EqualTo([("8TP", "4TP"), ("8TP", "2TP"), ("4TP", "2TP")]));
        Assert.That(e2e.SpeedUps[0].ErrorPercent, Is.EqualTo((15.0 / 11 / 1.2 - 1) * 100).Within(1e-9));
        Assert.That(e2e.LargestError, Is.EqualTo((14.0 / 15 / (20.0 / 12) - 1) * 100).Within(1e-9), "4TP over 2TP");
        JsonObject json = order.ToJson();
        Assert.That(
            ((int)json["orders"]!, (int)json["rightOrders"]!, (int)json["speedUps"]!, (int)json["within10Percent"]!), Is.EqualTo((2, 0, 6, 0)));
        Assert.That((double)json["largestError"]!, Is.EqualTo(44));
        Assert.That(order.ToString(), Does.StartWith("0 of 2 orders of plans are the measured ones; 0 of 6 speed-ups"));
    }

    [Test]
    public void Of_Replicas_WeighByTheirRequests()
    {
        PlanOrder order = PlanOrder.Of([Row("8TP", 1, 40, 1, 2), Row("2DP4TP", 2, 30, 2, 3), Row("2DP4TP", 2, 10, 6, 7)])!;
        JsonNode plan = order.ToJson()["workloads"]![0]!["plans"]![1]!;
        Assert.That(((string)plan["plan"]!, (double)plan["measured"]!, (double)plan["predicted"]!), Is.EqualTo(("2DP4TP", 3.0, 4.0)));
        Assert.That(order.Orders.Select(known => known.IsRight), Is.All.True);
        Assert.That((int)order.ToJson()["within10Percent"]!, Is.Zero, "2 against 3");
    }

    [Test]
    public void Of_PlansThatCannotBeCompared_AreLeftOutWithTheReason()
    {
        PlanOrder order = PlanOrder.Of(
        [
            Row("8TP", 1, 10, 10, 11), Row("4TP", 1, 10, 12, 15), Row("2DP4TP", 2, 5, 10, 11), Row("2TP", 1, 10, 12, 15) with { NotRun = "it does not fit" }, Row("1TP", 1, 11, 1, 1),
        ])!;
        Assert.That(order.Orders.SelectMany(known => known.Measured), Is.EqualTo(["8TP", "4TP", "8TP", "4TP"]));
        Assert.That(
            order.LeftOut,
            Is.EquivalentTo([
                ("chat", "2DP4TP", "not all of its replicas have figures"), ("chat", "2TP", "not all of its replicas have figures"),
                ("chat", "1TP", "no other plan served the same requests"),
            ]));
        using StringWriter text = new();
        order.Write(text);
        Assert.That(text.ToString(), Does.Contain("not compared, no other plan served the same requests: chat 1TP"));
        Assert.That(PlanOrder.Of([Row("8TP", 1, 1, 1, 1) with { Share = null }]), Is.Null);
    }

    private static MeasuredRow Row(string plan, int replicas, int requests, double measured, double predicted) => new(
        $"{plan} {requests}", Cell, [new("e2e", measured) { Predicted = predicted }, new("tpot", measured / 100) { Predicted = predicted / 100 }])
    {
        Share = new("chat", plan, replicas, requests, requests * 100L),
    };
}
