using System.Text.Json;
using System.Text.Json.Serialization;

namespace Marketplace.Kernel;

/// <summary>Writes a unit or an id as a bare JSON integer, and refuses to read anything else.</summary>
public abstract class IntegerJsonConverter<T>(Func<long, T> fromInteger, Func<T, long> toInteger) : JsonConverter<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return reader.TryGetInt64(out var value) ? fromInteger(value) : throw new JsonException("Not an integer.");
        }
        catch (Exception fault)
            when (fault is ArgumentOutOfRangeException or OverflowException or InvalidOperationException)
        {
            throw new JsonException($"Not a {typeof(T).Name}: {fault.Message}", fault);
        }
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(toInteger(value));
}

/// <summary>Micro-tokens.</summary>
public sealed class TokenAmountJsonConverter() : IntegerJsonConverter<TokenAmount>(v => new(v), a => a.Micro);

/// <summary>Micro-tokens per 1,000,000 units.</summary>
public sealed class UnitPriceJsonConverter()
    : IntegerJsonConverter<UnitPrice>(v => new(v), p => p.MicroPerMillionUnits);

/// <summary>Units.</summary>
public sealed class QuantityJsonConverter() : IntegerJsonConverter<Quantity>(v => new(v), q => q.Units);

/// <summary>Ten-thousandths.</summary>
public sealed class BasisPointsJsonConverter()
    : IntegerJsonConverter<BasisPoints>(v => new(checked((int)v)), b => b.Value);

/// <summary>A budget's number.</summary>
public sealed class BudgetNoJsonConverter() : IntegerJsonConverter<BudgetNo>(v => new(checked((uint)v)), n => n.Value);

/// <summary>A leg's number within its budget.</summary>
public sealed class JobNoJsonConverter() : IntegerJsonConverter<JobNo>(v => new(checked((uint)v)), n => n.Value);

/// <summary>A provider's number.</summary>
public sealed class ProviderIdJsonConverter()
    : IntegerJsonConverter<ProviderId>(v => new(checked((uint)v)), n => n.Value);

/// <summary>An operator's number.</summary>
public sealed class OperatorIdJsonConverter()
    : IntegerJsonConverter<OperatorId>(v => new(checked((uint)v)), n => n.Value);

/// <summary>A market's number.</summary>
public sealed class MarketIdJsonConverter() : IntegerJsonConverter<MarketId>(v => new(checked((uint)v)), n => n.Value);

/// <summary>An order's number.</summary>
public sealed class OrderIdJsonConverter() : IntegerJsonConverter<OrderId>(v => new(v), n => n.Value);

/// <summary>A job's number.</summary>
public sealed class JobIdJsonConverter() : IntegerJsonConverter<JobId>(v => new(v), n => n.Value);

/// <summary>A block's height.</summary>
public sealed class BlockNumberJsonConverter()
    : IntegerJsonConverter<BlockNumber>(v => new(checked((ulong)v)), n => checked((long)n.Value));

/// <summary>An assignment's random id, as hex text.</summary>
public sealed class AssignmentIdJsonConverter : JsonConverter<AssignmentId>
{
    public override AssignmentId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Hash32.TryParse(reader.GetString(), out var hash)
            ? new(hash)
            : throw new JsonException("Not an assignment id.");

    public override void Write(Utf8JsonWriter writer, AssignmentId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

/// <summary>A transaction's hash, as hex text.</summary>
public sealed class TxHashJsonConverter : JsonConverter<TxHash>
{
    public override TxHash Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Hash32.TryParse(reader.GetString(), out var hash)
            ? new(hash)
            : throw new JsonException("Not a transaction hash.");

    public override void Write(Utf8JsonWriter writer, TxHash value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
