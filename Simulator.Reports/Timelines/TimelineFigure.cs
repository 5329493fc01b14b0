using System.Globalization;
using System.Text;
using Simulator.Models.Results;
using Simulator.Reports.Drawing;
using Simulator.Workloads.Requests;

namespace Simulator.Reports.Timelines;

/// <summary>Draws what requests went through: a row for each, and below them what the iterations of their replica held.</summary>
/// <remarks>
/// The figure is a whole SVG file without scripts and without fonts of its own, for light and dark pages and for paper; its colours are those
/// of Okabe and Ito, which colour-blind people can tell apart. The same timeline gives the same bytes.
/// </remarks>
public static class TimelineFigure
{
    private const double Width = 960;
    private const double Left = 138;
    private const double Right = 816;
    private const double Edge = 16;
    private const double RowHeight = 25;
    private const double BarHeight = 17;
    private const double StripHeight = 34;
    private const double StripGap = 15;
    private const double LegendGap = 16;
    private const double CharacterWidth = 5.8;

    private static readonly (string Css, string Name)[] Legend =
    [
        ("wait", "waiting"), ("prefill", "prefill"), ("decode", "decode"), ("stall", "runs, not scheduled"), ("preempted", "preempted"), ("swapped", "swapped out"),
    ];

    /// <summary>Draws a timeline.</summary>
    /// <param name="timeline">What to draw.</param>
    /// <param name="title">What stands above it.</param>
    /// <returns>The text of an SVG file.</returns>
    public static string Draw(Timeline timeline, string title)
    {
        ArgumentNullException.ThrowIfNull(timeline);
        ArgumentNullException.ThrowIfNull(title);
        SvgText svg = new();
        svg.Text("title", Edge, 28, title);
        DrawLegend(svg, timeline, 48);
        TimeAxis axis = new(timeline.Start, timeline.End, Left, Right - Left);
        double y = 62;
        foreach (ReplicaTimeline replica in timeline.Replicas)
        {
            if (timeline.Replicas.Count > 1) svg.Text("head", Edge, y += 20, string.Create(CultureInfo.InvariantCulture, $"replica {replica.Replica}"));
            y = DrawReplica(svg, axis, replica, y + 20);
        }
        return svg.ToDocument(Width, y + 8, title, Style);
    }

    private static void DrawLegend(SvgText svg, Timeline timeline, double y)
    {
        HashSet<string> seen = [.. timeline.Replicas.SelectMany(replica => replica.Requests).SelectMany(request => request.Spans).Select(span => CssOf(span.Activity))];
        double x = Edge;
        foreach ((string css, string name) in Legend.Where(entry => seen.Contains(entry.Css)))
        {
            DrawBar(svg, css, x, y - 5, 18, 10, "");
            svg.Text("small", x + 24, y + 4, name);
            x += 24 + name.Length * CharacterWidth + LegendGap;
        }
        svg.Path("arrival", Inv($"M{x} {y - 6}v12"));
        svg.Text("small", x + 8, y + 4, "arrival");
        x += 8 + "arrival".Length * CharacterWidth + LegendGap;
        svg.Path("end", Diamond(x + 4, y));
        svg.Text("small", x + 14, y + 4, "end");
        svg.Text("small right", Width - Edge, y + 4, "numbers in bars are tokens");
    }

    private static double DrawReplica(SvgText svg, TimeAxis axis, ReplicaTimeline replica, double top)
    {
        double bottom = top + replica.Requests.Count * RowHeight;
        int slots = replica.Iterations.Select(iteration => iteration.Slot).DefaultIfEmpty().Max() + 1;
        List<(string Css, string Name, int? Slot, Func<IterationRecord, long> Height)> strips = [];
        for (int slot = 0; slot < slots; slot++)
        {
            string of = slots > 1 ? string.Create(CultureInfo.InvariantCulture, $", slot {slot}") : "";
            strips.Add(("prefill", $"prefill tokens{of}", slot, iteration => iteration.PrefillTokens));
            strips.Add(("decode", $"decode rows{of}", slot, iteration => iteration.DecodeRows));
        }
        strips.Add(("blocks", "KV blocks", null, iteration => iteration.KvBlocksUsed));
        strips.RemoveAll(strip => !replica.Iterations.Any(iteration => strip.Height(iteration) > 0));
        double end = bottom + 22 + strips.Count * (StripHeight + StripGap);
        svg.Text("small", Edge, top - 5, "prompt → output");
        svg.Text("small right", Width - Edge - 62, top - 5, "TTFT");
        svg.Text("small right", Width - Edge, top - 5, "E2E");
        foreach ((double place, string label) in axis.Marks())
        {
            svg.Path("grid", Inv($"M{place} {top}V{bottom + 4}M{place} {bottom + 20}V{end}"));
            svg.Text("small middle", place, bottom + 16, label);
        }
        for (int i = 0; i < replica.Requests.Count; i++) DrawRequest(svg, axis, replica, replica.Requests[i], top + i * RowHeight);
        for (int i = 0; i < strips.Count; i++)
        {
            (string css, string name, int? slot, Func<IterationRecord, long> height) = strips[i];
            IEnumerable<IterationRecord> iterations = replica.Iterations.Where(iteration => slot is null || iteration.Slot == slot);
            DrawStrip(svg, axis, css, name, [.. iterations], height, bottom + 22 + StripGap + i * (StripHeight + StripGap));
        }
        return end;
    }

