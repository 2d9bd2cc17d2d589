using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Marketplace.OrderBook.Journaling;

/// <summary>
/// Walks the batches of one segment in large blocks and checks each whole: header, every record's checksum, the chain's
/// hash. It stops at the first that is not sound; what that means its caller knows.
/// </summary>
internal sealed class SegmentReader : IDisposable
{
    private const int RecordLength = RecordChecksum.RecordLength;
    private const int BlockLength = 4 << 20;

    private readonly SegmentName segment;
    private readonly SafeFileHandle file;
    private readonly HashChain chain = new();
    private byte[] block;
    private long blockStart;
    private int blockLength;

    /// <exception cref="JournalCorruptException">It does not open as the segment that its name says.</exception>
    public SegmentReader(SegmentName segment)
    {
        this.segment = segment;
        file = File.OpenHandle(segment.Path, share: FileShare.ReadWrite | FileShare.Delete);
        var length = Math.Clamp(RandomAccess.GetLength(file), RecordLength, BlockLength);
        block = GC.AllocateUninitializedArray<byte>((int)length);
        var opening = HeaderRecord.Read(Bytes(0, RecordLength));
        if (opening is not { Role: HeaderRole.Opening } header || header.FirstSeq != segment.FirstSeq)
        {
            file.Dispose();
            throw Corrupt("it does not open as its name says.");
        }

        Opening = header;
        Head = new JournalHead(header.FirstSeq - 1, header.Hash);
        Position = RecordLength;
    }

    public HeaderRecord Opening { get; }

    public string Name => segment.File;

    /// <summary>The end of the last sound batch.</summary>
    public JournalHead Head { get; private set; }

    /// <summary>Bytes of the segment up to the end of the last sound batch.</summary>
    public long Position { get; private set; }

    /// <summary>Whether the segment is closed here: the next one was on disk.</summary>
    public bool IsClosed =>
        HeaderRecord.Read(Bytes(Position, RecordLength)) is { Role: HeaderRole.Closing } closing
        && closing.FirstSeq == Head.LastSeq + 1
        && closing.Hash == Head.Hash;

    /// <summary>The records of the next batch, until the next call; empty when no sound one follows.</summary>
    /// <exception cref="JournalCorruptException">A whole batch follows that is not of this place.</exception>
    public ArraySegment<byte> NextBatch()
    {
        if (HeaderRecord.Read(Bytes(Position, RecordLength)) is not { Role: HeaderRole.Batch } header
            || header.Records is < 1 or >= JournalOptions.MaxBufferBytes / RecordLength)
        {
            return [];
        }

        var length = (header.Records + 1) * RecordLength;
        var batch = Bytes(Position, length);
        if (batch.Length < length || !RecordChecksum.AreSound(batch))
        {
            return [];
        }

        // Sound to the last record and yet not the next link: no crash leaves that.
        if (header.Epoch != Opening.Epoch
            || header.FirstSeq <= Head.LastSeq
            || chain.After(Head.Hash, batch) != header.Hash)
        {
            throw Corrupt($"the batch from {header.FirstSeq} of epoch {header.Epoch} does not follow {Head.LastSeq}.");
        }

        Head = new JournalHead(LastSeqOf(batch), header.Hash);
        Position += length;
        return new ArraySegment<byte>(block, (int)(Position - blockStart) - length, length)[RecordLength..];
    }

    /// <summary>Looks at what stands behind the last sound batch of the log's last segment.</summary>
    /// <exception cref="JournalCorruptException">
    /// A header stands further behind: what is unsound here was flushed before that one was written.
    /// </exception>
    public void RequireTornTail()
    {
        for (var at = Position + RecordLength; Bytes(at, RecordLength) is { IsEmpty: false } record; at += RecordLength)
        {
            if (HeaderRecord.Read(record) is { } later)
            {
                throw Corrupt($"the header of {later.FirstSeq} was written long after it.");
            }
        }
    }

    /// <returns>Bytes from <paramref name="from"/> through the last one that is not zero.</returns>
    public long BytesBehind(long from)
    {
        var end = from;
        for (var at = from; Bytes(at, block.Length) is { IsEmpty: false } rest; at += rest.Length)
        {
            var last = rest.LastIndexOfAnyExcept((byte)0);
            end = last >= 0 ? at + last + 1 : end;
        }

        return end - from;
    }

    public JournalCorruptException Corrupt(string reason) => new(segment.File, Position, reason);

    public void Dispose()
    {
        chain.Dispose();
        file.Dispose();
    }

    /// <summary>The last record tells, be it a command or a piece of its payload: both begin so.</summary>
    private static long LastSeqOf(ReadOnlySpan<byte> batch) =>
        BinaryPrimitives.ReadInt64LittleEndian(batch[^RecordLength..]);

    /// <summary>The bytes from there on, fewer at the file's end; valid until the next call.</summary>
    private ReadOnlySpan<byte> Bytes(long from, int length)
    {
        if (from < blockStart || from + length > blockStart + blockLength)
        {
            Load(from, length);
        }

        var at = (int)(from - blockStart);
        return block.AsSpan(at, Math.Clamp(blockLength - at, 0, length));
    }

    private void Load(long from, int length)
    {
        if (block.Length < length)
        {
            block = GC.AllocateUninitializedArray<byte>(length);
        }

        (blockStart, blockLength) = (from, 0);
        while (blockLength < block.Length
            && RandomAccess.Read(file, block.AsSpan(blockLength), from + blockLength) is > 0 and var read)
        {
            blockLength += read;
        }
    }
}
