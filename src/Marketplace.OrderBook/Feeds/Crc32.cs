namespace Marketplace.OrderBook.Feeds;

/// <summary>
/// The CRC-32 of zlib and PNG (ISO/IEC 3309, reflected polynomial EDB88320), which every client's library has; the one
/// of the processor, as in the journal, is another.
/// </summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(value => Row((uint)value))];

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc = Table[(crc ^ value) & 0xFF] ^ crc >> 8;
        }

        return ~crc;
    }

    private static uint Row(uint value)
    {
        for (var bit = 0; bit < 8; bit++)
        {
            value = (value & 1) == 0 ? value >> 1 : value >> 1 ^ Polynomial;
        }

        return value;
    }
}
