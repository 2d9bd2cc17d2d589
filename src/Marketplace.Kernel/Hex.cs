namespace Marketplace.Kernel;

/// <summary>Bytes as 0x-prefixed lower-case hex text.</summary>
public static class Hex
{
    public static string Encode(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    /// <exception cref="FormatException">The text is not hex with an even number of digits.</exception>
    public static byte[] Decode(string text) =>
        TryDecode(text, out var bytes)
            ? bytes
            : throw new FormatException("Not hex text: 0x and an even number of digits.");

    /// <exception cref="FormatException">The text is not hex of exactly <paramref name="length"/> bytes.</exception>
    public static byte[] DecodeExact(string text, int length)
    {
        var bytes = Decode(text);
        return bytes.Length == length
            ? bytes
            : throw new FormatException($"Expected {length} bytes, found {bytes.Length}.");
    }

    public static bool TryDecode(string? text, out byte[] bytes)
    {
        bytes = [];
        if (text is null)
        {
            return false;
        }

        var digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text.AsSpan();
        if (digits.Length % 2 != 0)
        {
            return false;
        }

        var decoded = new byte[digits.Length / 2];
        var isHex = Convert.FromHexString(digits, decoded, out _, out _) == System.Buffers.OperationStatus.Done;
        bytes = isHex ? decoded : [];
        return isHex;
    }
}
