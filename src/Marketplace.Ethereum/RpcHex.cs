using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Marketplace.Kernel;

namespace Marketplace.Ethereum;

/// <summary>The hex texts of the Ethereum JSON-RPC specification, read strictly.</summary>
internal static class RpcHex
{
    private const int MaxQuantityDigits = 64;

    public static string Quantity(ulong value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    public static BigInteger Quantity(JsonElement value)
    {
        var text = Text(value);
        return text.StartsWith("0x", StringComparison.Ordinal)
            && text.Length is > 2 and <= 2 + MaxQuantityDigits
            && BigInteger.TryParse(
                "0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Malformed("a number");
    }

    public static ulong QuantityUInt64(JsonElement value)
    {
        var number = Quantity(value);
        return number <= ulong.MaxValue ? (ulong)number : throw Malformed("a number of 64 bits");
    }

    public static uint QuantityUInt32(JsonElement value)
    {
        var number = Quantity(value);
        return number <= uint.MaxValue ? (uint)number : throw Malformed("a number of 32 bits");
    }

    public static byte[] Data(JsonElement value) =>
        Hex.TryDecode(Text(value), out var bytes) ? bytes : throw Malformed("hex data");

    public static Hash32 Hash(JsonElement value) =>
        Hash32.TryParse(Text(value), out var hash) ? hash : throw Malformed("a hash");

    public static EthAddress Address(JsonElement value) =>
        EthAddress.TryParse(Text(value), out var address) ? address : throw Malformed("an address");

    public static JsonElement Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value)
            ? value
            : throw Malformed($"an object with {name}");

    public static bool IsMissing(JsonElement value) => value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    public static RpcTransportException Malformed(string expected) => new($"The node's reply is not {expected}.");

    private static string Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Malformed("a text");
}
