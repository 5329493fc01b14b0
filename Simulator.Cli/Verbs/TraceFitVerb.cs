using System.CommandLine;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Terminal;
using Simulator.Cli.Workloads;
using Simulator.Core.Time;
using Simulator.Workloads.Generators;
using Simulator.Workloads.Lengths;
using Simulator.Workloads.Traces;
using Spectre.Console;

namespace Simulator.Cli.Verbs;

/// <summary><c>simulator trace fit</c>: fits the arrivals and lengths of a trace, window by window.</summary>
internal static class TraceFitVerb
{
    public static Verb Create(Streams streams)
    {
        Argument<string> file = OptionFactory.File("IN", "The trace, plain or .gz.");
        Argument<string> output = OptionFactory.File("OUT", "The fit to write (JSON); '-' for the output stream.");
        var options = new TraceOptions();
        Option<SimDuration?> window = OptionFactory.Value(
            "--window", "SPAN", "Length of a window, 60s to 1h as a rule; 60s by default.", Quantities.Duration(positive: true));
        Option<bool> quiet = OptionFactory.Flag("--quiet", "Print neither the summary nor progress.");
        var verb = new Verb(
            "fit",
            "Fits a trace by moments, window by window; 'trace generate --fit' makes traces of the same form.",
            "simulator trace fit azure2023_code.csv.gz code.json",
            "simulator trace fit BurstGPT_1.csv.gz api.json --class api --window 10min",
            "simulator trace generate twice.csv --fit code.json --scale 2 --seed 7");
        verb.Arguments.Add(file);
        verb.Arguments.Add(output);
        options.AddTo(verb);
        verb.Options.Add(window);
        verb.Options.Add(quiet);
        verb.SetAction(parse =>
        {
            Trace trace = WorkloadBuilder.Requests(options.Resolve(parse, parse.GetRequiredValue(file)), seed: 1);
            TraceFit fit;
            using (LongRunProgress progress = LongRunProgress.Watch(streams, "requests", null, parse.GetValue(quiet)))
                fit = Fit(trace, progress, parse.GetValue(window) ?? SimDuration.FromSeconds(60));
            string path = parse.GetRequiredValue(output);
            if (path == "-")
            {
                streams.Output.Write(fit.ToJson());
                return ExitCode.Success;
            }

            fit.Save(path);
            if (!parse.GetValue(quiet)) Write(streams.Output, path, fit);
            return ExitCode.Success;
        });
        return verb;
    }

    private static TraceFit Fit(Trace trace, LongRunProgress progress, SimDuration window)
    {
        try
        {
            return TraceFit.Of(progress.Count(trace), window);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new InputException($"--window: the trace has more than ten million windows of {window}; make it longer");
        }
    }

    private static void Write(TextWriter output, string path, TraceFit fit)
    {
        output.WriteLine($"{path}: {Figures.Count(fit.Kinds.Sum(kind => kind.Requests))} requests in {Figures.Count(fit.Windows.Count)} windows of "
            + Figures.Seconds(fit.WindowSeconds));
        output.WriteLine();
        Table windows = TextTable.Create("window", "least", "p50", "p90", "most");
        Add(windows, "requests", fit.Windows.Select(window => (double)window.Requests));
        Add(windows, "CV of gaps", fit.Windows.Select(window => window.Cv).OfType<double>());
        Add(windows, "Gamma shape α", fit.Windows.Select(window => window.Alpha).OfType<double>());
        Add(windows, "Weibull shape", fit.Windows.Select(window => window.WeibullShape).OfType<double>());
        output.WriteTable(windows);
        output.WriteLine();
        Table kinds = TextTable.Create("model / class", "requests", "failed", "prompt p50", "p99", "output p50", "p99");
        foreach (FittedKind kind in fit.Kinds)
        {
            string[] names = [.. new[] { kind.Model, kind.Class }.Where(name => name.Length > 0)];
            kinds.AddTexts(
                names.Length == 0 ? "(none)" : string.Join(" / ", names), Figures.Count(kind.Requests), Figures.Share(kind.FailureShare),
                At(kind.Prompt, 0.5), At(kind.Prompt, 0.99), At(kind.Output, 0.5), At(kind.Output, 0.99));
        }

        output.WriteTable(kinds);
    }

    /// <summary>A row of quantiles by nearest rank; windows that are too quiet to tell are left out.</summary>
    private static void Add(Table table, string name, IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        string[] cells = [.. new[] { 0, 0.5, 0.9, 1 }.Select(share =>
            sorted.Length == 0 ? Figures.Undefined : Figures.Number(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)]))];
        table.AddTexts([name, .. cells]);
    }

    private static string At(IReadOnlyList<LengthQuantile> table, double probability) =>
        table.Count == 0 ? Figures.Undefined : Figures.Number(table.First(point => point.Probability >= probability).Tokens);
}
