using Marketplace.OrderBook.Journaling;
using Microsoft.Extensions.Logging;

namespace Marketplace.OrderBook;

/// <content>
/// Snapshots: the writer copies its state between two batches, another task writes the copy, and the next start replays
/// only what the journal holds behind it. A snapshot is never needed: whatever is wrong with one, the book goes on.
/// </content>
public sealed partial class BookLoop
{
    private Task saving = Task.CompletedTask;
    private long snapshotSeq;

    /// <summary>Journal records that the start replayed.</summary>
    internal long Replayed { get; private set; }

    /// <summary>Ends when no snapshot is being written.</summary>
    internal Task Saving => saving;

    private SnapshotStore Snapshots => new(options.Folder);

    /// <summary>Loads the newest snapshot from which everybody can go on.</summary>
    /// <returns>Null when the whole journal is to be replayed.</returns>
    private SnapshotPoint? LoadNewest(long cursor)
    {
        foreach (var (file, snapshot, damage) in options.SnapshotEvery > 0 ? Snapshots.NewestFirst() : [])
        {
            var reason = snapshot is null ? damage : Load(snapshot, cursor);
            if (reason.Length == 0)
            {
                return snapshot!.Point;
            }

            LogPassedOver(logger, file, reason);
        }

        return null;
    }

    /// <returns>Why it cannot be used; empty when the book goes on from it.</returns>
    private string Load(Snapshot snapshot, long cursor)
    {
        using var content = snapshot.Content;
        var surroundings = BookSurroundings.Read(content);
        if (surroundings.EventSeq > cursor)
        {
            return $"the consumer has seen up to {cursor} and events up to {surroundings.EventSeq} are behind it";
        }

        if (surroundings.PublicHead.Count > publicLog!.Found)
        {
            return $"the public log has {publicLog.Found} of {surroundings.PublicHead.Count} records";
        }

        try
        {
            var loaded = BookEngine.Load(content);
            if (loaded.Digest() != snapshot.Point.StateHash)
            {
                return "its state has another hash";
            }

            (engine, snapshotSeq) = (loaded, snapshot.Point.LastSeq);
            publicLog.GoTo(surroundings.PublicHead);
            return "";
        }
        catch (InvalidDataException unreadable)
        {
            return unreadable.Message;
        }
    }

    /// <summary>Between two batches. While one snapshot is being written, no other is taken.</summary>
    private void TakeSnapshotWhenDue()
    {
        if (options.SnapshotEvery > 0 && journal!.LastSeq - snapshotSeq >= options.SnapshotEvery && saving.IsCompleted)
        {
            TakeSnapshot();
        }
    }

    /// <summary>
    /// A batch of its own, so that it is released behind all it shows and before anything else: the queues of the
    /// events and of the public log then stand exactly where the state stands.
    /// </summary>
    private void TakeSnapshot()
    {
        var work = new SnapshotWork(() => (publisher.LastSeq, publicLog!.MarkAsync()));
        var batch = new DecidedBatch(capacity: 1);
        batch.Add(work, engine, journal!, now: default);
        snapshotSeq = work.Seq;
        saving = SaveAsync(work);
        releases.Add(batch, work.Seq);
        releases.ReleaseThrough(journal!.DurableSeq);
    }

    /// <summary>The edge of the snapshot's task: a disk without room for it must not stop the book.</summary>
    private async Task SaveAsync(SnapshotWork work)
    {
        try
        {
            var (eventSeq, mark) = await work.Released.WaitAsync(stopping.Token);
            var surroundings = new BookSurroundings(eventSeq, await mark.WaitAsync(stopping.Token));
            var head = journal!.WaitDurable(work.Seq);
            var image = work.Image;
            var point = new SnapshotPoint(work.Seq, work.TimeMilliseconds, image.Digest(), head);
            await Snapshots.SaveAsync(
                point,
                target =>
                {
                    surroundings.WriteTo(target);
                    image.WriteTo(target);
                },
                stopping.Token);
            LogSaved(logger, work.Seq);
        }
        catch (Exception failure)
        {
            LogNotSaved(logger, failure, work.Seq);
        }
    }

    /// <summary>
    /// The last snapshot of an orderly stop: nothing is decided any more. It is not taken when the next start could not
    /// use it, for the consumer's cursor will stand then where it stands now.
    /// </summary>
    private async Task SaveLastAsync(CancellationToken ct)
    {
        await saving.WaitAsync(ct);
        if (options.SnapshotEvery == 0 || !running.Task.IsCompletedSuccessfully || journal!.LastSeq == snapshotSeq)
        {
            return;
        }

        var cursor = await consumer.CursorAsync(ct);
        if (cursor < publisher.LastSeq)
        {
            LogOfNoUse(logger, cursor, publisher.LastSeq);
            return;
        }

        TakeSnapshot();
        await saving.WaitAsync(ct);
    }

    [LoggerMessage(1002, LogLevel.Information,
        "Replayed {Records} journal records behind {Snapshot} in {Milliseconds} ms; cut {TornBytes} unfinished bytes")]
    private static partial void LogReplayed(
        ILogger logger, long records, long snapshot, long milliseconds, long tornBytes);

    [LoggerMessage(1011, LogLevel.Warning, "Snapshot {File} was passed over: {Reason}")]
    private static partial void LogPassedOver(ILogger logger, string file, string reason);

    [LoggerMessage(1012, LogLevel.Information, "Saved a snapshot of the book at {Seq}")]
    private static partial void LogSaved(ILogger logger, long seq);

    [LoggerMessage(1013, LogLevel.Error, "The snapshot of the book at {Seq} was not saved")]
    private static partial void LogNotSaved(ILogger logger, Exception failure, long seq);

    [LoggerMessage(1014, LogLevel.Information,
        "No snapshot at the stop: the consumer's cursor is {Cursor}, the last event of {EventSeq}")]
    private static partial void LogOfNoUse(ILogger logger, long cursor, long eventSeq);
}
