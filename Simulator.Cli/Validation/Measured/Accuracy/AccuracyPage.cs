using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Simulator.Cli.Running;
using Simulator.Cli.Terminal;
using Simulator.Cli.Validation.Measured.ClosedLoop;
using Simulator.Models.Costs.Profiles;

namespace Simulator.Cli.Validation.Measured.Accuracy;

/// <summary>The page about accuracy: prose of a template, in which every figure is that of a run, and a picture of each measured set.</summary>
/// <remarks>
/// A mark of the template is <c>{{closed_loop}}</c> for the tables of a set, <c>{{closed_loop.ran}}</c> for its runs, <c>{{closed_loop.tpot.median}}</c> for an error,
/// or the name of a table of the page itself.
/// </remarks>
internal sealed partial class AccuracyPage
{
    private const string Absent = "Not among what was run.";

    private readonly OrderedDictionary<string, MeasuredSetResult> _sets = [];
    private readonly string _figureFolder;

    private AccuracyPage(ValidationReport report, string figureFolder)
    {
        foreach ((string name, IValidationSetResult result) in report.Sets)
        {
            if (result is MeasuredSetResult measured) _sets.Add(name, measured);
        }
        _figureFolder = figureFolder;
    }

    /// <summary>Writes the page, and the pictures into the folder beside it that has its name without the extension.</summary>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Write(string file, ValidationReport report)
    {
        AccuracyPage page = new(report, Path.GetFileNameWithoutExtension(file));
        OutputFile.Write(file, page.ToMarkdown());
        foreach ((string set, MeasuredSetResult result) in page._sets.Where(set => !IsHeldOut(set.Key) && set.Value.All.Ran > 0))
        {
            string picture = Path.Combine(Path.GetDirectoryName(file) ?? "", page._figureFolder, AccuracyFigure.FileName(set));
            OutputFile.Probe(picture);
            OutputFile.Write(picture, AccuracyFigure.Draw(set, result));
        }
    }

    private string ToMarkdown() => Mark().Replace(Template(), mark => Of(mark.Groups["name"].Value));

    private string Of(string name) => name switch
    {
        "overview" => Overview(),
        "hostTimes" => HostTimes(),
        "heldOut" => HeldOut(),
        "residuals" => Residuals(),
        _ => name.Split('.') switch
        {
            [string set] => _sets.TryGetValue(set, out MeasuredSetResult? result) ? SetSection.Write(set, result, _figureFolder) : Absent,
            [string set, "ran"] => _sets.TryGetValue(set, out MeasuredSetResult? result) ? Figures.Count(result.All.Ran) : FigureNames.None,
            [string set, string figure, string error] => Error(set, figure, error),
            _ => throw Unknown(name),
        },
    };

    private string Error(string set, string figure, string error)
    {
        PredictorSummary? ours = _sets.GetValueOrDefault(set)?.All.Ours;
        ErrorSummary? errors = ours?.Of(figure);
        return error switch
        {
            "median" => FigureNames.Percent(errors?.Median),
            "p90" => FigureNames.Percent(errors?.P90),
            "rank" => FigureNames.Rank(ours?.Figures.FirstOrDefault(known => known.Name == figure).RankCorrelation),
            _ => throw Unknown(error),
        };
    }

    private string Overview()
    {
        MarkdownTable table = new(2, "set", "figure", "rows", "ran", "median", "p90", "signed median", "best other on the same rows: theirs, ours");
        foreach ((string set, MeasuredSetResult result) in _sets.Where(set => !IsHeldOut(set.Key)))
        {
            foreach ((string figure, ErrorSummary errors, _) in result.All.Ours.Figures)
            {
                table.Add(
                    set, FigureNames.Of(figure), Figures.Count(result.All.Rows), Figures.Count(errors.Count), FigureNames.Percent(errors.Median),
                    FigureNames.Percent(errors.P90), FigureNames.Signed(errors.SignedMedian), BestPeer(result.All, figure, errors.Count));
            }
        }
        return table.IsEmpty ? Absent : table.ToString().TrimEnd('\n');
    }

    // Of those that predicted at least half of the rows.
    private static string BestPeer(RowsSummary all, string figure, int rows)
    {
        var best = all.Peers.Where(peer => peer.Theirs.Of(figure)?.Count * 2 >= rows && peer.Ours.Of(figure) is not null)
            .OrderBy(peer => peer.Theirs.Of(figure)!.Median).FirstOrDefault();
        return best.Name is null ? FigureNames.None
            : $"{best.Name}: {FigureNames.Percent(best.Theirs.Of(figure)!.Median)}, {FigureNames.Percent(best.Ours.Of(figure)!.Median)}";
    }

    private static string HostTimes()
    {
        MarkdownTable table = new(1, "engine", "iteration", "sequence of it", "exposed iteration", "sequence of it", "launch without a graph", "request", "fitted to");
        foreach (EngineKernels engine in Enum.GetValues<EngineKernels>())
        {
            if (HostFit.Shipped(engine) is not { } host) continue;
            table.Add(
                engine.Id(), Figures.Seconds(host.IterationSeconds), Figures.Seconds(host.SequenceSeconds), Figures.Seconds(host.ExposedSeconds),
                Figures.Seconds(host.ExposedSequenceSeconds), Figures.Seconds(host.LaunchSeconds),
                Figures.Seconds(host.RequestSeconds), string.Join("; ", host.Provenance));
        }
        return table.ToString().TrimEnd('\n');
    }

    private string HeldOut()
    {
        List<(string, MeasuredSetResult)> results = [];
        if (_sets.TryGetValue(HeldOutFit.UnseenModels, out MeasuredSetResult? models)) results.Add(("model", models));
        if (_sets.TryGetValue(HeldOutFit.UnseenDevices, out MeasuredSetResult? devices)) results.Add(("device", devices));
        return results.Count == 0 || !_sets.TryGetValue("closed_loop", out MeasuredSetResult? fitted) ? $"{Absent} `--held-out` adds it."
            : HeldOutSection.Write(fitted, results);
    }

    private static string Residuals()
    {
        List<string> tables = [];
        foreach (var engine in CostProfiles.Measured.GroupBy(known => known.Engine))
        {
            CostProfile[] profiles = [.. engine.Select(known => CostProfiles.Of(known.Device, known.Engine))];
            MarkdownTable table = new(1, [engine.Key.Id(), .. profiles.Select(profile => profile.Device)]);
            foreach (string kernel in profiles.OrderByDescending(profile => profile.Residuals.Count).SelectMany(profile => profile.Residuals).Select(residual => residual.Operator).Distinct())
                table.Add([kernel, .. profiles.Select(profile => Unseen(profile, kernel))]);
            tables.Add(table.ToString());
        }
        return string.Join('\n', tables).TrimEnd('\n');
    }

    private static string Unseen(CostProfile profile, string kernel) =>
        profile.Residuals.FirstOrDefault(known => known.Operator == kernel) is { } residual
            ? string.Create(CultureInfo.InvariantCulture, $"{residual.OutOfSampleMedian:0.0}, {residual.OutOfSampleP90:0.0}") : FigureNames.None;

    private static bool IsHeldOut(string set) => set is HeldOutFit.UnseenModels or HeldOutFit.UnseenDevices;

    private static InvalidOperationException Unknown(string mark) => new($"The template of the page has the mark '{mark}', which nothing fills.");

    private static string Template()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("AccuracyPage.md")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    [GeneratedRegex(@"\{\{(?<name>[A-Za-z0-9_.]+)\}\}")]
    private static partial Regex Mark();
}
