using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MathNet.Numerics.Statistics;
using Simulator.Models.Clusters;

namespace Simulator.Models.Results.Accuracy;

/// <summary>How far predictions were from real servers, by device, engine, kind of model and load: what validation says of a prediction of the same kind.</summary>
/// <remarks>
/// A combination that too few runs were measured of takes the band of the next broader one: of its device and engine, of its engine, of all. It extrapolates then.
/// The shipped bands are a file that <c>simulator validate --bands</c> writes.
/// </remarks>
public sealed record AccuracyBands
{
    /// <summary>Fewest runs of a band: the 10th and 90th percentile of fewer say nothing.</summary>
    public const int LeastPoints = 8;

    private const string Resource = "accuracy.bands.json";

    private static readonly AccuracyBandsJson Line = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
    });

    private static readonly Lazy<AccuracyBands> ShippedOnce = new(ReadShipped);

    /// <summary>The bands of the shipped profiles.</summary>
    public static AccuracyBands Shipped => ShippedOnce.Value;

    /// <summary>What was measured: sets with their runs.</summary>
    public IReadOnlyList<string> Provenance { get; init; } = [];

    /// <summary>The bands, the nearest scopes first.</summary>
    public required IReadOnlyList<AccuracyBand> Bands { get; init; }

    /// <summary>Sums up errors of predictions.</summary>
    /// <param name="errors">The errors.</param>
    /// <returns>A band for each figure of each combination, and of each broader scope, of at least <see cref="LeastPoints"/> runs.</returns>
    public static AccuracyBands Of(IEnumerable<MeasuredError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        return new()
        {
            Bands =
            [
                .. errors.SelectMany(error => Enum.GetValues<BandScope>().Select(scope => (Key: Key(error.Conditions, scope, error.Figure), error.Percent)))
                    .GroupBy(error => error.Key, error => error.Percent)
                    .Where(alike => alike.Count() >= LeastPoints)
                    .Select(alike => Band(alike.Key, [.. alike.Order()]))
                    .OrderBy(band => band.Scope).ThenBy(band => band.Engine, StringComparer.Ordinal).ThenBy(band => band.Device, StringComparer.Ordinal)
                    .ThenBy(band => band.Model).ThenBy(band => band.Load).ThenBy(band => band.Figure),
            ],
        };
    }

    /// <summary>The band of a figure, of the nearest scope that has one.</summary>
    /// <param name="conditions">What ran.</param>
    /// <param name="figure">The figure.</param>
    /// <returns>Null when nothing of the figure was measured.</returns>
    public AccuracyBand? Find(RunConditions conditions, AccuracyFigure figure)
    {
        ArgumentNullException.ThrowIfNull(conditions);
        foreach (BandScope scope in Enum.GetValues<BandScope>())
        {
            var key = Key(conditions, scope, figure);
            if (Bands.FirstOrDefault(band => key == (band.Device, band.Engine, band.Model, band.Load, band.Figure)) is { } found) return found;
        }
        return null;
    }

    /// <summary>What validation says of the figures of a run, pool by pool.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="run">A run of it.</param>
    /// <returns>One entry for each pool, in their order.</returns>
    public IReadOnlyList<PoolAccuracy> Of(ClusterSpec cluster, RunResult run)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(run);
        return [.. cluster.Pools.Select(pool => Of(pool, run))];
    }

    /// <summary>The bands as JSON text, one a line.</summary>
    public string ToJson()
    {
        StringBuilder text = new("{\n  \"provenance\": [");
        text.AppendJoin(", ", Provenance.Select(from => JsonSerializer.Serialize(from, Line.String)));
        text.Append("],\n  \"bands\": [");
        text.AppendJoin(",", Bands.Select(band => $"\n    {JsonSerializer.Serialize(band, Line.AccuracyBand)}"));
        return text.Append("\n  ]\n}\n").ToString();
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The text.</param>
    /// <exception cref="InvalidDataException">The text is none.</exception>
    public static AccuracyBands Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Line.AccuracyBands) ?? throw new JsonException("The document is null.");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{fault.Message} Write the bands anew with: simulator validate --bands.", fault);
        }
    }

    private PoolAccuracy Of(PoolSpec pool, RunResult run)
    {
        if (RunConditions.Of(pool, run) is not { } conditions)
            return new() { Pool = pool.Name, NoBand = RunConditions.IsCalibrated(pool) ? "nothing ran" : "costs are not calibrated" };
        return new()
        {
            Pool = pool.Name,
            Conditions = conditions,
            LeftOutSeconds = LeftOut(pool),
            Figures =
            [
                .. from figure in Enum.GetValues<AccuracyFigure>()
                   let band = Find(conditions, figure)
                   where band is not null
                   select new FigureAccuracy(figure, band.LowPercent, band.MedianPercent, band.HighPercent, band.Points, band.Scope),
            ],
        };
    }

    private static double? LeftOut(PoolSpec pool)
    {
        double seconds = Math.Round((pool.Roofline.Profile?.Host?.RequestSeconds ?? 0) - pool.Engine.RequestOverhead.ToSeconds(), 9);
        return seconds > 0 ? seconds : null;
    }

    private static (string? Device, string? Engine, ModelKind? Model, LoadRegion? Load, AccuracyFigure Figure) Key(
        RunConditions conditions, BandScope scope, AccuracyFigure figure) => scope switch
        {
            BandScope.SameConditions => (conditions.Device, conditions.Engine, conditions.Model, conditions.Load, figure),
            BandScope.SameDeviceAndEngine => (conditions.Device, conditions.Engine, null, null, figure),
            BandScope.SameEngine => (null, conditions.Engine, null, null, figure),
            _ => (null, null, null, null, figure),
        };

    private static AccuracyBand Band(
        (string? Device, string? Engine, ModelKind? Model, LoadRegion? Load, AccuracyFigure Figure) key, double[] sorted) => new()
        {
            Device = key.Device, Engine = key.Engine, Model = key.Model, Load = key.Load, Figure = key.Figure, Points = sorted.Length,
            LowPercent = Quantile(sorted, 0.1), MedianPercent = Quantile(sorted, 0.5), HighPercent = Quantile(sorted, 0.9),
        };

    // Tenths of a percent: more than so many runs can tell.
    private static double Quantile(double[] sorted, double share) =>
        Math.Round(SortedArrayStatistics.QuantileCustom(sorted, share, QuantileDefinition.R7), 1);

    private static AccuracyBands ReadShipped()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is not embedded.");
        using var reader = new StreamReader(stream);
        return Read(reader.ReadToEnd());
    }
}

[JsonSerializable(typeof(AccuracyBands))]
[JsonSerializable(typeof(AccuracyBand))]
[JsonSerializable(typeof(string))]
internal sealed partial class AccuracyBandsJson : JsonSerializerContext;
