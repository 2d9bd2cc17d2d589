using System.Buffers.Binary;

namespace Marketplace.OrderBook.Journaling;

/// <summary>
/// A piece of what a command says beyond its fields, little-endian: the command's number (8 bytes), 8 zeroes, kind,
/// index from 0 (1 byte), length of the whole payload in bytes (2), 4 zeroes, 36 bytes of it, CRC-32C.
/// </summary>
internal static class PayloadRecord
{
    public const byte Kind = 0xFF;
    public const int DataLength = 36;
    public const int MaxPayload = byte.MaxValue * DataLength;

    private const int DataOffset = 24;

    public static int CountFor(int payloadLength) => (payloadLength + DataLength - 1) / DataLength;

    public static void Write(Span<byte> record, long seq, int index, ReadOnlySpan<byte> payload)
    {
        record.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(record, seq);
        record[HeaderRecord.KindOffset] = Kind;
        record[17] = (byte)index;
        BinaryPrimitives.WriteUInt16LittleEndian(record[18..], (ushort)payload.Length);
        var from = index * DataLength;
        payload[from..Math.Min(from + DataLength, payload.Length)].CopyTo(record[DataOffset..]);
        RecordChecksum.Seal(record);
    }

    /// <summary>Puts a command's payload together in <paramref name="payload"/>.</summary>
    /// <returns>Its length in bytes; null when these are not its records, in their order.</returns>
    public static int? Read(ReadOnlySpan<byte> records, long seq, Span<byte> payload)
    {
        var count = records.Length / RecordChecksum.RecordLength;
        var length = count == 0 ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(records[18..]);
        for (var index = 0; index < count; index++)
        {
            var record = records.Slice(index * RecordChecksum.RecordLength, RecordChecksum.RecordLength);
            if (record[HeaderRecord.KindOffset] != Kind
                || record[17] != index
                || BinaryPrimitives.ReadInt64LittleEndian(record) != seq
                || BinaryPrimitives.ReadUInt16LittleEndian(record[18..]) != length)
            {
                return null;
            }

            record.Slice(DataOffset, DataLength).CopyTo(payload[(index * DataLength)..]);
        }

        return CountFor(length) == count ? length : null;
    }
}
