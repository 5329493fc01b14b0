using System.Globalization;
using System.Text;
using Simulator.Workloads.Requests;

namespace Simulator.Workloads.Traces.Writing;

/// <summary>Writes APEX JSON lines.</summary>
internal static class ApexTraceWriter
{
    public static long Write(IEnumerable<Request> requests, Stream stream)
    {
        using var text = new StreamWriter(stream, new UTF8Encoding(false), bufferSize: 64 * 1024, leaveOpen: true) { NewLine = "\n" };
        long count = 0;
        foreach (Request request in requests)
        {
            text.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"StartTimeOffset\": {request.Arrival.Nanoseconds}, \"ContextTokens\": {request.PromptTokens}, \"GeneratedTokens\": {request.OutputTokens}}}"));
            count++;
        }
        return count;
    }
}
