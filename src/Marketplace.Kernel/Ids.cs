using System.Globalization;
using System.Text.Json.Serialization;

namespace Marketplace.Kernel;

/// <summary>The number that the escrow contract gave a budget; 1 and up.</summary>
[JsonConverter(typeof(BudgetNoJsonConverter))]
public readonly record struct BudgetNo(uint Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The number of one leg of one job within its budget; rises with every ticket.</summary>
[JsonConverter(typeof(JobNoJsonConverter))]
public readonly record struct JobNo(uint Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The number that the escrow contract gave a provider: 1 to 2^24 - 1.</summary>
[JsonConverter(typeof(ProviderIdJsonConverter))]
public readonly record struct ProviderId(uint Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The number that the escrow contract gave an operator; 1 and up.</summary>
[JsonConverter(typeof(OperatorIdJsonConverter))]
public readonly record struct OperatorId(uint Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One provider's order to run one job once: 32 random bytes, so that it names nothing else.</summary>
[JsonConverter(typeof(AssignmentIdJsonConverter))]
public readonly record struct AssignmentId(Hash32 Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>One instrument: model build, determinism class and unit. The number is the operator's.</summary>
[JsonConverter(typeof(MarketIdJsonConverter))]
public readonly record struct MarketId(uint Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>An order's number: the sequence number of the command that entered it.</summary>
[JsonConverter(typeof(OrderIdJsonConverter))]
public readonly record struct OrderId(long Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A job's number: that of the bid that bought it.</summary>
[JsonConverter(typeof(JobIdJsonConverter))]
public readonly record struct JobId(long Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A block's height.</summary>
[JsonConverter(typeof(BlockNumberJsonConverter))]
public readonly record struct BlockNumber(ulong Value) : IComparable<BlockNumber>
{
    public int CompareTo(BlockNumber other) => Value.CompareTo(other.Value);

    public static bool operator <(BlockNumber left, BlockNumber right) => left.Value < right.Value;

    public static bool operator >(BlockNumber left, BlockNumber right) => left.Value > right.Value;

    public static bool operator <=(BlockNumber left, BlockNumber right) => left.Value <= right.Value;

    public static bool operator >=(BlockNumber left, BlockNumber right) => left.Value >= right.Value;

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The hash of a signed transaction.</summary>
[JsonConverter(typeof(TxHashJsonConverter))]
public readonly record struct TxHash(Hash32 Value)
{
    public override string ToString() => Value.ToString();
}
