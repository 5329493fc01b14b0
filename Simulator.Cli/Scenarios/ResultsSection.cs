using Simulator.Core.Time;

namespace Simulator.Cli.Scenarios;

/// <summary>What is measured and what is written. Output paths are relative to the folder that <c>--out</c> names.</summary>
internal sealed record ResultsSection
{
    /// <summary>Requests that arrive before this are left out of the statistics.</summary>
    public SimDuration WarmUp { get; init; }

    /// <summary>Requests that arrive within this before the last arrival are left out of the statistics.</summary>
    public SimDuration Drain { get; init; }

    public SloSection Slo { get; init; } = new();

    /// <summary>One row for each request.</summary>
    public string? RequestsCsv { get; init; }

    /// <summary>One row for each iteration.</summary>
    public string? IterationsCsv { get; init; }

    /// <summary>Queue, batch and KV use of each replica, sampled.</summary>
    public string? TimeSeriesCsv { get; init; }

    /// <summary>Time between samples of the time series.</summary>
    public SimDuration TimeSeriesStep { get; init; } = SimDuration.FromSeconds(1);

    /// <summary>Tell what the devices' time and energy went to, operator by operator.</summary>
    public bool Operators { get; init; }

    /// <summary>Requests and iterations as a Chrome trace, for ui.perfetto.dev.</summary>
    public string? Perfetto { get; init; }

    /// <summary>The first requests as a picture, SVG.</summary>
    public string? Timeline { get; init; }

    /// <summary>Requests that the picture shows at most.</summary>
    public int TimelineRequests { get; init; } = 24;
}

/// <summary>Objectives that a request must meet to count as goodput; null for none.</summary>
internal sealed record SloSection
{
    public SimDuration? Ttft { get; init; }

    public SimDuration? Tpot { get; init; }

    public SimDuration? E2e { get; init; }
}