    private static void DrawRequest(SvgText svg, TimeAxis axis, ReplicaTimeline replica, RequestTimeline timeline, double top)
    {
        RequestRecord record = timeline.Record;
        Request request = record.Request;
        double middle = top + RowHeight / 2, y = middle - BarHeight / 2;
        svg.Text("label", Edge, middle + 4, string.Create(CultureInfo.InvariantCulture, $"#{request.Id}"));
        svg.Text("label right", Left - 12, middle + 4, string.Create(CultureInfo.InvariantCulture, $"{request.PromptTokens:#,0} → {request.OutputTokens:#,0}"));
        foreach (TimelineSpan span in timeline.Spans)
        {
            double x = axis.At(span.Start), width = axis.At(span.End) - x;
            string css = CssOf(span.Activity);
            string tokens = span.Tokens.ToString("#,0", CultureInfo.InvariantCulture);
            DrawBar(svg, css, x, y, width, BarHeight, Tip(request, span));
            if (span.Activity == RequestActivity.Decode) DrawTokens(svg, axis, replica, span, y + BarHeight);
            if (span.Tokens > 0 && tokens.Length * CharacterWidth + 4 <= width) svg.Text($"in-{css} middle", x + width / 2, middle + 3.2, tokens);
        }
        svg.Path("arrival", Inv($"M{axis.At(request.Arrival)} {y - 2}v{BarHeight + 4}"));
        svg.Path(record.Outcome == RequestOutcome.Completed ? "end" : "end cut", Diamond(axis.At(record.End), middle));
        string ttft = record.Ttft is { } first ? TimeAxis.Format(first) : "–";
        svg.Text("value right", Width - Edge - 62, middle + 4, ttft);
        svg.Text("value right", Width - Edge, middle + 4, record.Outcome == RequestOutcome.Completed ? TimeAxis.Format(record.E2e) : NameOf(record.Outcome));
    }

    // Notches where a token came, as long as they stand apart.
    private static void DrawTokens(SvgText svg, TimeAxis axis, ReplicaTimeline replica, TimelineSpan span, double bottom)
    {
        if (axis.At(span.End) - axis.At(span.Start) < 3 * span.Tokens) return;
        StringBuilder notches = new();
        foreach (IterationRecord iteration in replica.Iterations.Where(iteration => span.Start < iteration.End && iteration.End < span.End))
            notches.Append(Inv($"M{axis.At(iteration.End)} {bottom - 4}v4"));
        svg.Path("token", notches.ToString());
    }

    // What waits is drawn thinner than what is worked on, so that work stands out.
    private static void DrawBar(SvgText svg, string css, double x, double y, double width, double height, string tip)
    {
        double part = css switch { "prefill" or "decode" => 1, "stall" => 0.55, "wait" => 0.3, _ => 0.7 };
        svg.Rectangle(css, x, y + height * (1 - part) / 2, Math.Max(width, 0.3), height * part, tip);
    }

    private static void DrawStrip(
        SvgText svg, TimeAxis axis, string css, string name, IReadOnlyList<IterationRecord> iterations, Func<IterationRecord, long> height, double y)
    {
        long most = iterations.Select(height).DefaultIfEmpty().Max();
        double bottom = y + StripHeight;
        StringBuilder bars = new();
        foreach (IterationRecord iteration in iterations)
        {
            double from = Math.Max(axis.At(iteration.Start), Left), to = Math.Min(axis.At(iteration.End), Right);
            double tall = most == 0 ? 0 : StripHeight * height(iteration) / most;
            // A hairline between the iterations of a strip tells them apart where there is room for one.
            double gap = css != "blocks" && to - from > 3 ? 0.6 : 0;
            if (tall > 0 && to > from) bars.Append(Inv($"M{from} {bottom}v{-tall}H{to - gap}v{tall}z"));
        }
        svg.Path($"strip {css}", bars.ToString());
        svg.Path("base", Inv($"M{Left} {bottom}H{Right}"));
        svg.Text("small right", Left - 12, bottom - 3, name);
        svg.Text("small", Right + 10, y + 9, string.Create(CultureInfo.InvariantCulture, $"max {most:#,0}"));
    }

