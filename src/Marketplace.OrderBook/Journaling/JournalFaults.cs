namespace Marketplace.OrderBook.Journaling;

/// <summary>The log holds something else than what was written: nothing may be decided on it.</summary>
public sealed class JournalCorruptException(string segment, long offset, string reason)
    : Exception($"The journal is damaged in {segment} at byte {offset}: {reason}")
{
    /// <summary>The segment's file name.</summary>
    public string Segment { get; } = segment;

    /// <summary>Bytes from the start of the segment.</summary>
    public long Offset { get; } = offset;
}

/// <summary>The disk failed or a later writer took over: what was not told to be durable never will be.</summary>
public sealed class JournalBrokenException(Exception cause)
    : Exception($"The journal takes no more: {cause.Message}", cause);

/// <summary>Another writer has opened the log since: this one may not acknowledge anything any more.</summary>
public sealed class JournalFencedException(uint epoch, uint newest)
    : Exception($"The writer of epoch {epoch} was followed by that of epoch {newest}.")
{
    public uint Epoch { get; } = epoch;

    public uint Newest { get; } = newest;
}
