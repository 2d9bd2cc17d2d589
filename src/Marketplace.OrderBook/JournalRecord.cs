using System.Buffers.Binary;
using System.Numerics;

namespace Marketplace.OrderBook;

/// <summary>One journalled command.</summary>
/// <param name="Seq">1 and up without gaps.</param>
/// <param name="Time">When it was taken.</param>
public sealed record JournalRecord(long Seq, DateTimeOffset Time, ReadOnlyMemory<byte> Payload);

/// <summary>
/// A record on disk, little-endian: magic, payload length, sequence number, first sequence number of the same flush,
/// UTC ticks, checksum of the record before; then the payload; then the CRC-32C (RFC 3720 appendix B.4) of all of it.
/// </summary>
internal static class JournalFrame
{
    public const uint Magic = 0x52544B4D;
    public const int HeaderLength = 36;
    public const int ChecksumLength = 4;
    public const int MaxPayload = 1 << 20;

    public static byte[] Write(FrameHead head, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[HeaderLength + payload.Length + ChecksumLength];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(4), payload.Length);
        BinaryPrimitives.WriteInt64LittleEndian(frame.AsSpan(8), head.Seq);
        BinaryPrimitives.WriteInt64LittleEndian(frame.AsSpan(16), head.FlushFirst);
        BinaryPrimitives.WriteInt64LittleEndian(frame.AsSpan(24), head.UtcTicks);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(32), head.Previous);
        payload.CopyTo(frame.AsSpan(HeaderLength));
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(frame.Length - ChecksumLength), Checksum(frame));
        return frame;
    }

    /// <summary>The length of the frame that starts with these bytes, or null when none does.</summary>
    public static int? LengthOf(ReadOnlySpan<byte> header)
    {
        if (header.Length < HeaderLength || BinaryPrimitives.ReadUInt32LittleEndian(header) != Magic)
        {
            return null;
        }

        var payload = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        return payload is >= 0 and <= MaxPayload ? HeaderLength + payload + ChecksumLength : null;
    }

    /// <summary>The frame's head, or null when its checksum is not right.</summary>
    public static FrameHead? Read(ReadOnlySpan<byte> frame)
    {
        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(frame[^ChecksumLength..]);
        return checksum != Checksum(frame)
            ? null
            : new FrameHead(
                BinaryPrimitives.ReadInt64LittleEndian(frame[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(frame[16..]),
                BinaryPrimitives.ReadInt64LittleEndian(frame[24..]),
                BinaryPrimitives.ReadUInt32LittleEndian(frame[32..]),
                checksum);
    }

    private static uint Checksum(ReadOnlySpan<byte> frame)
    {
        var crc = uint.MaxValue;
        var rest = frame[..^ChecksumLength];
        for (; rest.Length >= sizeof(ulong); rest = rest[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(rest));
        }

        foreach (var value in rest)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}

/// <summary>What a frame says about itself.</summary>
/// <param name="FlushFirst">The first record that went to disk with this one.</param>
/// <param name="Previous">The checksum of the record before; 0 for the first.</param>
internal readonly record struct FrameHead(long Seq, long FlushFirst, long UtcTicks, uint Previous, uint Checksum = 0);
