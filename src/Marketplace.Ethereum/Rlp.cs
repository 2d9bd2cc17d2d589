using System.Numerics;
using Marketplace.Kernel;

namespace Marketplace.Ethereum;

/// <summary>A byte string or a list of items, as RLP knows them.</summary>
public sealed class RlpItem
{
    private readonly byte[]? bytes;
    private readonly IReadOnlyList<RlpItem>? items;

    private RlpItem(byte[]? bytes, IReadOnlyList<RlpItem>? items)
    {
        this.bytes = bytes;
        this.items = items;
    }

    public bool IsList => items is not null;

    /// <exception cref="RlpDecodingException">The item is a list.</exception>
    public byte[] Bytes => bytes ?? throw new RlpDecodingException("Expected a byte string, found a list.");

    /// <exception cref="RlpDecodingException">The item is a byte string.</exception>
    public IReadOnlyList<RlpItem> Items =>
        items ?? throw new RlpDecodingException("Expected a list, found a byte string.");

    public static RlpItem Of(ReadOnlySpan<byte> bytes) => new(bytes.ToArray(), null);

    public static RlpItem Of(ulong value) => Of((BigInteger)value);

    /// <summary>A number as its shortest big-endian bytes; zero is the empty string.</summary>
    public static RlpItem Of(BigInteger value) =>
        new(value.IsZero ? [] : value.ToByteArray(isUnsigned: true, isBigEndian: true), null);

    /// <summary>An address, or the empty string for none.</summary>
    public static RlpItem Of(EthAddress? address) => new(address?.ToBytes() ?? [], null);

    public static RlpItem List(params IReadOnlyList<RlpItem> items) => new(null, items);

    /// <exception cref="RlpDecodingException">The item is a list or has leading zeros.</exception>
    public BigInteger ToUnsigned() => Bytes is [0, ..]
        ? throw new RlpDecodingException("A number has leading zeros.")
        : new BigInteger(Bytes, isUnsigned: true, isBigEndian: true);
}

/// <summary>Ethereum's recursive length prefix (Yellow Paper, appendix B). Only the canonical form is read.</summary>
public static class Rlp
{
    private const int MaxDepth = 64;
    private const byte StringBase = 0x80;
    private const byte ListBase = 0xc0;
    private const int ShortLimit = 55;

    public static byte[] Encode(RlpItem item)
    {
        if (item.IsList)
        {
            return Prefix(ListBase, [.. item.Items.SelectMany(Encode)]);
        }

        return item.Bytes is [< StringBase] ? item.Bytes : Prefix(StringBase, item.Bytes);
    }

    /// <exception cref="RlpDecodingException">The bytes are not exactly one canonical item.</exception>
    public static RlpItem Decode(ReadOnlySpan<byte> encoded)
    {
        var rest = encoded;
        var item = Read(ref rest, 0);
        return rest.IsEmpty ? item : throw new RlpDecodingException($"{rest.Length} bytes follow the item.");
    }

    private static byte[] Prefix(byte start, byte[] payload)
    {
        if (payload.Length <= ShortLimit)
        {
            return [(byte)(start + payload.Length), .. payload];
        }

        var length = new BigInteger(payload.Length).ToByteArray(isUnsigned: true, isBigEndian: true);
        return [(byte)(start + ShortLimit + length.Length), .. length, .. payload];
    }

    private static RlpItem Read(ref ReadOnlySpan<byte> rest, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new RlpDecodingException($"Lists nest deeper than {MaxDepth}.");
        }

        var first = Take(ref rest, 1)[0];
        switch (first)
        {
            case < StringBase:
                return RlpItem.Of([first]);
            case < ListBase:
                var bytes = Take(ref rest, ReadLength(ref rest, first - StringBase));
                return bytes is [< StringBase]
                    ? throw new RlpDecodingException("A single small byte has a prefix.")
                    : RlpItem.Of(bytes);
            default:
                return ReadList(Take(ref rest, ReadLength(ref rest, first - ListBase)), depth);
        }
    }

    private static RlpItem ReadList(ReadOnlySpan<byte> payload, int depth)
    {
        var items = new List<RlpItem>();
        while (!payload.IsEmpty)
        {
            items.Add(Read(ref payload, depth + 1));
        }

        return RlpItem.List(items);
    }

    private static int ReadLength(ref ReadOnlySpan<byte> rest, int code)
    {
        if (code <= ShortLimit)
        {
            return code;
        }

        var bytes = Take(ref rest, code - ShortLimit);
        var length = new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
        return bytes[0] != 0 && length > ShortLimit && length <= rest.Length
            ? (int)length
            : throw new RlpDecodingException("A length is not canonical or runs past the end.");
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, int byteCount)
    {
        if (byteCount > rest.Length)
        {
            throw new RlpDecodingException($"Expected {byteCount} bytes, found {rest.Length}.");
        }

        var taken = rest[..byteCount];
        rest = rest[byteCount..];
        return taken;
    }
}

/// <summary>Bytes that are no canonical RLP.</summary>
public sealed class RlpDecodingException(string message) : Exception(message);
