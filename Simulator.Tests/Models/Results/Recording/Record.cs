using System.Text;
using Simulator.Models.Results;

namespace Simulator.Tests.Models.Results.Recording;

/// <summary>What an observer writes about a run.</summary>
internal static class Record
{
    public static string Of<T>(Func<Stream, T> create, Action<T> run)
        where T : IRunObserver, IDisposable
    {
        using MemoryStream stream = new();
        using (T observer = create(stream)) run(observer);
        Assert.That(stream.CanWrite, "the stream stays open");
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
