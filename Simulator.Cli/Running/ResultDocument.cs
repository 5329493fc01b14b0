using System.Text.Json;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Models.Results;
using Simulator.Models.Results.Comparison;

namespace Simulator.Cli.Running;

/// <summary>A file that <c>simulator replay --json</c> wrote: one run, or replications.</summary>
internal sealed class ResultDocument
{
    private ResultDocument(string file, RunResult? run, ReplicationResult? replications) => (File, Run, Replications) = (file, run, replications);

    /// <summary>The file, as the user named it.</summary>
    public string File { get; }

    /// <summary>The run; null for replications.</summary>
    public RunResult? Run { get; }

    /// <summary>The replications; null for a single run.</summary>
    public ReplicationResult? Replications { get; }

    /// <summary>Reads a file of results.</summary>
    /// <exception cref="InputException">The file cannot be read, is not JSON, holds no results, or those of another schema.</exception>
    public static ResultDocument Read(string file) => Parse(file, ReadText(file));

    /// <summary>Reads the text of a file of results.</summary>
    /// <exception cref="InputException">It is not JSON, holds no results, or those of another schema.</exception>
    public static ResultDocument Parse(string file, string json)
    {
        bool replicated = CheckSchema(file, json);
        try
        {
            return replicated ? new(file, null, ReplicationResultJson.Read(json)) : new(file, RunResultJson.Read(json), null);
        }
        catch (JsonException)
        {
            throw NoResults(file);
        }
    }

    /// <summary>Puts two results side by side.</summary>
    /// <exception cref="InputException">One is of a single run and the other of replications.</exception>
    public static RunComparison Compare(ResultDocument a, ResultDocument b)
    {
        if (a.Run is { } runA && b.Run is { } runB) return RunComparison.Of(runA, runB);
        if (a.Replications is { } manyA && b.Replications is { } manyB) return RunComparison.Of(manyA, manyB);
        ResultDocument single = a.Run is null ? b : a, many = a.Run is null ? a : b;
        throw new InputException(
            $"{single.File} holds a single run and {many.File} holds {many.Replications!.Seeds.Count} replications, which have means in place of values; "
            + "give both runs the same --replications");
    }

    /// <returns>True for replications.</returns>
    private static bool CheckSchema(string file, string json)
    {
        try
        {
            bool replicated = ReplicationResultJson.IsReplicationResult(json);
            using JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("schemaVersion", out JsonElement version)
                || version.ValueKind != JsonValueKind.Number
                || !version.TryGetInt32(out int number))
            {
                throw NoResults(file);
            }

            int current = replicated ? ReplicationResult.CurrentSchemaVersion : RunResult.CurrentSchemaVersion;
            if (number == current) return replicated;
            throw new InputException($"{file}: has schema version {number}, and this simulator reads version {current}; run its scenario again");
        }
        catch (JsonException e)
        {
            var at = new Position((e.LineNumber ?? 0) + 1, (e.BytePositionInLine ?? 0) + 1);
            string reason = e.Message.Split(" LineNumber:", 2)[0].TrimEnd('.');
            throw new InputException($"{file}:{at}: not valid JSON: {reason}; write the results again");
        }
    }

    private static InputException NoResults(string file) => new($"{file}: holds no results; name a file that 'simulator replay --json' wrote");

    /// <summary>The text of a file of results.</summary>
    /// <exception cref="InputException">It cannot be read.</exception>
    public static string ReadText(string path) => InputFile.Read(path, "a file of results", file =>
    {
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    });
}
