using System.Text.Json;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Running;
using Simulator.Reports.Inputs;
using Simulator.Reports.Page;

namespace Simulator.Cli.Reporting;

/// <summary>Reads the files that a report is made from.</summary>
internal static class ReportFiles
{
    // What 'replay --out' calls the result in its folder.
    private const string ResultName = "result";

    /// <summary>Reads files and puts a report together: results of replays, a plan search, and what replays wrote beside their results.</summary>
    /// <param name="title">Title of the report; null for one that says what was run.</param>
    /// <param name="files">The files; one of requests or samples belongs to the result before it.</param>
    /// <exception cref="InputException">A file cannot be read, is of another kind, or does not go with the others.</exception>
    public static Report Read(string? title, IReadOnlyList<string> files)
    {
        SearchFile? search = null;
        List<ReportRun> runs = [];
        List<string> faults = [];
        bool afterSearch = false;
        faults.AddRange(files.GroupBy(file => file).Where(file => file.Count() > 1).Select(file => $"{file.Key}: is named twice; name it once"));
        foreach ((string file, string name) in files.Zip(Names(files)))
        {
            try
            {
                if (!IsJson(file))
                {
                    if (afterSearch)
                        throw new InputException($"{file}: a plan search runs many plans, and this file is of one run; name it after the result of that run");
                    bool alone = runs.Count == 0;
                    ReportRun run = InputFile.Read(file, "a file of requests or samples", stream => RecordedFiles.AddTo(alone ? new(name) : runs[^1], file, stream));
                    if (alone) runs.Add(run);
                    else runs[^1] = run;
                    continue;
                }
                string json = ResultDocument.ReadText(file);
                afterSearch = IsSearch(json);
                if (!afterSearch)
                {
                    ResultDocument document = ResultDocument.Parse(file, json);
                    runs.Add(new(name) { Result = document.Run, Replications = document.Replications, Latencies = document.Run?.Distributions });
                    continue;
                }
                if (search is not null) throw new InputException($"{file}: a report shows one plan search; make a report of each");
                search = ReadSearch(file, json);
            }
            catch (InputException e)
            {
                faults.AddRange(e.Faults);
            }
        }
        return faults.Count == 0 ? Report.Of(title, search, runs, [.. files.Select(file => Path.GetFileName(file))]) : throw new InputException(faults);
    }

    private static SearchFile ReadSearch(string file, string json)
    {
        try
        {
            SearchFile search = SearchFile.Read(json);
            return search.SchemaVersion == SearchFile.CurrentSchemaVersion ? search
                : throw new InputException(
                    $"{file}: has schema version {search.SchemaVersion}, and this simulator reads version {SearchFile.CurrentSchemaVersion}; search again");
        }
        catch (JsonException e)
        {
            throw new InputException($"{file}: is no whole plan search: {e.Message.Split(" Path:", 2)[0].Split(" LineNumber:", 2)[0].TrimEnd('.')}; search again");
        }
    }

    /// <summary>A document of a search names its kind; one that is not JSON is for others to refuse.</summary>
    private static bool IsSearch(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("kind", out JsonElement kind)
                && kind.ValueKind == JsonValueKind.String && kind.GetString() == SearchFile.Kind;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsJson(string file) => InputFile.Read(file, "a file of results", stream =>
    {
        using var reader = new StreamReader(stream);
        int first;
        do first = reader.Read();
        while (first >= 0 && char.IsWhiteSpace((char)first));
        // What is empty is refused as no result.
        return first is < 0 or '{' or '[' || file.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
    });

    /// <summary>Names that tell files of one kind apart: as much of the end of their paths as that takes.</summary>
    private static IEnumerable<string> Names(IReadOnlyList<string> files) => files.Select(file =>
    {
        string[][] others = [.. files.Where(other => other != file && Path.GetExtension(other) == Path.GetExtension(file)).Select(Parts)];
        string[] parts = Parts(file);
        int length = Enumerable.Range(1, parts.Length).FirstOrDefault(length => others.All(other => Last(other, length) != Last(parts, length)), parts.Length);
        string name = Last(parts, length);
        return length > 1 && parts[^1] == ResultName ? name[..^(ResultName.Length + 1)] : name;
    });

    private static string[] Parts(string file) => Path.ChangeExtension(file, null).Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries);

    private static string Last(string[] parts, int length) => string.Join('/', parts.TakeLast(length));
}
