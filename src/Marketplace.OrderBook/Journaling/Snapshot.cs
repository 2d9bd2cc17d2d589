using System.Buffers.Binary;
using Marketplace.Kernel;

namespace Marketplace.OrderBook.Journaling;

/// <summary>Where in the log a snapshot stands: replay goes on behind it.</summary>
/// <param name="LastSeq">The last command that is in it.</param>
/// <param name="LastTimeMilliseconds">That command's time, milliseconds since 1970 UTC.</param>
/// <param name="StateHash">The engine's own hash of its state.</param>
/// <param name="Head">
/// The end of a batch at or above <paramref name="LastSeq"/>: everything in the snapshot was durable, and the log that
/// it is used with must have that batch.
/// </param>
public sealed record SnapshotPoint(long LastSeq, long LastTimeMilliseconds, Hash32 StateHash, JournalHead Head);

/// <summary>A snapshot that was found whole.</summary>
/// <param name="Content">The state, from here to the stream's end. The caller disposes it.</param>
public sealed record Snapshot(SnapshotPoint Point, Stream Content);

/// <summary>A snapshot's file.</summary>
/// <param name="Snapshot">Null when it is damaged.</param>
/// <param name="Damage">Why it cannot be used; empty when it is sound.</param>
public sealed record FoundSnapshot(string File, Snapshot? Snapshot, string Damage);

/// <summary>
/// A snapshot's first 164 bytes, little-endian: magic and version (8 bytes), last number, last time, number of the
/// batch's end (8 each), hash at that end, state hash (32 each), length of the content (8), its SHA-256 (32), 24
/// zeroes, CRC-32C.
/// </summary>
internal readonly record struct SnapshotHeader(SnapshotPoint Point, long Length, Hash32 ContentHash)
{
    public const int HeaderLength = 164;

    private static readonly byte[] Magic = "MKTSNAP\u0001"u8.ToArray();

    public byte[] ToBytes()
    {
        var bytes = new byte[HeaderLength];
        Magic.CopyTo(bytes, 0);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), Point.LastSeq);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), Point.LastTimeMilliseconds);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), Point.Head.LastSeq);
        Point.Head.Hash.WriteTo(bytes.AsSpan(32));
        Point.StateHash.WriteTo(bytes.AsSpan(64));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(96), Length);
        ContentHash.WriteTo(bytes.AsSpan(104));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(HeaderLength - sizeof(uint)), Checksum(bytes));
        return bytes;
    }

    /// <returns>Null when these bytes are no sound header of this version.</returns>
    public static SnapshotHeader? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != HeaderLength
            || !bytes.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[^sizeof(uint)..]) != Checksum(bytes))
        {
            return null;
        }

        var head = new JournalHead(
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]), new Hash32(bytes.Slice(32, Hash32.Length)));
        return new SnapshotHeader(
            new SnapshotPoint(
                BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
                new Hash32(bytes.Slice(64, Hash32.Length)),
                head),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[96..]),
            new Hash32(bytes.Slice(104, Hash32.Length)));
    }

    private static uint Checksum(ReadOnlySpan<byte> header) => RecordChecksum.Crc(header[..^sizeof(uint)]);
}
