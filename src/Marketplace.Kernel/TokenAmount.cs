using System.Globalization;
using System.Text.Json.Serialization;

namespace Marketplace.Kernel;

/// <summary>An amount of the payment token, in micro-tokens (10^-6 token): 0 to 2^63 - 1.</summary>
[JsonConverter(typeof(TokenAmountJsonConverter))]
public readonly record struct TokenAmount : IComparable<TokenAmount>
{
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="micro"/> is negative.</exception>
    public TokenAmount(long micro)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(micro);
        Micro = micro;
    }

    public long Micro { get; }

    public static TokenAmount Zero => default;

    public bool IsZero => Micro == 0;

    public static TokenAmount operator +(TokenAmount left, TokenAmount right) => new(checked(left.Micro + right.Micro));

    /// <exception cref="ArgumentOutOfRangeException">The difference would be negative.</exception>
    public static TokenAmount operator -(TokenAmount left, TokenAmount right) => new(checked(left.Micro - right.Micro));

    public static TokenAmount operator *(TokenAmount amount, int times) => new(checked(amount.Micro * times));

    public static bool operator <(TokenAmount left, TokenAmount right) => left.Micro < right.Micro;

    public static bool operator >(TokenAmount left, TokenAmount right) => left.Micro > right.Micro;

    public static bool operator <=(TokenAmount left, TokenAmount right) => left.Micro <= right.Micro;

    public static bool operator >=(TokenAmount left, TokenAmount right) => left.Micro >= right.Micro;

    public static TokenAmount Min(TokenAmount left, TokenAmount right) => left < right ? left : right;

    public static TokenAmount Sum(IEnumerable<TokenAmount> amounts) =>
        amounts.Aggregate(Zero, (sum, amount) => sum + amount);

    public int CompareTo(TokenAmount other) => Micro.CompareTo(other.Micro);

    /// <summary>Whole tokens with six decimals, as people write them: <c>1.250000</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Micro / 1_000_000}.{Micro % 1_000_000:D6}");

    /// <summary>Reads whole tokens with at most six decimals: <c>5</c>, <c>0.25</c>.</summary>
    public static bool TryParse(string? text, out TokenAmount amount)
    {
        var isRead = MicroText.TryParse(text, out var micro);
        amount = isRead ? new TokenAmount(micro) : default;
        return isRead;
    }
}
