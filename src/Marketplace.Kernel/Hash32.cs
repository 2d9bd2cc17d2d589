using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Marketplace.Kernel;

/// <summary>A Keccak-256 digest, an id or a transaction hash: 32 bytes, written as 0x and 64 hex digits.</summary>
[JsonConverter(typeof(Hash32JsonConverter))]
public readonly record struct Hash32 : IComparable<Hash32>
{
    public const int Length = 32;

    private readonly ulong first;
    private readonly ulong second;
    private readonly ulong third;
    private readonly ulong fourth;

    /// <exception cref="ArgumentException"><paramref name="bytes"/> are not 32 bytes.</exception>
    public Hash32(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
        {
            throw new ArgumentException($"A hash has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        }

        first = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        second = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        third = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        fourth = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    public bool IsZero => (first | second | third | fourth) == 0;

    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        WriteTo(bytes);
        return bytes;
    }

    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, first);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], second);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], third);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], fourth);
    }

    public override string ToString() => Hex.Encode(ToBytes());

    /// <exception cref="FormatException">The text is not 0x and 64 hex digits.</exception>
    public static Hash32 Parse(string text) => new(Hex.DecodeExact(text, Length));

    public static bool TryParse(string? text, out Hash32 hash)
    {
        var isRead = Hex.TryDecode(text, out var bytes) && bytes.Length == Length;
        hash = isRead ? new Hash32(bytes) : default;
        return isRead;
    }

    public int CompareTo(Hash32 other) => ToBytes().AsSpan().SequenceCompareTo(other.ToBytes());

    public static bool operator <(Hash32 left, Hash32 right) => left.CompareTo(right) < 0;

    public static bool operator >(Hash32 left, Hash32 right) => left.CompareTo(right) > 0;

    public static bool operator <=(Hash32 left, Hash32 right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Hash32 left, Hash32 right) => left.CompareTo(right) >= 0;
}

/// <summary>Writes a <see cref="Hash32"/> as hex text.</summary>
public sealed class Hash32JsonConverter : JsonConverter<Hash32>
{
    public override Hash32 Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Hash32.TryParse(reader.GetString(), out var hash) ? hash : throw new JsonException("Not a 32-byte hash.");

    public override void Write(Utf8JsonWriter writer, Hash32 value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
