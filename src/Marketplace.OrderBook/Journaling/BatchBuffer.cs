using System.Runtime.InteropServices;
using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Journaling;

/// <summary>The records of one flush in the making, with room for their header in front.</summary>
internal sealed class BatchBuffer(int capacity)
{
    private const int RecordLength = RecordChecksum.RecordLength;

    private readonly byte[] bytes = GC.AllocateArray<byte>(capacity, pinned: true);
    private int length = RecordLength;
    private long firstSeq;

    public bool IsEmpty => length == RecordLength;

    public long LastSeq { get; private set; }

    public bool HasRoomFor(int records) => length + records * RecordLength <= bytes.Length;

    /// <summary>Adds a sealed command and the records of its payload.</summary>
    public void Add(in MatchCommand command, ReadOnlySpan<byte> payload)
    {
        firstSeq = IsEmpty ? command.Seq : firstSeq;
        LastSeq = command.Seq;
        MemoryMarshal.Write(bytes.AsSpan(length), command);
        length += RecordLength;
        for (var index = 0; index < command.PayloadRecords; index++)
        {
            PayloadRecord.Write(bytes.AsSpan(length, RecordLength), command.Seq, index, payload);
            length += RecordLength;
        }
    }

    /// <summary>Writes the header, whose hash follows <paramref name="previous"/>.</summary>
    /// <returns>The whole batch as it goes to disk.</returns>
    public ReadOnlySpan<byte> Seal(uint epoch, Hash32 previous, HashChain chain, out Hash32 hash)
    {
        var batch = bytes.AsSpan(0, length);
        var header = new HeaderRecord(HeaderRole.Batch, firstSeq, epoch, length / RecordLength - 1, default);
        header.WriteTo(batch);
        hash = chain.After(previous, batch);
        (header with { Hash = hash }).WriteTo(batch);
        return batch;
    }

    public void Clear() => length = RecordLength;
}
