namespace Marketplace.Matching;

/// <summary>
/// What orders and trades cost, in micro-tokens (RULES.md, sections 1 and 2). Products that fit 64 bits, nearly all,
/// take a short way; the others go through 128 bits.
/// </summary>
internal static class Holds
{
    private const ulong UnitsPerPrice = 1_000_000;
    private const ulong BasisPoints = 10_000;

    /// <summary>The cost of a trade; it is known to fit, for a hold has covered it.</summary>
    public static long Cost(long tickSize, int tick, long quantity)
    {
        var high = Math.BigMul((ulong)tickSize * (ulong)tick, (ulong)quantity, out var low);
        return high == 0
            ? (long)DivideUp(low, UnitsPerPrice)
            : (long)((new UInt128(high, low) + (UnitsPerPrice - 1)) / UnitsPerPrice);
    }

    /// <summary>The fee on a cost, which is known to fit.</summary>
    public static long Fee(long cost, int feeBps)
    {
        var high = Math.BigMul((ulong)cost, (ulong)feeBps, out var low);
        return high == 0
            ? (long)DivideUp(low, BasisPoints)
            : (long)((new UInt128(high, low) + (BasisPoints - 1)) / BasisPoints);
    }

    /// <summary>The hold of a bid with so much open.</summary>
    /// <param name="legs">1 for a plain bid.</param>
    /// <returns>False if it exceeds 63 bits.</returns>
    public static bool TryLimit(MarketBook book, int tick, long quantity, int legs, out long amount)
    {
        var high = Math.BigMul((ulong)book.TickSize * (ulong)tick, (ulong)quantity, out var low);
        if (high != 0)
        {
            return TryLargeLimit(new UInt128(high, low), legs, book.MaxFeeBps, out amount);
        }

        // The cost is below 2^64 / 10^6 = 1.9 x 10^13, so 16 of them times 10^4 basis points stay below 2^62.
        unchecked
        {
            var cost = DivideUp(low, UnitsPerPrice) * (ulong)legs;
            amount = (long)(cost + DivideUp(cost * (ulong)book.MaxFeeBps, BasisPoints));
        }

        return true;
    }

    /// <summary>The hold of a bid that was accepted, so it fits.</summary>
    public static long Limit(MarketBook book, int tick, long quantity, int legs)
    {
        TryLimit(book, tick, quantity, legs, out var amount);
        return amount;
    }

    private static bool TryLargeLimit(UInt128 product, int legs, int feeBps, out long amount)
    {
        var cost = (product + (UnitsPerPrice - 1)) / UnitsPerPrice * (uint)legs;
        var limit = cost + (cost * (uint)feeBps + (BasisPoints - 1)) / BasisPoints;
        var isSmall = limit <= long.MaxValue;
        amount = isSmall ? (long)limit : 0;
        return isSmall;
    }

    private static ulong DivideUp(ulong value, ulong divisor)
    {
        var quotient = value / divisor;
        return quotient * divisor == value ? quotient : quotient + 1;
    }
}
