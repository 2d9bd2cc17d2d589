using System.Globalization;
using System.Text.Json.Serialization;

namespace Marketplace.Kernel;

/// <summary>A limit or trade price, in micro-tokens per 1,000,000 units; shown to people as tokens per Mtok.</summary>
[JsonConverter(typeof(UnitPriceJsonConverter))]
public readonly record struct UnitPrice : IComparable<UnitPrice>
{
    private const int UnitsPerPrice = 1_000_000;

    /// <exception cref="ArgumentOutOfRangeException"><paramref name="microPerMillionUnits"/> is negative.</exception>
    public UnitPrice(long microPerMillionUnits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(microPerMillionUnits);
        MicroPerMillionUnits = microPerMillionUnits;
    }

    public long MicroPerMillionUnits { get; }

    /// <summary>What <paramref name="quantity"/> costs: what is paid, rounded down, so never above the limit.</summary>
    /// <exception cref="OverflowException">The cost exceeds 2^63 - 1 micro-tokens.</exception>
    public TokenAmount CostDown(Quantity quantity) =>
        new(checked((long)((Int128)MicroPerMillionUnits * quantity.Units / UnitsPerPrice)));

    /// <summary>What <paramref name="quantity"/> can cost at most: what is held, rounded up.</summary>
    /// <exception cref="OverflowException">The cost exceeds 2^63 - 1 micro-tokens.</exception>
    public TokenAmount CostUp(Quantity quantity) =>
        new(checked((long)(((Int128)MicroPerMillionUnits * quantity.Units + (UnitsPerPrice - 1)) / UnitsPerPrice)));

    public static bool operator <(UnitPrice left, UnitPrice right) => left.CompareTo(right) < 0;

    public static bool operator >(UnitPrice left, UnitPrice right) => left.CompareTo(right) > 0;

    public static bool operator <=(UnitPrice left, UnitPrice right) => left.CompareTo(right) <= 0;

    public static bool operator >=(UnitPrice left, UnitPrice right) => left.CompareTo(right) >= 0;

    public int CompareTo(UnitPrice other) => MicroPerMillionUnits.CompareTo(other.MicroPerMillionUnits);

    /// <summary>Tokens per million units with six decimals: <c>0.200000</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{MicroPerMillionUnits / 1_000_000}.{MicroPerMillionUnits % 1_000_000:D6}");

    /// <summary>Reads tokens per million units with at most six decimals: <c>0.2</c>.</summary>
    public static bool TryParse(string? text, out UnitPrice price)
    {
        var isRead = MicroText.TryParse(text, out var micro);
        price = isRead ? new UnitPrice(micro) : default;
        return isRead;
    }
}
