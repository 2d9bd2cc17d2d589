using Marketplace.Matching;

namespace Marketplace.OrderBook.Answers;

/// <summary>What things cost in a market, in micro-tokens (RULES.md, sections 1 and 2).</summary>
internal readonly record struct MarketMoney(MarketView Market)
{
    private const long UnitsPerPrice = 1_000_000;
    private const long BasisPoints = 10_000;

    /// <exception cref="OverflowException">It exceeds 63 bits.</exception>
    public long Cost(int tick, long quantity) =>
        checked((long)Up((Int128)tick * Market.TickSize * quantity, UnitsPerPrice));

    /// <exception cref="OverflowException">It exceeds 63 bits.</exception>
    public long TakerFee(long cost) => checked((long)Up((Int128)cost * Market.TakerFeeBps, BasisPoints));

    /// <returns>What such a bid holds; null if it exceeds 63 bits.</returns>
    public long? LimitCost(int tick, long quantity, int replicas)
    {
        var cost = Up((Int128)tick * Market.TickSize * quantity, UnitsPerPrice) * Math.Max(1, replicas);
        var limit = cost + Up(cost * Math.Max(Market.TakerFeeBps, Market.MakerFeeBps), BasisPoints);
        return limit <= long.MaxValue ? (long)limit : null;
    }

    private static Int128 Up(Int128 value, long divisor) => (value + (divisor - 1)) / divisor;
}
