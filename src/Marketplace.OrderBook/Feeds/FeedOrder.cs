using Marketplace.Matching;

namespace Marketplace.OrderBook.Feeds;

/// <summary>An order that rests in the book, as the feeds show it.</summary>
/// <param name="Open">Units still to trade; of a bid in legs those of all legs together.</param>
/// <param name="Minimum">The least that may be filled at once, in units; 0 and 1 mean any.</param>
/// <param name="Replicas">Legs of a bid in legs, 0 of all others.</param>
/// <param name="IsAside">
/// It does not count as executable depth, for it came to rest as one that fills whole or in large pieces only (legs, a
/// minimum). So it may stand across the prices of the other side.
/// </param>
/// <param name="OrderNo">The number of the command that gave it its place: lower is older.</param>
public sealed record FeedOrder(
    OrderHandle Handle,
    uint Account,
    Side Side,
    ushort Signature,
    int Tick,
    long Open,
    uint Minimum,
    byte Replicas,
    bool IsAside,
    long OrderNo)
{
    public bool FillsWhole => Minimum > 1 || Replicas > 0;

    /// <summary>An order that rests in an engine; see <see cref="MarketOrders.Of"/>.</summary>
    public static FeedOrder Of(in OrderView order) => new(
        order.Handle,
        order.Account,
        order.Side,
        order.Signature,
        order.Tick,
        order.Open * Math.Max(1, (int)order.Replicas),
        order.Minimum,
        order.Replicas,
        IsAside: order.Minimum > 1 || order.Replicas > 0,
        order.OrderNo);
}

/// <summary>One change of a market's book, and the resting orders it touched.</summary>
/// <param name="Event">What told of it.</param>
/// <param name="Before">The resting order as it was; null if it did not rest. Of a trade the bid.</param>
/// <param name="After">What rests of it now; null when nothing does.</param>
/// <param name="AskBefore">Of a trade the ask; null if it did not rest.</param>
public readonly record struct BookChange(
    MatchEvent Event,
    FeedOrder? Before,
    FeedOrder? After,
    FeedOrder? AskBefore = null,
    FeedOrder? AskAfter = null);

/// <summary>All that rests at one price.</summary>
/// <param name="Open">Units of executable depth.</param>
/// <param name="Aside">Further units that are not; see <see cref="FeedOrder.IsAside"/>.</param>
/// <param name="Orders">How many orders, of both kinds.</param>
public readonly record struct FeedLevel(int Tick, long Open, long Aside, int Orders)
{
    /// <param name="sign">1 adds the order, -1 takes it away.</param>
    public FeedLevel With(FeedOrder order, int sign) => order.IsAside
        ? this with { Aside = Aside + sign * order.Open, Orders = Orders + sign }
        : this with { Open = Open + sign * order.Open, Orders = Orders + sign };
}
