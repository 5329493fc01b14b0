using Simulator.Cli.Scenarios;
using Simulator.Core.Time;
using Simulator.Workloads.Traces;

namespace Simulator.Cli.Workloads;

/// <summary>Opens a trace and takes of it what a scenario asks for.</summary>
internal static class TraceBuilder
{
    /// <summary>
    /// The steps, in this order: spread a quantum, cut the window, keep models and classes, drop failures, limit, change the rate,
    /// clip, loop. So a window is one of recorded time, a limit counts requests of the kind that is kept, and a rate is
    /// that of the requests which are left.
    /// </summary>
    /// <exception cref="TraceFormatException">The trace cannot be read.</exception>
    public static Trace Create(TraceSection section)
    {
        Trace trace = Trace.Open(section.File, FormatOf(section.Format), section.Columns is { } columns ? MapOf(columns) : null);
        if (section.Quantum is { } quantum) trace = trace.SpreadQuantum(quantum);
        if (section.From > SimDuration.Zero || section.To is not null) trace = trace.Window(section.From, section.To ?? SimDuration.MaxValue);
        trace = Only(trace, section.Models, section.Classes);
        if (!section.KeepFailures) trace = trace.DropFailures();
        if (section.Limit is { } limit) trace = trace.Take(limit);
        if (section.RequestsPerSecond is { } rate) trace = trace.ToRate(rate);
        if (section.Speedup != 1) trace = trace.SpeedUp(section.Speedup);
        if (section.ClipPrompt is not null || section.ClipOutput is not null)
            trace = trace.ClipLengths(section.ClipPrompt ?? int.MaxValue, section.ClipOutput ?? int.MaxValue);
        return section.Loops > 1 ? trace.Loop(section.Loops) : trace;
    }

    private static Trace Only(Trace trace, IReadOnlyList<string> models, IReadOnlyList<string> classes) => (models.Count, classes.Count) switch
    {
        (0, 0) => trace,
        ( <= 1, <= 1) => trace.Only(models.Count > 0 ? models[0] : null, classes.Count > 0 ? classes[0] : null),
        _ => Trace.From(
            trace.Where(request => Holds(models, request.Model) && Holds(classes, request.Class)), trace.Name),
    };

    private static bool Holds(IReadOnlyList<string> names, string name) =>
        names.Count == 0 || names.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static TraceFormat FormatOf(string? name) => name switch
    {
        null => TraceFormat.Auto,
        "burstgpt" => TraceFormat.BurstGpt,
        "azure" => TraceFormat.Azure,
        "mooncake" => TraceFormat.Mooncake,
        "vidur" => TraceFormat.Vidur,
        "apex" => TraceFormat.Apex,
        "csv" => TraceFormat.Csv,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such trace format."),
    };

    private static ColumnMap MapOf(ColumnsSection columns) => new()
    {
        Arrival = columns.Arrival,
        PromptTokens = columns.Prompt,
        OutputTokens = columns.Output,
        Model = columns.Model,
        Class = columns.Class,
        Session = columns.Session,
    };
}
