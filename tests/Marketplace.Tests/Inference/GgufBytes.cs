using System.Buffers.Binary;
using System.Text;

namespace Marketplace.Tests.Inference;

/// <summary>Writes GGUF files, right ones and wrong ones.</summary>
internal sealed class GgufBytes
{
    public const uint UInt32Type = 4;
    public const uint Float32Type = 6;
    public const uint TextType = 8;
    public const uint ArrayType = 9;
    private const int Alignment = 32;

    private readonly List<byte> metadata = [];
    private readonly List<byte> headers = [];
    private readonly List<byte> data = [];
    private int metadataCount;
    private int tensorCount;

    public uint Magic { get; init; } = 0x46554747;

    public uint Version { get; init; } = 3;

    public GgufBytes With(string key, uint type, params byte[] value)
    {
        metadata.AddRange([.. Text(key), .. UInt32(type), .. value]);
        metadataCount++;
        return this;
    }

    public GgufBytes With(string key, uint value) => With(key, UInt32Type, UInt32(value));

    public GgufBytes With(string key, float value) =>
        With(key, Float32Type, UInt32(BitConverter.SingleToUInt32Bits(value)));

    public GgufBytes With(string key, string value) => With(key, TextType, Text(value));

    public GgufBytes With(string key, IReadOnlyList<string> values) =>
        With(key, ArrayType, [.. UInt32(TextType), .. UInt64((ulong)values.Count), .. values.SelectMany(Text)]);

    public GgufBytes WithTensor(string name, uint type, long[] dimensions, byte[] values, ulong? offset = null)
    {
        headers.AddRange([
            .. Text(name), .. UInt32((uint)dimensions.Length),
            .. dimensions.SelectMany(size => UInt64(unchecked((ulong)size))), // wrong files have negative ones
            .. UInt32(type), .. UInt64(offset ?? (ulong)data.Count)]);
        tensorCount++;
        data.AddRange(values);
        return this;
    }

    public byte[] Build()
    {
        var head = new List<byte>([
            .. UInt32(Magic), .. UInt32(Version), .. UInt64((ulong)tensorCount), .. UInt64((ulong)metadataCount),
            .. metadata, .. headers]);
        return [.. head, .. new byte[(Alignment - (head.Count % Alignment)) % Alignment], .. data];
    }

    public static byte[] UInt32(uint value)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    public static byte[] UInt64(ulong value)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }

    public static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [.. UInt64((ulong)bytes.Length), .. bytes];
    }
}
