using System.Threading.Channels;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Feeds;
using Marketplace.OrderBook.Journaling;
using Marketplace.OrderBook.PublicLog;
using Microsoft.Extensions.Logging;

namespace Marketplace.OrderBook;

/// <summary>The book is not running: whether the command took effect, its repetition will tell.</summary>
public sealed class BookStoppedException(Exception? cause) : Exception("The order book is not running.", cause);

/// <summary>The consumer has seen more than the journal holds: the journal is not the one it lived with.</summary>
public sealed class JournalBehindConsumerException(long journal, long consumer)
    : Exception($"The journal ends at {journal}, but its consumer has seen {consumer}.");

/// <summary>
/// The one writer of the book. It decides what has queued up and goes on while the journal syncs it; answers and events
/// leave when their sync has returned, and not before. Any failure stops it for good: the state in memory is then ahead
/// of the disk, and a restart replays.
/// </summary>
public sealed partial class BookLoop : IAsyncDisposable
{
    private readonly BookLoopOptions options;
    private readonly IBookEvents consumer;
    private readonly TimeProvider time;
    private readonly ILogger<BookLoop> logger;
    private readonly Channel<BookWork> queue;
    private readonly EventPublisher publisher;
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ReleaseQueue releases;
    private BookEngine engine = new();
    private bool isDisposed;
    private bool isFailed;
    private JournalWriter? journal;
    private PublicLogWriter? publicLog;
    private ITimer? timer;
    private Task writing = Task.CompletedTask;
    private Task publishing = Task.CompletedTask;

    public BookLoop(BookLoopOptions options, IBookEvents consumer, TimeProvider time, ILogger<BookLoop> logger)
    {
        (this.options, this.consumer, this.time, this.logger) = (options, consumer, time, logger);
        queue = Channel.CreateBounded<BookWork>(new BoundedChannelOptions(options.QueueLength) { SingleReader = true });
        publisher = new EventPublisher(consumer, time, logger);
        Mirror = new BookMirror(options.Feeds, time, logger, ct => ReadAsync(state => state.Image(), ct));
        releases = new ReleaseQueue(batch =>
        {
            publicLog!.Queue(batch.Sent);
            Mirror.Offer(batch.Sent);
            batch.Events.ForEach(publisher.Publish);
        });
    }

    /// <summary>Ends when the book stops; faulted when it failed, and then the process should end too.</summary>
    public Task Completion => running.Task;

    /// <summary>The book for all who only look: nothing in it that is not on disk.</summary>
    public BookMirror Mirror { get; }

    /// <summary>The last command that was decided, be it on disk or not.</summary>
    internal long DecidedSeq => journal?.LastSeq ?? 0;

    /// <summary>The file of the public command log.</summary>
    public string PublicLogPath => Path.GetFullPath(Path.Combine(options.Folder, PublicLogWriter.FileName));

    /// <summary>How far the public command log is on disk.</summary>
    public PublicHead PublicHead => publicLog?.Flushed ?? default;

    /// <summary>
    /// Replays the journal, from the newest snapshot on that serves, then takes commands. What the consumer has not
    /// seen is published again.
    /// </summary>
    /// <exception cref="JournalCorruptException">The journal is damaged.</exception>
    /// <exception cref="JournalBehindConsumerException">The journal lacks what was consumed already.</exception>
    public async Task StartAsync(CancellationToken ct)
    {
        Invariant.Holds(journal is null, "A book is started once.");
        var cursor = await consumer.CursorAsync(ct);
        var started = time.GetTimestamp();
        publisher.LastSeq = cursor;
        publicLog = PublicLogWriter.Open(PublicLogPath, time);
        var snapshot = LoadNewest(cursor);
        journal = JournalWriter.Open(
            options.Folder,
            options.Disk,
            options.Journal,
            snapshot,
            (in MatchCommand record, ReadOnlySpan<byte> payload) => Replay(record, payload, cursor),
            releases.ReleaseThrough);
        if (cursor > journal.LastSeq)
        {
            throw new JournalBehindConsumerException(journal.LastSeq, cursor);
        }

        var milliseconds = (long)time.GetElapsedTime(started).TotalMilliseconds;
        LogReplayed(logger, Replayed, snapshot?.LastSeq ?? 0, milliseconds, journal.TornBytes);
        publicLog.Start();
        Mirror.Start(engine.Image());
        publishing = Task.Run(() => publisher.RunAsync(stopping.Token), CancellationToken.None);
        _ = Task.WhenAny(journal.Completion, publicLog.Completion).Unwrap().ContinueWith(
            ended => Fail(ended.Exception!.GetBaseException()),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default);
        writing = Task.Run(WriteAsync, CancellationToken.None);
        var second = TimeSpan.FromSeconds(1);
        timer = time.CreateTimer(_ => queue.Writer.TryWrite(new ReadWork<bool>(_ => true)), null, second, second);
    }

