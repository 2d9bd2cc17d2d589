using System.Text.Json;
using System.Text.Json.Serialization;

namespace Marketplace.Kernel;

/// <summary>An Ethereum address: twenty bytes. Written with the checksum of EIP-55, read with or without.</summary>
[JsonConverter(typeof(EthAddressJsonConverter))]
public readonly record struct EthAddress : IComparable<EthAddress>
{
    public const int Length = 20;

    private readonly Hash32 padded;

    /// <exception cref="ArgumentException"><paramref name="bytes"/> are not 20 bytes.</exception>
    public EthAddress(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
        {
            throw new ArgumentException($"An address has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        }

        Span<byte> word = stackalloc byte[Hash32.Length];
        word.Clear();
        bytes.CopyTo(word[12..]);
        padded = new Hash32(word);
    }

    public bool IsZero => padded.IsZero;

    /// <summary>The address as an ABI word: twelve zero bytes, then the twenty.</summary>
    public Hash32 ToWord() => padded;

    public byte[] ToBytes() => padded.ToBytes()[12..];

    public override string ToString()
    {
        var lower = Convert.ToHexStringLower(ToBytes());
        var hash = Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(lower)).ToBytes();
        var letters = lower.Select((letter, index) =>
            ((hash[index / 2] >> (index % 2 == 0 ? 4 : 0)) & 0xf) >= 8 ? char.ToUpperInvariant(letter) : letter);
        return "0x" + string.Concat(letters);
    }

    /// <exception cref="FormatException">The text is not 0x and 40 hex digits.</exception>
    public static EthAddress Parse(string text) => new(Hex.DecodeExact(text, Length));

    public static bool TryParse(string? text, out EthAddress address)
    {
        var isRead = Hex.TryDecode(text, out var bytes) && bytes.Length == Length;
        address = isRead ? new EthAddress(bytes) : default;
        return isRead;
    }

    public int CompareTo(EthAddress other) => padded.CompareTo(other.padded);

    public static bool operator <(EthAddress left, EthAddress right) => left.CompareTo(right) < 0;

    public static bool operator >(EthAddress left, EthAddress right) => left.CompareTo(right) > 0;

    public static bool operator <=(EthAddress left, EthAddress right) => left.CompareTo(right) <= 0;

    public static bool operator >=(EthAddress left, EthAddress right) => left.CompareTo(right) >= 0;
}

/// <summary>Writes an <see cref="EthAddress"/> as checksummed hex text.</summary>
public sealed class EthAddressJsonConverter : JsonConverter<EthAddress>
{
    public override EthAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        EthAddress.TryParse(reader.GetString(), out var address) ? address : throw new JsonException("Not an address.");

    public override void Write(Utf8JsonWriter writer, EthAddress value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
