using Marketplace.Kernel;

namespace Marketplace.Matching;

/// <summary>
/// The resting orders of one market, matched by price and then by age. Pure: ids and times come in as arguments, and
/// every change is planned completely before the first order is touched. Not thread-safe.
/// </summary>
public sealed class LimitOrderBook
{
    private readonly SortedSet<RestingOrder> asks = new(new PriceTimeOrder(Side.Ask));
    private readonly SortedSet<RestingOrder> bids = new(new PriceTimeOrder(Side.Bid));
    private readonly Dictionary<OrderId, RestingOrder> resting = [];
    private readonly SortedSet<(DateTimeOffset At, long Id)> expiries = [];
    private OrderId newest = new(long.MinValue);

    /// <summary>Matches an order and rests what is left of it, as far as its time in force allows.</summary>
    /// <exception cref="InvariantViolationException">The order is malformed or older than one already seen.</exception>
    public Placement Place(LimitOrder order)
    {
        RequireWellFormed(order);
        var incoming = new RestingOrder(order);
        newest = order.Id;
        var trades = order.Side == Side.Bid ? MatchBid(incoming) : MatchAsk(incoming);
        var rests = !incoming.IsFilled && order.TimeInForce != TimeInForce.ImmediateOrCancel;
        if (rests)
        {
            Rest(incoming);
        }

        return new Placement(trades, incoming.Remaining, rests);
    }

    /// <summary>Takes an order out of the book.</summary>
    /// <returns>The units that still rested, or null when the order does not rest here.</returns>
    public Quantity? Cancel(OrderId id)
    {
        if (!resting.TryGetValue(id, out var order))
        {
            return null;
        }

        Remove(order);
        return order.Remaining;
    }

    /// <summary>Whether an order's time has run out at <paramref name="now"/>.</summary>
    public bool HasExpired(DateTimeOffset now) => expiries.Count > 0 && expiries.Min.At <= now;

    /// <summary>Takes out every order whose time has run out, in the order of time and then of age.</summary>
    public IReadOnlyList<OrderId> Expire(DateTimeOffset now)
    {
        var ended = expiries.TakeWhile(expiry => expiry.At <= now).Select(expiry => new OrderId(expiry.Id)).ToList();
        ended.ForEach(id => Remove(resting[id]));
        return ended;
    }

    /// <summary>
    /// Sells one more leg to a bid that has traded already: the best acceptable ask at or under its limit that has the
    /// quantity in one piece, at the ask's price.
    /// </summary>
    public Result<Trade, LegRefusal> TakeLeg(
        OrderId bid, UnitPrice limit, Quantity quantity, Func<OrderId, EthAddress, bool> isAcceptable)
    {
        Invariant.Holds(!quantity.IsZero, "A leg has at least one unit.");
        var ask = asks.TakeWhile(candidate => candidate.Limit <= limit).FirstOrDefault(
            candidate => candidate.Remaining >= quantity && isAcceptable(candidate.Id, candidate.Order.Owner));
        if (ask is null)
        {
            return LegRefusal.NoAsk;
        }

        ask.Take(quantity);
        RemoveWhenFilled(ask);
        return new Trade(bid, ask.Id, ask.Order.Owner, ask.Limit, quantity);
    }

    public MarketDepth Depth() => new(Levels(bids), Levels(asks));

    /// <summary>Every resting order: bids, then asks, each side in its order of matching.</summary>
    public IEnumerable<RestingView> Resting() =>
        bids.Concat(asks).Select(order => new RestingView(order.Order, order.Remaining));

    /// <summary>The units that still rest of an order; zero when it does not rest here.</summary>
    public Quantity RemainingOf(OrderId id) =>
        resting.TryGetValue(id, out var order) ? order.Remaining : Quantity.Zero;

    private List<Trade> MatchBid(RestingOrder bid)
    {
        var trades = bid.Order.FillsWhole ? PlanWhole(bid, asks) : PlanInParts(bid);
        Commit(bid, trades, id => resting[id]);
        return trades;
    }

