using System.Buffers.Binary;
using Marketplace.Kernel;

namespace Marketplace.OrderBook.Journaling;

/// <summary>What a header stands before.</summary>
internal enum HeaderRole : byte
{
    None,

    /// <summary>The first record of a segment; its hash is the chain's so far.</summary>
    Opening,

    /// <summary>Before the records of one flush; its hash covers the hash before, its own fields and them.</summary>
    Batch,

    /// <summary>Behind a segment's last batch, once the next segment is on disk; repeats that one's opening.</summary>
    Closing,
}

/// <summary>
/// A record that is no command, little-endian: first sequence number (8 bytes), epoch (4), number of records that
/// follow (4), kind, version, role, 5 zeroes, hash (32), 4 zeroes, CRC-32C. The kind stands where a command has its.
/// </summary>
/// <param name="FirstSeq">The least number a command behind it may have.</param>
internal readonly record struct HeaderRecord(HeaderRole Role, long FirstSeq, uint Epoch, int Records, Hash32 Hash)
{
    public const byte Kind = 0xFE;
    public const byte Version = 1;
    public const int KindOffset = 16;

    /// <summary>What of a batch's header its hash covers: all before the hash itself.</summary>
    public const int HashedLength = 24;

    public void WriteTo(Span<byte> record)
    {
        record[..RecordChecksum.RecordLength].Clear();
        BinaryPrimitives.WriteInt64LittleEndian(record, FirstSeq);
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], Epoch);
        BinaryPrimitives.WriteInt32LittleEndian(record[12..], Records);
        record[KindOffset] = Kind;
        record[17] = Version;
        record[18] = (byte)Role;
        Hash.WriteTo(record[HashedLength..]);
        RecordChecksum.Seal(record);
    }

    /// <returns>Null when these bytes are no sound header of this version.</returns>
    public static HeaderRecord? Read(ReadOnlySpan<byte> record) =>
        record.Length >= RecordChecksum.RecordLength
        && record[KindOffset] == Kind
        && record[17] == Version
        && RecordChecksum.IsSound(record)
            ? new HeaderRecord(
                (HeaderRole)record[18],
                BinaryPrimitives.ReadInt64LittleEndian(record),
                BinaryPrimitives.ReadUInt32LittleEndian(record[8..]),
                BinaryPrimitives.ReadInt32LittleEndian(record[12..]),
                new Hash32(record.Slice(HashedLength, Hash32.Length)))
            : null;
}
