namespace Simulator.Models.Calibration.Tables;

/// <summary>A table in a CSV file of its own, in the columns of AIConfigurator.</summary>
/// <param name="path">The file.</param>
/// <param name="name">Its name in the provenance of a profile.</param>
internal sealed class CsvTableFile(string path, string name) : OpTableFile(path)
{
    public override IReadOnlyList<string> Provenance { get; } = [$"{name} of AIConfigurator (ai-dynamo/aiconfigurator, Apache-2.0)"];

    internal override IOpTableRows Open() => new CsvTableRows(Path);
}
