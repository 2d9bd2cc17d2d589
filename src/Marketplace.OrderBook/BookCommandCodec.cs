using System.Text.Json;
using System.Text.Json.Serialization;
using Marketplace.Kernel;

namespace Marketplace.OrderBook;

/// <summary>
/// Commands as they stand in the journal: JSON, so that an old journal can be read by eye and by other code.
/// </summary>
public static class BookCommandCodec
{
    private static readonly JsonSerializerOptions Options = new()
    {
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        Converters =
        {
            new JsonStringEnumConverter(),
            new NumberConverter<BudgetNo>(number => new BudgetNo(checked((uint)number)), id => id.Value),
            new NumberConverter<MarketId>(number => new MarketId(checked((uint)number)), id => id.Value),
            new NumberConverter<ProviderId>(number => new ProviderId(checked((uint)number)), id => id.Value),
            new NumberConverter<OrderId>(number => new OrderId(number), id => id.Value),
            new NumberConverter<JobId>(number => new JobId(number), id => id.Value),
            new NumberConverter<TokenAmount>(number => new TokenAmount(number), amount => amount.Micro),
            new NumberConverter<UnitPrice>(number => new UnitPrice(number), price => price.MicroPerMillionUnits),
            new NumberConverter<Quantity>(number => new Quantity(number), quantity => quantity.Units),
            new NumberConverter<BasisPoints>(number => new BasisPoints(checked((int)number)), share => share.Value),
        },
    };

    public static byte[] Encode(BookCommand command) => JsonSerializer.SerializeToUtf8Bytes(command, Options);

    /// <exception cref="JsonException">The bytes are not a command of this version.</exception>
    public static BookCommand Decode(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize<BookCommand>(bytes, Options) ?? throw new JsonException("Not a command.");

    private sealed class NumberConverter<T>(Func<long, T> make, Func<T, long> number) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            make(reader.GetInt64());

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(number(value));
    }
}