    private static string Tip(Request request, in TimelineSpan span)
    {
        string what = span.Activity switch
        {
            RequestActivity.Prefill => string.Create(CultureInfo.InvariantCulture, $"prefill of {span.Tokens:#,0} tokens after {span.ContextTokens:#,0}"),
            RequestActivity.Decode => string.Create(CultureInfo.InvariantCulture, $"decode of {span.Tokens:#,0} token{(span.Tokens == 1 ? "" : "s")}"),
            RequestActivity.Stalled => "runs, not scheduled",
            RequestActivity.Preempted => "preempted, to be computed again",
            RequestActivity.Swapped => "swapped out to host memory",
            _ => "waiting",
        };
        return string.Create(CultureInfo.InvariantCulture, $"#{request.Id}: {what}, {TimeAxis.Format(span.End - span.Start)}");
    }

    private static string CssOf(RequestActivity activity) => activity switch
    {
        RequestActivity.Waiting => "wait",
        RequestActivity.Prefill => "prefill",
        RequestActivity.Decode => "decode",
        RequestActivity.Stalled => "stall",
        RequestActivity.Preempted => "preempted",
        _ => "swapped",
    };

    private static string NameOf(RequestOutcome outcome) => outcome switch
    {
        RequestOutcome.Rejected => "rejected",
        RequestOutcome.TimedOut => "timed out",
        _ => "failed",
    };

    private static string Diamond(double x, double y) => Inv($"M{x} {y - 5}l4 5l-4 5l-4-5z");

    private static string Inv(FormattableString path) =>
        string.Format(CultureInfo.InvariantCulture, path.Format, [.. path.GetArguments().Select(value => (object)SvgText.Number((double)value!))]);

    private const string Style = """
        <style>
        text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:11px;font-variant-numeric:tabular-nums;fill:#1f2328}
        .title{font-size:15px;font-weight:600}.head{font-size:12px;font-weight:600}.small{fill:#59636e;font-size:10.5px}
        .right{text-anchor:end}.middle{text-anchor:middle}
        .in-prefill{fill:#fff;font-size:10px}.in-decode{fill:#1f2328;font-size:10px}
        .page{fill:#fff}.grid{stroke:#d1d9e0;stroke-width:.7;fill:none}.base{stroke:#8c959f;stroke-width:.8;fill:none}
        .wait{fill:#b4bcc5}.prefill{fill:#0072b2}.decode{fill:#e69f00}.stall{fill:url(#stalled)}.preempted{fill:url(#preempted)}.swapped{fill:url(#swapped)}
        .strip.blocks{fill:#009e73}.prefill:not(.strip),.decode:not(.strip){stroke:#fff;stroke-width:.7}
        .token{stroke:#fff;stroke-width:.8;fill:none}
        .arrival{stroke:#1f2328;stroke-width:1.4;fill:none}.end{fill:#1f2328}.end.cut{fill:#fff;stroke:#1f2328;stroke-width:1.3}
        .hatch{stroke:#6e7781}.lost{stroke:#d55e00}.away{stroke:#cc79a7}.hatch,.lost,.away{stroke-width:2.2;fill:none}
        @media screen and (prefers-color-scheme:dark){
        text,.end{fill:#e6edf3}.small{fill:#9198a1}.page{fill:#0d1117}.grid{stroke:#2f353d}.base{stroke:#656c76}.wait{fill:#59636e}
        .in-prefill{fill:#fff}.in-decode{fill:#0d1117}.prefill:not(.strip),.decode:not(.strip),.token{stroke:#0d1117}
        .arrival{stroke:#e6edf3}.end.cut{fill:#0d1117;stroke:#e6edf3}.hatch{stroke:#8c959f}}
        </style>
        <defs>
        <pattern id="stalled" width="5" height="5" patternUnits="userSpaceOnUse"><path class="hatch" d="M0 2.5H5"/></pattern>
        <pattern id="preempted" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="lost" d="M2.5 0V5"/></pattern>
        <pattern id="swapped" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><path class="away" d="M2.5 0V5"/></pattern>
        </defs>
        """;
}
