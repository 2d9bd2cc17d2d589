using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Journaling;

/// <summary>The CRC-32C (RFC 3720, appendix B.4) of a record's first 60 bytes, kept in its last four.</summary>
internal static class RecordChecksum
{
    /// <summary>Bytes of every record of the journal, whatever its kind.</summary>
    public const int RecordLength = 64;

    private const int Covered = RecordLength - sizeof(uint);

    public static uint Of(ReadOnlySpan<byte> record) => Crc(record[..Covered]);

    /// <param name="bytes">A multiple of four bytes.</param>
    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        return bytes.IsEmpty ? ~crc : ~BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt32LittleEndian(bytes));
    }

    public static void Seal(Span<byte> record) =>
        BinaryPrimitives.WriteUInt32LittleEndian(record[Covered..], Of(record));

    public static void Seal(ref MatchCommand command) =>
        command.Checksum = Of(MemoryMarshal.AsBytes(new ReadOnlySpan<MatchCommand>(ref command)));

    public static bool IsSound(ReadOnlySpan<byte> record) =>
        BinaryPrimitives.ReadUInt32LittleEndian(record[Covered..]) == Of(record);

    /// <summary>Whether all of these records are sound.</summary>
    public static bool AreSound(ReadOnlySpan<byte> records)
    {
        for (; !records.IsEmpty; records = records[RecordLength..])
        {
            if (!IsSound(records[..RecordLength]))
            {
                return false;
            }
        }

        return true;
    }
}