    /// <summary>
    /// Takes no more commands, finishes those that wait, and, until ct, delivers what they did and saves a snapshot.
    /// </summary>
    public async Task StopAsync(CancellationToken ct)
    {
        queue.Writer.TryComplete();
        await writing;
        publisher.Complete();
        try
        {
            await publishing.WaitAsync(ct);
            await SaveLastAsync(ct);
        }
        catch (OperationCanceledException)
        {
            await stopping.CancelAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isDisposed, true))
        {
            return;
        }

        queue.Writer.TryComplete();
        await writing;

        // Only a book that never started leaves work behind: its senders must not wait for ever.
        FailAll(new BookStoppedException(null));
        running.TrySetResult();
        await Mirror.DisposeAsync();
        await stopping.CancelAsync();
        await publishing;
        await saving;
        timer?.Dispose();
        journal?.Dispose();
        await (publicLog?.DisposeAsync() ?? ValueTask.CompletedTask);
        stopping.Dispose();
    }

    private void Replay(in MatchCommand record, ReadOnlySpan<byte> payload, long cursor)
    {
        var events = JournalledCommand.Replay(engine, record, payload);
        publicLog!.AddAll(engine.Sent);
        Replayed++;
        if (record.Seq > cursor)
        {
            publisher.Publish(events);
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            while (await queue.Reader.WaitToReadAsync(CancellationToken.None))
            {
                RunBatch();
                TakeSnapshotWhenDue();
            }

            await Task.Run(() => journal!.WaitDurable(journal.LastSeq), CancellationToken.None);
            releases.ReleaseThrough(journal!.DurableSeq);
            running.TrySetResult();
        }
        catch (JournalBrokenException broken)
        {
            // The disk's own fault, as the journal's thread tells it: which of the two is first is chance.
            Fail(broken.GetBaseException());
        }
        catch (Exception failure)
        {
            Fail(failure);
        }
    }

    /// <summary>Decides what has queued up, while the journal syncs; what is synced is released in order.</summary>
    private void RunBatch()
    {
        var batch = new DecidedBatch(options.MaxBatch);
        try
        {
            Decide(batch, NotBefore(journal!.LastTimeMilliseconds));
        }
        catch (Exception failure)
        {
            // It is in no queue any more: nobody else would tell its senders.
            batch.Fail(new BookStoppedException(failure));
            throw;
        }

        releases.Add(batch, journal.LastSeq);
        releases.ReleaseThrough(journal.DurableSeq);
    }

    private void Decide(DecidedBatch batch, DateTimeOffset now)
    {
        if (engine.HasExpired(now))
        {
            batch.Add(new CommandWork(new Expire(now)), engine, journal!, now);
        }

        while (batch.Count < options.MaxBatch && queue.Reader.TryRead(out var work))
        {
            batch.Add(work, engine, journal!, now);
        }
    }

    private void Fail(Exception failure)
    {
        if (Interlocked.Exchange(ref isFailed, true))
        {
            return;
        }

        LogFailed(logger, failure);
        queue.Writer.TryComplete(failure);
        FailAll(new BookStoppedException(failure));
        Mirror.Complete();
        running.TrySetException(failure);
    }

    private void FailAll(BookStoppedException stopped)
    {
        releases.Fail(stopped);
        while (queue.Reader.TryRead(out var work))
        {
            work.Fail(stopped);
        }
    }

    /// <summary>The clock's time in whole milliseconds; the last that was journalled if it went back.</summary>
    private DateTimeOffset NotBefore(long lastMilliseconds) =>
        TimeOf(Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds(), lastMilliseconds));

    private static DateTimeOffset TimeOf(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    [LoggerMessage(1003, LogLevel.Critical, "The order book stopped")]
    private static partial void LogFailed(ILogger logger, Exception failure);
}
