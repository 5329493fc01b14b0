using Spectre.Console;

namespace Simulator.Cli.Terminal;

/// <summary>A progress bar that appears only when a run takes long and somebody watches.</summary>
/// <remarks>The run only stores a number; a thread of its own draws, so that the bar cannot change or slow the run.</remarks>
internal sealed class LongRunProgress : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);

    private readonly ManualResetEventSlim _finished = new();
    private readonly Thread? _drawing;
    private long _done;

    private LongRunProgress(Streams streams, string what, long? total, bool quiet, TimeSpan patience)
    {
        if (quiet || !streams.ErrorIsTerminal) return;
        _drawing = new Thread(() => DrawWhenLong(streams.Error, what, total, patience)) { IsBackground = true, Name = "progress" };
        _drawing.Start();
    }

    /// <summary>Begins to watch a run.</summary>
    /// <param name="streams">Where to draw.</param>
    /// <param name="what">What is counted, such as <c>requests</c>.</param>
    /// <param name="total">How many there will be; null when nobody knows.</param>
    /// <param name="quiet">True to draw nothing.</param>
    /// <param name="patience">How long a run must take to be long; one second by default.</param>
    public static LongRunProgress Watch(Streams streams, string what, long? total, bool quiet, TimeSpan? patience = null) =>
        new(streams, what, total, quiet, patience ?? Patience);

    /// <summary>Notes how many are done.</summary>
    public void Report(long count) => Volatile.Write(ref _done, count);

    /// <summary>The same items, each noted as done when the next one is asked for.</summary>
    public IEnumerable<T> Count<T>(IEnumerable<T> items)
    {
        long count = 0;
        foreach (T item in items)
        {
            yield return item;
            Report(++count);
        }
    }

    /// <summary>Ends the bar and removes it.</summary>
    public void Dispose()
    {
        _finished.Set();
        _drawing?.Join();
        _finished.Dispose();
    }

    private void DrawWhenLong(TextWriter error, string what, long? total, TimeSpan patience)
    {
        if (_finished.Wait(patience)) return;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        console.Progress()
            .AutoClear(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(what, maxValue: total ?? 1);
                task.IsIndeterminate = total is null;
                do
                {
                    long count = Volatile.Read(ref _done);
                    task.Description = $"{count:N0} {what}";
                    if (total is not null) task.Value = count;
                }
                while (!_finished.Wait(Refresh));
            });
    }
}
