using Simulator.Models.Architectures;
using Simulator.Models.Costs.Profiles;
using Simulator.Workloads.Traces;

namespace Simulator.Cli.Validation.Measured.ClosedLoop;

/// <summary>
/// Predicts the closed-loop points of each model, or each device, with host times fitted to the points of the others: what to expect of a
/// server that nobody has measured. Kernels stay as the profiles have them, since no run was read to fit those.
/// </summary>
internal static class HeldOutFit
{
    /// <summary>Names of the results, as in reports.</summary>
    public const string UnseenModels = "closed_loop_unseen_models", UnseenDevices = "closed_loop_unseen_devices";

    /// <summary>Predicts the points of each model, one engine after the other, without it.</summary>
    /// <remarks>Checkpoints of one shape are one model, whatever their names and formats.</remarks>
    /// <exception cref="TraceFormatException">A file cannot be read, or a row is faulty.</exception>
    /// <exception cref="ModelConfigException">The configuration of a model cannot be read.</exception>
    public static MeasuredSetResult RunModels(string folder)
    {
        IReadOnlyList<ClosedLoopServer> servers = ClosedLoopSet.Read(folder);
        ILookup<(int, int, int), string> names = servers.Where(server => server.Model is not null)
            .ToLookup(server => Shape(server.Model!.Architecture), server => server.Point.Model);
        return Run(servers, server => server.Model is { } model ? names[Shape(model.Architecture)].Order(StringComparer.Ordinal).First() : server.Point.Model);
    }

    /// <summary>Predicts the points of each device, one engine after the other, without it.</summary>
    /// <exception cref="TraceFormatException">A file cannot be read, or a row is faulty.</exception>
    /// <exception cref="ModelConfigException">The configuration of a model cannot be read.</exception>
    public static MeasuredSetResult RunDevices(string folder) => Run(ClosedLoopSet.Read(folder), server => server.Point.System);

    private static (int, int, int) Shape(ModelArchitecture model) => (model.Layers.Count, model.HiddenSize, model.VocabularySize);

    private static MeasuredSetResult Run(IReadOnlyList<ClosedLoopServer> servers, Func<ClosedLoopServer, string> part) => new(
    [
        .. from engine in Enum.GetValues<EngineKernels>()
           let own = servers.Where(server => server.Point.Engine == engine.Id()).ToArray()
           where own.Length > 0
           from row in Run(own, HostFit.Sample(own, server => server.Point.Id), engine, part)
           select row,
    ], ClosedLoopSet.FigureNames);

    private static IEnumerable<MeasuredRow> Run(
        IReadOnlyList<ClosedLoopServer> servers, IReadOnlyList<ClosedLoopServer> sample, EngineKernels engine, Func<ClosedLoopServer, string> part)
    {
        foreach (IGrouping<string, ClosedLoopServer> left in servers.GroupBy(part).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            ClosedLoopServer[] others = [.. sample.Where(server => part(server) != left.Key)];
            HostProfile? times = others.Length > 0 ? HostFit.Fit(host => ClosedLoopSet.Run(others, host), "") : null;
            foreach (MeasuredRow row in ClosedLoopSet.Run([.. left], times).Rows)
            {
                MeasuredRow grouped = row with { Groups = [$"{engine.Id()} without {left.Key}"] };
                yield return times is not null ? grouped : grouped with
                {
                    NotRun = row.NotRun ?? "nothing is left to fit its engine to",
                    Figures = [.. row.Figures.Select(figure => figure with { Predicted = null })],
                };
            }
        }
    }
}
