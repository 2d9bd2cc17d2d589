using Marketplace.Matching;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>How a batch market is cleared (RULES.md, section 8).</summary>
internal sealed partial class NaiveBook
{
    private void Clear(NaiveMarket market, ulong seedLow, ulong seedHigh)
    {
        var bids = Drawn(market.Orders[Side.Bid], seedLow, seedHigh);
        var asks = Drawn(market.Orders[Side.Ask], seedLow, seedHigh);
        var (price, trades) = Auction(market, bids, asks);

        ref var cleared = ref output.Add();
        (cleared.Kind, cleared.Market, cleared.Seq, cleared.Tick) = (MatchEventKind.Cleared, market.Number, seq, price);
        cleared.Quantity = trades.Sum(trade => trade.Quantity);
        market.LastClearTick = price == 0 ? market.LastClearTick : price;

        foreach (var trade in trades.Where(trade => !trade.Bid.IsInLegs || !trade.Bid.IsGone))
        {
            if (trade.Bid.IsInLegs)
            {
                var legs = trades.Where(leg => leg.Bid == trade.Bid).Select(leg => leg.Ask).ToList();
                SellLegs(market, trade.Bid, legs, true, price);
            }
            else
            {
                Trade(market, trade.Bid, trade.Ask, trade.Quantity, price, true);
            }
        }

        bids.Concat(asks).Where(o => o.IsImmediate && !o.IsGone).ToList().ForEach(o => End(o, EndReason.Unfilled));
    }

    private (int Price, List<AuctionTrade> Trades) Auction(
        NaiveMarket market, List<NaiveOrder> bids, List<NaiveOrder> asks)
    {
        var remaining = bids;
        for (var dropped = 0; ; dropped++)
        {
            var price = ClearingPrice(remaining, asks, market.LastClearTick);
            var (trades, unmet) = Serve(remaining.Where(b => b.Tick >= price), asks.Where(a => a.Tick <= price));
            if (price == 0 || unmet.Count == 0)
            {
                return price == 0 || trades.Count == 0 ? (0, []) : (price, trades);
            }

            var worst = remaining.FindLast(unmet.Contains);
            remaining = dropped < DroppedBids
                ? remaining.FindAll(bid => bid != worst)
                : remaining.FindAll(bid => !bid.IsInLegs && !bid.HasMinimum);
        }
    }

    /// <summary>The price that trades most, leaves least over, is nearest to the last, is lowest; 0 for none.</summary>
    private static int ClearingPrice(List<NaiveOrder> bids, List<NaiveOrder> asks, int last) => bids.Concat(asks)
        .Select(order => order.Tick).Distinct()
        .Select(p => (Price: p, Demand: bids.Where(b => b.Tick >= p).Sum(b => b.Open * Math.Max(1, (int)b.Replicas)),
            Supply: asks.Where(a => a.Tick <= p).Sum(a => a.Open)))
        .Where(c => c.Demand > 0 && c.Supply > 0)
        .OrderByDescending(c => Math.Min(c.Demand, c.Supply)).ThenBy(c => Math.Abs(c.Demand - c.Supply))
        .ThenBy(c => Math.Abs(c.Price - last)).ThenBy(c => c.Price)
        .Select(c => c.Price).FirstOrDefault();

    private (List<AuctionTrade> Trades, List<NaiveOrder> Unmet) Serve(
        IEnumerable<NaiveOrder> bids, IEnumerable<NaiveOrder> eligible)
    {
        var asks = eligible.ToList();
        var left = asks.ToDictionary(ask => ask, ask => ask.Open);
        var (trades, unmet) = (new List<AuctionTrade>(), new List<NaiveOrder>());
        foreach (var bid in bids.OrderBy(bid => bid.IsInLegs ? 0 : bid.HasMinimum ? 1 : 2))
        {
            var taken = Take(bid, asks, left);
            if (taken.Sum(part => part.Quantity) < (bid.IsInLegs ? bid.Open * bid.Replicas : bid.Least))
            {
                unmet.Add(bid);
                continue;
            }

            taken.ForEach(part => left[part.Ask] -= part.Quantity);
            trades.AddRange(taken);
        }

        return (trades, unmet.FindAll(bid => bid.IsInLegs || bid.HasMinimum));
    }

    private List<AuctionTrade> Take(NaiveOrder bid, List<NaiveOrder> asks, Dictionary<NaiveOrder, long> left)
    {
        var taken = new List<AuctionTrade>();
        foreach (var ask in asks.Where(ask => !SameGroup(bid, ask)))
        {
            var needed = bid.Open - (bid.IsInLegs ? 0 : taken.Sum(part => part.Quantity));
            var quantity = Math.Min(needed, left[ask]);
            var fits = quantity > 0 && quantity >= Math.Min(ask.Wanted, left[ask]);
            var isLeg = quantity == bid.Open && taken.Count < bid.Replicas
                && taken.TrueForAll(part => Domain(part.Ask) != Domain(ask));
            if (fits && (isLeg || !bid.IsInLegs))
            {
                taken.Add(new AuctionTrade(bid, ask, quantity));
            }
        }

        return taken;
    }

    /// <summary>Better price first, then lower key, then lower order number.</summary>
    private static List<NaiveOrder> Drawn(IEnumerable<NaiveOrder> side, ulong seedLow, ulong seedHigh) => side
        .OrderBy(order => order.Side == Side.Bid ? -order.Tick : order.Tick)
        .ThenBy(order => Key(order, seedLow, seedHigh)).ThenBy(order => order.No).ToList();

    private static ulong Key(NaiveOrder o, ulong seedLow, ulong seedHigh) =>
        new ulong[] { seedHigh, o.Account, (ulong)o.Tick, (ulong)o.Open, o.Minimum, o.Replicas }
            .Aggregate(SplitMix64.Mix(seedLow), (key, value) => SplitMix64.Mix(key ^ value));

    private sealed record AuctionTrade(NaiveOrder Bid, NaiveOrder Ask, long Quantity);
}
