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
    private readonly Channel<IReadOnlyList<MatchCommand>> queue =
        Channel.CreateUnbounded<IReadOnlyList<MatchCommand>>(new UnboundedChannelOptions { SingleReader = true });

    private readonly CancellationTokenSource stopping = new();
    private Task writing = Task.CompletedTask;

    private PublicLogWriter(PublicLogFile file, TimeProvider time) => (this.file, this.time) = (file, time);

    public PublicHead Flushed => file.Flushed;

    /// <summary>Fails when the log's disk does.</summary>
    public Task Completion => writing;

    public static PublicLogWriter Open(string path, TimeProvider time) => new(PublicLogFile.Open(path), time);

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
            queue.Writer.TryWrite(commands);
        }
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
        while (await queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (queue.Reader.TryRead(out var commands))
            {
                AddAll(commands);
            }

            file.Flush();
            await Task.Delay(FlushEvery, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
