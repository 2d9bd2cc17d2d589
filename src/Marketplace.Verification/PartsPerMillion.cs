using System.Globalization;

namespace Marketplace.Verification;

/// <summary>A probability or a share in millionths: 0 to 1,000,000.</summary>
public readonly record struct PartsPerMillion : IComparable<PartsPerMillion>
{
    public const int Whole = 1_000_000;

    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is outside 0 to 1,000,000.</exception>
    public PartsPerMillion(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Whole);
        Value = value;
    }

    public int Value { get; }

    public static PartsPerMillion Always => new(Whole);

    public static PartsPerMillion Max(PartsPerMillion left, PartsPerMillion right) => left > right ? left : right;

    public static bool operator <(PartsPerMillion left, PartsPerMillion right) => left.Value < right.Value;

    public static bool operator >(PartsPerMillion left, PartsPerMillion right) => left.Value > right.Value;

    public static bool operator <=(PartsPerMillion left, PartsPerMillion right) => left.Value <= right.Value;

    public static bool operator >=(PartsPerMillion left, PartsPerMillion right) => left.Value >= right.Value;

    public int CompareTo(PartsPerMillion other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
