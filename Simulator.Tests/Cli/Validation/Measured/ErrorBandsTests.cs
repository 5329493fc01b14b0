using Simulator.Cli.Terminal;
using Simulator.Cli.Validation;
using Simulator.Cli.Validation.Measured;
using Simulator.Models.Results.Accuracy;
using Simulator.Tests.Cli.Validation.Measured.ClosedLoop;
using Simulator.Tests.Cli.Verbs;

namespace Simulator.Tests.Cli.Validation.Measured;

public sealed class ErrorBandsTests
{
    private static readonly RunConditions Conditions = new("h100-sxm", "vllm", ModelKind.Dense, LoadRegion.BatchUpTo16);

    [Test]
    public void Of_Rows_TakesMeansOfRowsThatTheShippedProfilesPredicted()
    {
        MeasuredFigure[] figures =
        [
            new("ttft", 2) { Predicted = 3 }, new("itl", 10) { Predicted = 9 }, new("ttftP99", 1) { Predicted = 5 }, new("e2e", 4),
        ];
        MeasuredRow row = new("r", new("system", "model", "engine"), figures) { Conditions = Conditions };
        AccuracyBands bands = ErrorBands.Of(new ValidationReport(
        [
            ("one", new MeasuredSetResult([.. Enumerable.Repeat(row, 5), row with { Conditions = null }], ["ttft"])),
            ("two", new MeasuredSetResult([.. Enumerable.Repeat(row, 4)], ["ttft"])),
            ("three", new MeasuredSetResult([row with { Conditions = null }], ["ttft"])),
        ]));
        Assert.That(bands.Provenance, Is.EqualTo(["one: 5 runs", "two: 4 runs"]));
        Assert.That(
            bands.Bands.Where(band => band.Scope == BandScope.SameConditions).Select(band => (band.Figure, band.Points, band.MedianPercent)),
            Is.EqualTo([(AccuracyFigure.Ttft, 9, 50.0), (AccuracyFigure.Tpot, 9, -10.0)]));
    }

    [Test]
    public void Validate_Bands_WritesWhatRunsRead()
    {
        using TemporaryFiles files = new();
        MadePoints points = new MadePoints(files.Folder).AddFlags("vllm");
        for (int i = 0; i < AccuracyBands.LeastPoints; i++) points.AddPoint($"p{i}", "vllm", 1 + i % 2, 100, 10);
        points.Write();
        Printed printed = Printed.By("validate", files.Folder, "--bands", files["new/b.json"]);
        Assert.That((printed.ExitCode, printed.Error), Is.EqualTo((ExitCode.Success, "")));
        AccuracyBands bands = AccuracyBands.Read(File.ReadAllText(files["new/b.json"]));
        Assert.That(bands.Provenance, Is.EqualTo([$"closed_loop: {AccuracyBands.LeastPoints} runs"]));
        AccuracyBand tpot = bands.Find(Conditions, AccuracyFigure.Tpot)!;
        Assert.That((tpot.Scope, tpot.Points), Is.EqualTo((BandScope.SameConditions, AccuracyBands.LeastPoints)));
        Assert.That(bands.Find(Conditions, AccuracyFigure.E2e), Is.Null, "closed loops measure none");
    }

    [Test]
    public void Validate_BandsOfNothingThatRan_IsBadInput()
    {
        using TemporaryFiles files = new();
        new MadePoints(files.Folder).AddPoint("p", "vllm", 1, 100, 10).AddFlags("sglang").Write();
        Printed printed = Printed.By("validate", files.Folder, "--bands", files["b.json"]);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(printed.ErrorLines.Single(), Does.StartWith("error: --bands: no measured run was predicted"));
        Assert.That(File.Exists(files["b.json"]), Is.False);
    }
}
