namespace Simulator.Planning.Sweeps;

/// <summary>The results of a sweep in the order of its manifest, so that nothing tells who ran which point, or when.</summary>
/// <param name="Manifest">The points.</param>
/// <param name="Results">Their results.</param>
public sealed record SweepMerge(SweepManifest Manifest, SweepResults Results)
{
    /// <summary>Points that are not done, in the order of the manifest.</summary>
    public IEnumerable<SweepPoint> Missing() => Manifest.Points().Where(point => !Results.Has(point));

    /// <summary>Every point with its result, JSON on one line, read one by one.</summary>
    /// <exception cref="SweepException">A point is not done, or its file holds something else.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public IEnumerable<(SweepPoint Point, string Value)> Read() => Manifest.Points().Select(point =>
        (point, Results.Read(point) ?? throw new SweepException($"{Results.FileOf(point)}: is missing; run the sweep again")));
}
