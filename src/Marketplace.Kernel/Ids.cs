using System.Globalization;

namespace Marketplace.Kernel;

/// <summary>The number that the escrow contract gave a budget; 1 and up.</summary>
public readonly record struct BudgetNo(uint Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The number of one leg of one job within its budget; rises with every ticket.</summary>
public readonly record struct JobNo(uint Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The number that the escrow contract gave a provider: 1 to 2^24 - 1.</summary>
public readonly record struct ProviderId(uint Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The number that the escrow contract gave an operator; 1 and up.</summary>
public readonly record struct OperatorId(uint Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One provider's order to run one job once: 32 random bytes, so that it names nothing else.</summary>
public readonly record struct AssignmentId(Hash32 Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>One instrument: model build, determinism class and unit. The number is the operator's.</summary>
public readonly record struct MarketId(uint Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>An order's number: the sequence number of the command that entered it.</summary>
public readonly record struct OrderId(long Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A job's number: that of the bid that bought it.</summary>
public readonly record struct JobId(long Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A block's height.</summary>
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
public readonly record struct TxHash(Hash32 Value)
{
    public override string ToString() => Value.ToString();
}
