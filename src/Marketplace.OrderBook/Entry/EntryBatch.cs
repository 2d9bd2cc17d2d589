using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Entry;

/// <summary>One order to send: a Place may have payload, a whole number of records of 64 bytes.</summary>
public readonly record struct OutgoingOrder(MatchCommand Command, ReadOnlyMemory<byte> Payload = default);

/// <summary>
/// 1 to 256 orders of one session under one HMAC-SHA256, little-endian: <c>prefix, 16 bytes | u32 session | u16 count |
/// u16 zero | count x (record of 64 bytes | its payload) | MAC over all before it, 32 bytes</c>. The prefix keeps the
/// MAC from meaning anything elsewhere.
/// </summary>
/// <remarks>A view of the bytes it was read from: nothing is copied and nothing allocated.</remarks>
public readonly ref struct EntryBatch
{
    public const int MostOrders = 256;

    public const int HeaderBytes = 24;

    public const int ShortestBytes = HeaderBytes + EntryRecord.Bytes + EntryKey.MacBytes;

    public const int LongestBytes =
        HeaderBytes + MostOrders * (1 + EntryRecord.MostPayloadRecords) * EntryRecord.Bytes + EntryKey.MacBytes;

    private const int SessionOffset = 16;
    private const int CountOffset = 20;
    private const int ReservedOffset = 22;
    private const int KindOffset = 16;
    private const int PayloadRecordsOffset = 19;

    private readonly ReadOnlySpan<byte> bytes;

    private EntryBatch(ReadOnlySpan<byte> bytes, EntryLoad load)
    {
        this.bytes = bytes;
        Load = load;
    }

    private static ReadOnlySpan<byte> Prefix => "market entry v1\n"u8;

    public uint Session => BinaryPrimitives.ReadUInt32LittleEndian(bytes[SessionOffset..]);

    public int Count => BinaryPrimitives.ReadUInt16LittleEndian(bytes[CountOffset..]);

    /// <summary>What the batch takes from the rate limits.</summary>
    public EntryLoad Load { get; }

    /// <summary>
    /// Reads the shape alone: cheap, before any cryptography. What is inside is not yet to be believed.
    /// </summary>
    public static EntryRefusal Read(ReadOnlySpan<byte> bytes, out EntryBatch batch)
    {
        batch = default;
        if (bytes.Length > LongestBytes)
        {
            return EntryRefusal.TooLong;
        }

        if (bytes.Length < ShortestBytes)
        {
            return EntryRefusal.Truncated;
        }

        var refusal = ReadHeader(bytes, out var count);
        var load = default(EntryLoad);
        refusal = refusal == EntryRefusal.None ? Walk(bytes, count, out load) : refusal;
        batch = refusal == EntryRefusal.None ? new EntryBatch(bytes, load) : default;
        return refusal;
    }

    public static byte[] Encode(uint session, ReadOnlySpan<OutgoingOrder> orders, EntryKey key)
    {
        Invariant.Holds(orders.Length is >= 1 and <= MostOrders, "A batch has 1 to 256 orders.");
        using var bytes = new MemoryStream();
        Span<byte> header = stackalloc byte[HeaderBytes];
        Prefix.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[SessionOffset..], session);
        BinaryPrimitives.WriteUInt32LittleEndian(header[CountOffset..], (uint)orders.Length);
        bytes.Write(header);
        foreach (var order in orders)
        {
            Write(bytes, order);
        }

        Span<byte> mac = stackalloc byte[EntryKey.MacBytes];
        key.WriteMac(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), mac);
        bytes.Write(mac);
        return bytes.ToArray();
    }

    public bool IsAuthentic(EntryKey key) => key.IsMac(bytes[..^EntryKey.MacBytes], bytes[^EntryKey.MacBytes..]);

    public Enumerator GetEnumerator() => new(bytes[HeaderBytes..^EntryKey.MacBytes]);

    private static EntryRefusal ReadHeader(ReadOnlySpan<byte> bytes, out int count)
    {
        count = BinaryPrimitives.ReadUInt16LittleEndian(bytes[CountOffset..]);
        if (!bytes.StartsWith(Prefix))
        {
            return EntryRefusal.NotABatch;
        }

        if (count is < 1 or > MostOrders)
        {
            return EntryRefusal.InvalidCount;
        }

        return BinaryPrimitives.ReadUInt16LittleEndian(bytes[ReservedOffset..]) == 0
            ? EntryRefusal.None
            : EntryRefusal.ReservedFieldSet;
    }

    private static EntryRefusal Walk(ReadOnlySpan<byte> bytes, int count, out EntryLoad load)
    {
        var (next, end, cancels) = (HeaderBytes, bytes.Length - EntryKey.MacBytes, 0);
        load = default;
        for (var order = 0; order < count; order++)
        {
            if (end - next < EntryRecord.Bytes)
            {
                return EntryRefusal.Truncated;
            }

            var payloadRecords = bytes[next + PayloadRecordsOffset];
            if (payloadRecords > EntryRecord.MostPayloadRecords)
            {
                return EntryRefusal.PayloadTooLong;
            }

            cancels += bytes[next + KindOffset] == (byte)CommandKind.Cancel ? 1 : 0;
            next += EntryRecord.Bytes * (1 + payloadRecords);
        }

        load = new EntryLoad(count - cancels, cancels, 0);
        return next == end ? EntryRefusal.None : next > end ? EntryRefusal.Truncated : EntryRefusal.CountMismatch;
    }

    private static void Write(MemoryStream bytes, OutgoingOrder order)
    {
        var (records, rest) = int.DivRem(order.Payload.Length, EntryRecord.Bytes);
        Invariant.Holds(rest == 0 && records <= EntryRecord.MostPayloadRecords, "Payload is 0 to 8 whole records.");
        var command = order.Command with { PayloadRecords = (byte)records };
        bytes.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<MatchCommand>(in command)));
        bytes.Write(order.Payload.Span);
    }

    /// <summary>The orders in the order in which they were sent.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> rest;

        internal Enumerator(ReadOnlySpan<byte> records) => rest = records;

        public EntryRecord Current { get; private set; }

        public bool MoveNext()
        {
            if (rest.IsEmpty)
            {
                return false;
            }

            var length = EntryRecord.Bytes * (1 + rest[PayloadRecordsOffset]);
            Current = new EntryRecord(rest[..EntryRecord.Bytes], rest[EntryRecord.Bytes..length]);
            rest = rest[length..];
            return true;
        }
    }
}
