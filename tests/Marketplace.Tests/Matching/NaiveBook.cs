using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.Tests.Matching;

/// <summary>
/// The book as one would explain it: a list of orders, sorted anew for every question. Written from the rules and not
/// from <see cref="LimitOrderBook"/>, so that a disagreement means that one of them is wrong.
/// </summary>
internal sealed class NaiveBook
{
    private List<Entry> entries = [];

    public Placement Place(LimitOrder order)
    {
        var placed = new Entry(order, order.Quantity.Units * order.Replicas);
        entries.Add(placed);
        var trades = new List<Trade>();
        var bids = order.Side == Side.Bid ? [placed] : Sorted(Side.Bid);
        foreach (var bid in bids)
        {
            trades.AddRange(Fill(bid));
        }

        var rests = placed.Left > 0 && order.TimeInForce != TimeInForce.ImmediateOrCancel;
        entries = entries.Where(entry => entry.Left > 0 && (entry != placed || rests)).ToList();
        return new Placement(trades, new Quantity(placed.Left), rests);
    }

    public Quantity? Cancel(OrderId id)
    {
        var found = entries.FirstOrDefault(entry => entry.Order.Id == id);
        entries = entries.Where(entry => entry != found).ToList();
        return found is null ? null : new Quantity(found.Left);
    }

    public IReadOnlyList<OrderId> Expire(DateTimeOffset now)
    {
        var ended = entries.Where(entry => entry.Order.ExpiresAt <= now).ToList();
        entries = entries.Except(ended).ToList();
        return ended.OrderBy(entry => entry.Order.ExpiresAt).ThenBy(entry => entry.Order.Id.Value)
            .Select(entry => entry.Order.Id).ToList();
    }

    public Result<Trade, LegRefusal> TakeLeg(OrderId bid, UnitPrice limit, Quantity quantity, EthAddress excluded)
    {
        var ask = Sorted(Side.Ask).FirstOrDefault(entry =>
            entry.Order.Limit <= limit && entry.Left >= quantity.Units && entry.Order.Owner != excluded);
        if (ask is null)
        {
            return LegRefusal.NoAsk;
        }

        ask.Left -= quantity.Units;
        entries = entries.Where(entry => entry.Left > 0).ToList();
        return new Trade(bid, ask.Order.Id, ask.Order.Owner, ask.Order.Limit, quantity);
    }

    public IReadOnlyList<(OrderId Id, long Left)> Resting() =>
        Sorted(Side.Bid).Concat(Sorted(Side.Ask)).Select(entry => (entry.Order.Id, entry.Left)).ToList();

    private List<Entry> Sorted(Side side) => entries
        .Where(entry => entry.Order.Side == side && entry.Left > 0)
        .OrderBy(entry => entry.Order.Limit.MicroPerMillionUnits * (side == Side.Ask ? 1 : -1))
        .ThenBy(entry => entry.Order.Id.Value)
        .ToList();

    private List<Trade> Fill(Entry bid)
    {
        var asks = Sorted(Side.Ask).Where(ask => ask.Order.Limit <= bid.Order.Limit).ToList();
        var isWhole = bid.Order.IsWhole || bid.Order.Replicas > 1;
        if (!isWhole)
        {
            return asks.Select(ask => Traded(bid, ask, Math.Min(bid.Left, ask.Left)))
                .TakeWhile(trade => !trade.Quantity.IsZero).ToList();
        }

        var legs = asks.Where(ask => ask.Left >= bid.Order.Quantity.Units)
            .GroupBy(ask => ask.Order.Owner)
            .Select(sameOwner => sameOwner.First())
            .Take(bid.Order.Replicas)
            .ToList();
        return legs.Count < bid.Order.Replicas
            ? []
            : legs.Select(ask => Traded(bid, ask, bid.Order.Quantity.Units)).ToList();
    }

    private static Trade Traded(Entry bid, Entry ask, long units)
    {
        (bid.Left, ask.Left) = (bid.Left - units, ask.Left - units);
        var older = bid.Order.Id.Value < ask.Order.Id.Value ? bid : ask;
        return new Trade(bid.Order.Id, ask.Order.Id, ask.Order.Owner, older.Order.Limit, new Quantity(units));
    }

    private sealed class Entry(LimitOrder order, long left)
    {
        public LimitOrder Order { get; } = order;

        public long Left { get; set; } = left;
    }
}
