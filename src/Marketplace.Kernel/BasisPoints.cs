using System.Globalization;
using System.Text.Json.Serialization;

namespace Marketplace.Kernel;

/// <summary>A share in ten-thousandths: 0 to 10,000.</summary>
[JsonConverter(typeof(BasisPointsJsonConverter))]
public readonly record struct BasisPoints : IComparable<BasisPoints>
{
    private const int Whole = 10_000;

    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is outside 0 to 10,000.</exception>
    public BasisPoints(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Whole);
        Value = value;
    }

    public int Value { get; }

    /// <summary>The fee on <paramref name="amount"/>, rounded down: what the operator may take.</summary>
    public TokenAmount FeeDown(TokenAmount amount) => new(checked((long)((Int128)amount.Micro * Value / Whole)));

    /// <summary>The fee on <paramref name="amount"/>, rounded up: what is held for it.</summary>
    public TokenAmount FeeUp(TokenAmount amount) =>
        new(checked((long)(((Int128)amount.Micro * Value + (Whole - 1)) / Whole)));

    /// <summary>This share of a count, rounded down.</summary>
    public Quantity ShareDown(Quantity quantity) => new(checked((long)((Int128)quantity.Units * Value / Whole)));

    /// <summary>This share of a count, rounded up.</summary>
    public Quantity ShareUp(Quantity quantity) =>
        new(checked((long)(((Int128)quantity.Units * Value + (Whole - 1)) / Whole)));

    public static bool operator <(BasisPoints left, BasisPoints right) => left.Value < right.Value;

    public static bool operator >(BasisPoints left, BasisPoints right) => left.Value > right.Value;

    public static bool operator <=(BasisPoints left, BasisPoints right) => left.Value <= right.Value;

    public static bool operator >=(BasisPoints left, BasisPoints right) => left.Value >= right.Value;

    public int CompareTo(BasisPoints other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
