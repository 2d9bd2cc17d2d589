using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Journaling;

/// <summary>The end of a batch: the last number in it and the hash of everything up to it.</summary>
/// <param name="Hash">
/// SHA-256 of the hash of the batch before, the first 24 bytes of the batch's header and its records; zero before the
/// first.
/// </param>
public readonly record struct JournalHead(long LastSeq, Hash32 Hash);

/// <summary>Takes one command of the log, as it was written, with its payload.</summary>
public delegate void CommandReplay(in MatchCommand command, ReadOnlySpan<byte> payload);

/// <summary>How large the parts of a log are. Sizes are multiples of 64 bytes.</summary>
/// <param name="SegmentBytes">Bytes of a segment's file; it holds at least one full buffer.</param>
/// <param name="BufferBytes">Bytes of each of the two buffers: the most that one flush writes; 32 KiB at least.</param>
public sealed record JournalOptions(int SegmentBytes = 64 << 20, int BufferBytes = 1 << 20)
{
    /// <summary>The largest buffer: what a reader must be able to hold at once.</summary>
    public const int MaxBufferBytes = 64 << 20;

    internal void RequireSound()
    {
        const int record = RecordChecksum.RecordLength;
        Invariant.Holds(SegmentBytes % record == 0 && BufferBytes % record == 0, "Sizes are whole records.");
        Invariant.Holds(BufferBytes is >= 1 << 15 and <= MaxBufferBytes, "A buffer holds the longest command.");
        Invariant.Holds(SegmentBytes >= BufferBytes + 2 * record, "A segment holds a full buffer.");
    }
}
