using System.Threading.Channels;
using Marketplace.Matching;

namespace Marketplace.OrderBook.PublicLog;

/// <summary>
/// Brings released commands into the public log in the background, and to disk once a second. What a crash loses of it
/// comes again from the journal.
/// </summary>
internal sealed class PublicLogWriter : IAsyncDisposable
{
    public const string FileName = "public-commands.log";

    private static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(1);

    private readonly PublicLogFile file;
    private readonly TimeProvider time;
    private readonly Channel<Queued> queue =
        Channel.CreateUnbounded<Queued>(new UnboundedChannelOptions { SingleReader = true });

    private readonly CancellationTokenSource stopping = new();
    private Task writing = Task.CompletedTask;

    private PublicLogWriter(PublicLogFile file, TimeProvider time) => (this.file, this.time) = (file, time);

    public PublicHead Flushed => file.Flushed;

    /// <inheritdoc cref="PublicLogFile.Found"/>
    public long Found => file.Found;

    /// <summary>Fails when the log's disk does.</summary>
    public Task Completion => writing;

    public static PublicLogWriter Open(string path, TimeProvider time) => new(PublicLogFile.Open(path), time);

    /// <inheritdoc cref="PublicLogFile.GoTo"/>
    public void GoTo(PublicHead start) => file.GoTo(start);

    /// <summary>During the replay: compares or adds at once.</summary>
    public void AddAll(IReadOnlyList<MatchCommand> commands)
    {
        foreach (var command in commands)
        {
            file.Add(command);
        }
    }

    /// <summary>The replay has ended.</summary>
    public void Start()
    {
        file.Flush();
        writing = Task.Run(WriteAsync, CancellationToken.None);
    }

    /// <summary>Takes commands whose effects are durable.</summary>
    public void Queue(IReadOnlyList<MatchCommand> commands)
    {
        if (commands.Count > 0)
        {
            queue.Writer.TryWrite(new Queued(commands, null));
        }
    }

    /// <summary>Tells how far the log goes with all that was queued before this call, once that is on disk.</summary>
    /// <exception cref="IOException">The log ended before.</exception>
    public async Task<PublicHead> MarkAsync()
    {
        var mark = new TaskCompletionSource<PublicHead>(TaskCreationOptions.RunContinuationsAsynchronously);
        queue.Writer.TryWrite(new Queued([], mark));
        await Task.WhenAny(mark.Task, writing);
        return mark.Task.IsCompleted ? await mark.Task : throw new IOException("The public log is written no more.");
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await stopping.CancelAsync();
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        file.Dispose();
        stopping.Dispose();
    }

    private async Task WriteAsync()
    {
        var marks = new List<(TaskCompletionSource<PublicHead> Mark, PublicHead Head)>();
        while (await queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (queue.Reader.TryRead(out var queued))
            {
                AddAll(queued.Commands);
                if (queued.Mark is { } mark)
                {
                    marks.Add((mark, file.Head));
                }
            }

            file.Flush();
            marks.ForEach(passed => passed.Mark.SetResult(passed.Head));
            marks.Clear();
            await Task.Delay(FlushEvery, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Commands, and who waits until they are on disk with all before them.</summary>
    private readonly record struct Queued(
        IReadOnlyList<MatchCommand> Commands, TaskCompletionSource<PublicHead>? Mark);
}
