using System.Runtime.InteropServices;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Journaling;

/// <summary>
/// Reads a log's commands in their order, each batch only after all of it was checked. Allocates nothing per command.
/// It reads a log that nobody writes at the time. Not thread-safe.
/// </summary>
/// <remarks>
/// A segment that another follows ends where that one says: whatever stands behind is what a crash tore, or what a
/// writer wrote that had been followed already; neither was ever acknowledged.
/// </remarks>
public sealed class JournalReader : IDisposable
{
    private const int RecordLength = RecordChecksum.RecordLength;

    private readonly IReadOnlyList<SegmentName> segments;
    private readonly long afterSeq;
    private readonly JournalHead? expected;
    private readonly byte[] payload = new byte[PayloadRecord.MaxPayload];
    private SegmentReader? segment;
    private int segmentIndex;
    private ArraySegment<byte> batch = ArraySegment<byte>.Empty;
    private int at;
    private int commandAt;
    private int payloadLength;
    private long lastSeq;
    private bool isExpectedMet;

    /// <param name="afterSeq">The commands above this number are read.</param>
    /// <param name="expected">
    /// A batch's end at or above <paramref name="afterSeq"/> that the log is known to have had, from a snapshot.
    /// </param>
    /// <exception cref="JournalCorruptException">The log begins later than that.</exception>
    public JournalReader(string folder, long afterSeq = 0, JournalHead? expected = null)
    {
        segments = Directory.Exists(folder) ? SegmentFiles.List(folder) : [];
        this.afterSeq = afterSeq;
        this.expected = expected;
        while (segmentIndex + 1 < segments.Count && segments[segmentIndex + 1].FirstSeq <= afterSeq + 1)
        {
            segmentIndex++;
        }

        Head = new JournalHead(afterSeq, default);
        if (segments.Count > 0)
        {
            OpenFirst();
        }
    }

    /// <summary>The command that <see cref="Next"/> found, until its next call.</summary>
    public ref readonly MatchCommand Command => ref MemoryMarshal.AsRef<MatchCommand>(batch.AsSpan(commandAt));

    /// <summary>The payload of <see cref="Command"/>, until the next call of <see cref="Next"/>.</summary>
    public ReadOnlySpan<byte> Payload => payload.AsSpan(0, payloadLength);

    /// <summary>The end of the last batch that was read.</summary>
    public JournalHead Head { get; private set; }

    /// <summary>Milliseconds since 1970 UTC of the last command that was read; 0 before the first.</summary>
    public long LastTimeMilliseconds { get; private set; }

    /// <summary>Once all is read: bytes at the log's end that a crash left unfinished.</summary>
    public long TornBytes { get; private set; }

    /// <summary>Bytes behind the ends of earlier segments: torn, or of a writer that had been followed.</summary>
    public long StrayBytes { get; private set; }

    /// <summary>Batches read so far.</summary>
    public long Batches { get; private set; }

    /// <summary>The number of the writer's opening that wrote the last segment read; 0 of an empty log.</summary>
    public uint Epoch => segment?.Opening.Epoch ?? 0;

    internal int Segments => segments.Count;

    internal SegmentName? LastSegment => segments.Count > 0 ? segments[^1] : null;

    /// <summary>Whether the last segment read holds no batch.</summary>
    internal bool IsLastSegmentEmpty => segment is { Position: RecordLength };

    /// <summary>Where the last segment read ends.</summary>
    internal long EndPosition => segment?.Position ?? 0;

    /// <summary>Goes to the next command.</summary>
    /// <returns>False at the log's end.</returns>
    /// <exception cref="JournalCorruptException">The log is not what was written.</exception>
    public bool Next()
    {
        do
        {
            if (at == batch.Count && !NextBatch())
            {
                RequireExpected(isEnd: true);
                return false;
            }

            TakeCommand();
        }
        while (Command.Seq <= afterSeq);

        return true;
    }

    public void Dispose() => segment?.Dispose();

    private void OpenFirst()
    {
        segment = new SegmentReader(segments[segmentIndex]);
        var opening = segment.Opening;
        if (opening.FirstSeq > afterSeq + 1 || (opening.FirstSeq == 1 && !opening.Hash.IsZero))
        {
            throw segment.Corrupt($"the log begins here, and not at or before {afterSeq + 1}.");
        }

        Head = segment.Head;
        lastSeq = Head.LastSeq;
        RequireExpected(isEnd: false);
    }

    private bool NextBatch()
    {
        (at, batch) = (0, ArraySegment<byte>.Empty);
        while (segment is not null)
        {
            var isFollowed = segmentIndex + 1 < segments.Count;
            if (!isFollowed || segments[segmentIndex + 1].FirstSeq != segment.Head.LastSeq + 1)
            {
                var records = segment.NextBatch();
                if (records.Count > 0)
                {
                    Accept(records);
                    return true;
                }
            }

            if (!isFollowed)
            {
                RequireEnd();
                return false;
            }

            OpenNext();
        }

        return false;
    }

    private void Accept(ArraySegment<byte> records)
    {
        batch = records;
        Head = segment!.Head;
        Batches++;
        RequireExpected(isEnd: false);
    }

    private void OpenNext()
    {
        var before = segment!;
        StrayBytes += before.BytesBehind(before.Position + (before.IsClosed ? RecordLength : 0));
        using (before)
        {
            segment = new SegmentReader(segments[++segmentIndex]);
            if (segment.Head != before.Head || segment.Opening.Epoch < before.Opening.Epoch)
            {
                throw before.Corrupt($"{segment.Name} does not follow its end at {before.Head.LastSeq}.");
            }
        }
    }

    private void RequireEnd()
    {
        if (segment!.IsClosed)
        {
            throw segment.Corrupt("it is closed, but the next segment is missing.");
        }

        segment.RequireTornTail();
        TornBytes = segment.BytesBehind(segment.Position);
    }

    private void RequireExpected(bool isEnd)
    {
        if (expected is not { } mark || isExpectedMet)
        {
            return;
        }

        isExpectedMet = Head == mark;
        if (!isExpectedMet && (isEnd || Head.LastSeq >= mark.LastSeq))
        {
            throw new JournalCorruptException(
                segment?.Name ?? "the folder",
                segment?.Position ?? 0,
                $"it has not the snapshot's batch to {mark.LastSeq}.");
        }
    }

    private void TakeCommand()
    {
        commandAt = at;
        ref readonly var command = ref Command;
        var end = at + (1 + command.PayloadRecords) * RecordLength;
        var length = end <= batch.Count
            ? PayloadRecord.Read(batch.AsSpan((at + RecordLength)..end), command.Seq, payload)
            : null;
        if (length is null || !Follows(command))
        {
            throw segment!.Corrupt($"command {command.Seq} is not whole, or out of its order.");
        }

        (payloadLength, at) = (length.Value, end);
        (lastSeq, LastTimeMilliseconds) = (command.Seq, command.TimeMilliseconds);
    }

    private bool Follows(in MatchCommand command) =>
        (byte)command.Kind < HeaderRecord.Kind
        && command.Seq > lastSeq
        && command.TimeMilliseconds >= LastTimeMilliseconds;
}
