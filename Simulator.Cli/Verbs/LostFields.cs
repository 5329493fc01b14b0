using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Cli.Verbs;

/// <summary>Fields that requests have and that a layout of traces cannot hold.</summary>
internal sealed class LostFields(TraceOutput layout)
{
    private static readonly (string Name, Func<Request, bool> IsGiven, TraceOutput[] Layouts)[] Fields =
    [
        ("model", request => request.Model.Length > 0, [TraceOutput.BurstGptV1, TraceOutput.BurstGptV3]),
        ("class", request => request.Class.Length > 0, [TraceOutput.BurstGptV1, TraceOutput.BurstGptV3]),
        ("session", request => request.Session is not null, [TraceOutput.BurstGptV3]),
        ("recorded duration", request => request.RecordedDuration is not null, [TraceOutput.BurstGptV3]),
        ("priority", request => request.Priority != 0, []),
        ("content of prompts", request => request.Content.Count > 0, [TraceOutput.Mooncake]),
        ("allowed output", request => request.MaxOutputTokens is not null, []),
        ("timeouts", request => (request.QueueTimeout ?? request.Timeout ?? request.CancelAfter) is not null, []),
    ];

    private readonly (string Name, Func<Request, bool> IsGiven)[] _atRisk = layout == TraceOutput.Csv
        ? []
        : [.. Fields.Where(field => !field.Layouts.Contains(layout)).Select(field => (field.Name, field.IsGiven))];

    private readonly SortedSet<int> _lost = [];

    /// <summary>What was lost of the requests that were watched.</summary>
    public IReadOnlyList<string> Names => [.. _lost.Select(index => _atRisk[index].Name)];

    /// <summary>The same requests.</summary>
    public IEnumerable<Request> Watch(IEnumerable<Request> requests)
    {
        foreach (Request request in requests)
        {
            for (int i = 0; i < _atRisk.Length; i++)
            {
                if (_atRisk[i].IsGiven(request)) _lost.Add(i);
            }

            yield return request;
        }
    }
}
