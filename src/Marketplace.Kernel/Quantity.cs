using System.Globalization;
using System.Text.Json.Serialization;

namespace Marketplace.Kernel;

/// <summary>A count of a market's units: output tokens (input tokens weighted), or GPU milliseconds.</summary>
[JsonConverter(typeof(QuantityJsonConverter))]
public readonly record struct Quantity : IComparable<Quantity>
{
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="units"/> is negative.</exception>
    public Quantity(long units)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(units);
        Units = units;
    }

    public long Units { get; }

    public bool IsZero => Units == 0;

    public static Quantity Zero => default;

    public static Quantity operator +(Quantity left, Quantity right) => new(checked(left.Units + right.Units));

    /// <exception cref="ArgumentOutOfRangeException">The difference would be negative.</exception>
    public static Quantity operator -(Quantity left, Quantity right) => new(checked(left.Units - right.Units));

    public static bool operator <(Quantity left, Quantity right) => left.Units < right.Units;

    public static bool operator >(Quantity left, Quantity right) => left.Units > right.Units;

    public static bool operator <=(Quantity left, Quantity right) => left.Units <= right.Units;

    public static bool operator >=(Quantity left, Quantity right) => left.Units >= right.Units;

    public static Quantity Min(Quantity left, Quantity right) => left < right ? left : right;

    public int CompareTo(Quantity other) => Units.CompareTo(other.Units);

    public override string ToString() => Units.ToString(CultureInfo.InvariantCulture);
}
