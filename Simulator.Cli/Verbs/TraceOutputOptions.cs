using System.CommandLine;
using Simulator.Cli.Reading;
using Simulator.Cli.Scenarios;
using Simulator.Cli.Terminal;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Cli.Verbs;

/// <summary>Where and how a verb writes a trace.</summary>
internal sealed class TraceOutputOptions(Streams streams)
{
    /// <summary>Where to write.</summary>
    public Argument<string> File { get; } = OptionFactory.File(
        "OUT", "The file to write, compressed when its name ends in .gz; '-' for the output stream.");

    /// <summary>How to write it.</summary>
    public Option<string?> Layout { get; } = OptionFactory.Reference(
        "--to", "NAME", $"Layout to write: {string.Join(", ", Layouts)}. csv keeps all that a request has.", Values.OneOf("layout", Layouts));

    public Option<bool> Quiet { get; } = OptionFactory.Flag("--quiet", "Print neither what was written nor progress.");

    private static string[] Layouts => [.. KnownNames.Layouts.Select(known => known.Name)];

    /// <summary>Writes the requests, and says what became of them.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="usual">The layout when none is named, which is known to hold what the requests are for.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(ParseResult parse, Trace requests, TraceOutput usual)
    {
        string path = parse.GetRequiredValue(File);
        if (path != "-" && Path.GetDirectoryName(path) is { Length: > 0 } folder && !Directory.Exists(folder))
            throw new IOException($"{path}: there is no folder {folder}; create it first");
        string? name = parse.GetValue(Layout);
        TraceOutput layout = name is null ? usual : KnownNames.Layouts.Single(known => known.Name == name).Value;
        var lost = new LostFields(layout);
        long count;
        using (LongRunProgress progress = LongRunProgress.Watch(streams, "requests", null, parse.GetValue(Quiet)))
        {
            IEnumerable<Request> watched = lost.Watch(progress.Count(requests));
            count = path == "-" ? TraceWriter.Write(watched, new TextStream(streams.Output), layout) : TraceWriter.Write(watched, path, layout);
        }

        if (parse.GetValue(Quiet)) return;
        if (path != "-") streams.Output.WriteLine($"{path}: {Figures.Count(count)} {(count == 1 ? "request" : "requests")}");
        if (name is not null && lost.Names.Count > 0)
            streams.Error.WriteLine($"note: left out, since '{name}' has no place for it: {string.Join(", ", lost.Names)}; --to csv keeps everything");
    }
}
