using Marketplace.Matching;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>How a batch market is cleared (RULES.md, section 8).</summary>
internal sealed partial class NaiveBook
{
    private const int DroppedBids = 64;

    private void Clear(NaiveMarket market, ulong seedLow, ulong seedHigh)
    {
        var (bids, asks) = (Drawn(market.Bids, seedLow, seedHigh), Drawn(market.Asks, seedLow, seedHigh));
        var (price, trades) = Auction(market, bids, asks);
        market.LastClearTick = price == 0 ? market.LastClearTick : price;
        output.Add() = new MatchEvent
        {
            Kind = MatchEventKind.Cleared,
            Seq = seq,
            Market = market.Terms.Market,
            Tick = price,
            Quantity = trades.Sum(trade => trade.Quantity * trade.Asks.Count),
        };
        trades.ForEach(trade => Trade(trade.Bid, trade.Asks, trade.Quantity, bidIsTaker: true, price));
        bids.Concat(asks).Where(o => o.IsImmediate && o.Open > 0).ToList().ForEach(o => End(o, EndReason.Unfilled));
    }

    /// <summary>Steps 1 and 3: bids that cannot be met are dropped and the whole is computed again.</summary>
    private static (int Price, List<AuctionTrade> Trades) Auction(
        NaiveMarket market, List<NaiveOrder> bids, List<NaiveOrder> asks)
    {
        for (var dropped = 0; ; dropped++)
        {
            var price = ClearingPrice(bids, asks, market.LastClearTick);
            var (trades, unmet) = Serve(bids.Where(b => b.Tick >= price), asks.Where(a => a.Tick <= price));
            if (price == 0 || unmet.Count == 0)
            {
                return trades.Count == 0 ? (0, []) : (price, trades);
            }

            var worst = bids.FindLast(unmet.Contains);
            bids = bids.FindAll(bid => dropped < DroppedBids ? bid != worst : !bid.IsInLegs && !bid.HasMinimum);
        }
    }

    /// <summary>Step 1: trades most, leaves least over, is nearest to the last, is lowest; 0 for none.</summary>
    private static int ClearingPrice(List<NaiveOrder> bids, List<NaiveOrder> asks, int last) => bids.Concat(asks)
        .Select(order => order.Tick).Distinct()
        .Select(p => (Price: p,
            Demand: bids.Where(b => b.Tick >= p).Sum(b => b.Open * Math.Max(1, (int)b.Place.Replicas)),
            Supply: asks.Where(a => a.Tick <= p).Sum(a => a.Open)))
        .Where(at => at.Demand > 0 && at.Supply > 0)
        .OrderByDescending(at => Math.Min(at.Demand, at.Supply)).ThenBy(at => Math.Abs(at.Demand - at.Supply))
        .ThenBy(at => Math.Abs(at.Price - last)).ThenBy(at => at.Price)
        .Select(at => at.Price).FirstOrDefault();

    /// <summary>Step 3: the bids in legs first, then those with a minimum, then the plain ones.</summary>
    private static (List<AuctionTrade> Trades, List<NaiveOrder> Unmet) Serve(
        IEnumerable<NaiveOrder> bids, IEnumerable<NaiveOrder> asks)
    {
        var sellers = asks.ToList();
        var left = sellers.ToDictionary(ask => ask, ask => ask.Open);
        var (trades, unmet) = (new List<AuctionTrade>(), new List<NaiveOrder>());
        foreach (var bid in bids.OrderBy(bid => bid.IsInLegs ? 0 : bid.HasMinimum ? 1 : 2))
        {
            var taken = ServeBid(bid, sellers.Select(ask => (ask, left[ask])));
            taken.ForEach(trade => trade.Asks.ForEach(ask => left[ask] -= trade.Quantity));
            trades.AddRange(taken);
            unmet.AddRange(taken.Count == 0 && (bid.IsInLegs || bid.HasMinimum) ? [bid] : []);
        }

        return (trades, unmet);
    }

    private static List<AuctionTrade> ServeBid(NaiveOrder bid, IEnumerable<(NaiveOrder Order, long Open)> asks) =>
        !bid.IsInLegs ? PartsPlan(bid, asks).ConvertAll(part => new AuctionTrade(bid, [part.Order], part.Quantity))
        : LegsPlan(bid, asks) is { Count: > 0 } legs ? [new AuctionTrade(bid, legs, bid.Open)]
        : [];

    /// <summary>Step 2: better price first, then lower key, then lower order number.</summary>
    private static List<NaiveOrder> Drawn(SortedSet<NaiveOrder> side, ulong seedLow, ulong seedHigh) => side
        .OrderBy(order => order.IsBid ? -order.Tick : order.Tick)
        .ThenBy(order => Key(order, seedLow, seedHigh)).ThenBy(order => order.No).ToList();

    private static ulong Key(NaiveOrder o, ulong seedLow, ulong seedHigh) =>
        new ulong[] { seedHigh, o.Place.Account, (ulong)o.Tick, (ulong)o.Open, o.Minimum, o.Place.Replicas }
            .Aggregate(SplitMix64.Mix(seedLow), (key, value) => SplitMix64.Mix(key ^ value));

    /// <summary>Each of the asks sells so many units.</summary>
    private sealed record AuctionTrade(NaiveOrder Bid, List<NaiveOrder> Asks, long Quantity);
}