    private List<Trade> MatchAsk(RestingOrder ask)
    {
        var trades = new List<Trade>();
        var filled = new List<RestingOrder>();
        asks.Add(ask);
        foreach (var bid in bids.TakeWhile(bid => !ask.IsFilled && bid.Limit >= ask.Limit))
        {
            var planned = bid.Order.FillsWhole ? PlanWhole(bid, asks) : PlanPart(bid, ask);
            Commit(bid, planned, id => id == ask.Id ? ask : resting[id]);
            trades.AddRange(planned);
            if (bid.IsFilled)
            {
                filled.Add(bid);
            }
        }

        asks.Remove(ask);
        filled.ForEach(Remove);
        return trades;
    }

    /// <summary>A leg of the full quantity from each of the first owners that have it, or nothing.</summary>
    private static List<Trade> PlanWhole(RestingOrder bid, IEnumerable<RestingOrder> candidates)
    {
        var owners = new HashSet<EthAddress>();
        var legs = candidates
            .TakeWhile(ask => ask.Limit <= bid.Limit)
            .Where(ask => ask.Remaining >= bid.Order.Quantity && owners.Add(ask.Order.Owner))
            .Take(bid.Order.Replicas)
            .Select(ask => TradeOf(bid, ask, bid.Order.Quantity))
            .ToList();
        return legs.Count == bid.Order.Replicas ? legs : [];
    }

    private List<Trade> PlanInParts(RestingOrder bid)
    {
        var trades = new List<Trade>();
        var wanted = bid.Remaining;
        foreach (var ask in asks.TakeWhile(ask => !wanted.IsZero && ask.Limit <= bid.Limit))
        {
            var quantity = Quantity.Min(wanted, ask.Remaining);
            trades.Add(TradeOf(bid, ask, quantity));
            wanted -= quantity;
        }

        return trades;
    }

    private static List<Trade> PlanPart(RestingOrder bid, RestingOrder ask) =>
        [TradeOf(bid, ask, Quantity.Min(bid.Remaining, ask.Remaining))];

    private static Trade TradeOf(RestingOrder bid, RestingOrder ask, Quantity quantity)
    {
        var price = bid.Id.Value < ask.Id.Value ? bid.Limit : ask.Limit;
        return new Trade(bid.Id, ask.Id, ask.Order.Owner, price, quantity);
    }

    private void Commit(RestingOrder bid, List<Trade> trades, Func<OrderId, RestingOrder> askOf)
    {
        foreach (var trade in trades)
        {
            var ask = askOf(trade.Ask);
            bid.Take(trade.Quantity);
            ask.Take(trade.Quantity);
            RemoveWhenFilled(ask);
        }
    }

    private void Rest(RestingOrder order)
    {
        SideOf(order).Add(order);
        resting.Add(order.Id, order);
        if (order.Order.ExpiresAt is { } at)
        {
            expiries.Add((at, order.Id.Value));
        }
    }

    private void RemoveWhenFilled(RestingOrder order)
    {
        if (order.IsFilled)
        {
            Remove(order);
        }
    }

    private void Remove(RestingOrder order)
    {
        SideOf(order).Remove(order);
        resting.Remove(order.Id);
        if (order.Order.ExpiresAt is { } at)
        {
            expiries.Remove((at, order.Id.Value));
        }
    }

    private SortedSet<RestingOrder> SideOf(RestingOrder order) => order.Order.Side == Side.Ask ? asks : bids;

    private static List<DepthLevel> Levels(SortedSet<RestingOrder> side) => side
        .GroupBy(order => order.Limit)
        .Select(level => new DepthLevel(
            level.Key,
            Sum(level),
            Sum(level.Where(order => order.Order.FillsWhole)),
            level.Count()))
        .ToList();

    private static Quantity Sum(IEnumerable<RestingOrder> orders) =>
        orders.Aggregate(Quantity.Zero, (sum, order) => sum + order.Remaining);

    private void RequireWellFormed(LimitOrder order)
    {
        Invariant.Holds(order.Id.Value > newest.Value, "Order ids rise, for they are the orders' ages.");
        Invariant.Holds(!order.Quantity.IsZero, "An order has at least one unit.");
        Invariant.Holds(order.Replicas >= 1, "An order has at least one leg.");
        Invariant.Holds(order.Side == Side.Bid || !order.FillsWhole, "An ask is sold in parts.");
        Invariant.Holds(
            order.TimeInForce == TimeInForce.GoodTillTime == order.ExpiresAt.HasValue,
            "An order has a time of expiry exactly when it is good till time.");
    }
}
