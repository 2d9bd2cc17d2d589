using Marketplace.OrderBook.Feeds;
using Marketplace.OrderBook.Journaling;

namespace Marketplace.OrderBook;

/// <summary>How the book runs.</summary>
/// <param name="Folder">
/// Where the journal, its snapshots and the public command log are; it is made if it is missing.
/// </param>
/// <param name="QueueLength">Commands that may wait; further senders wait for room.</param>
/// <param name="MaxBatch">Commands of one flush at most.</param>
/// <param name="MaxUnconsumed">Events that may wait for the consumer before new orders are refused as busy.</param>
public sealed record BookLoopOptions(
    string Folder, int QueueLength = 4096, int MaxBatch = 1024, int MaxUnconsumed = 65_536)
{
    public JournalOptions Journal { get; init; } = new();

    /// <summary>
    /// A snapshot is taken whenever this many commands were journalled since the last one, and at an orderly stop. 0 is
    /// for a book that neither takes snapshots nor starts from one.
    /// </summary>
    public long SnapshotEvery { get; init; } = 1_000_000;

    public FeedOptions Feeds { get; init; } = new();

    /// <summary>Where a test puts a disk that fails or loses its power.</summary>
    internal IJournalDisk Disk { get; init; } = SystemDisk.Instance;
}
