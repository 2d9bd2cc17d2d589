using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Answers;

/// <summary>A handle as its 16 hex digits.</summary>
public sealed class OrderHandleJson : JsonConverter<OrderHandle>
{
    public override OrderHandle Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ulong.TryParse(
            reader.GetString(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var raw)
            ? new OrderHandle(raw)
            : throw new JsonException("Not a handle: 16 hex digits.");

    public override void Write(Utf8JsonWriter writer, OrderHandle value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

/// <summary>A mask as the numbers of its bits.</summary>
public sealed class AttributeMaskJson : JsonConverter<AttributeMask>
{
    public override AttributeMask Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var bits = JsonSerializer.Deserialize<int[]>(ref reader, options) ?? [];
        return bits.All(bit => bit is >= 0 and < MaskBits.Count)
            ? bits.Aggregate(MaskBits.None, (mask, bit) => mask.With(MaskBits.Of(bit)))
            : throw new JsonException("Bits are 0 to 127.");
    }

    public override void Write(Utf8JsonWriter writer, AttributeMask value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var bit in Enumerable.Range(0, MaskBits.Count).Where(bit => value.Has(bit)))
        {
            writer.WriteNumberValue(bit);
        }

        writer.WriteEndArray();
    }
}
