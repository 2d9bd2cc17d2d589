using Marketplace.Matching;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>How a batch market is cleared (RULES.md, section 8).</summary>
internal sealed partial class NaiveBook
{
    private const int DroppedBids = 64;

    private void ClearMarket(NaiveMarket market, MatchCommand clear)
    {
        var (bids, asks) = (Drawn(market.Bids, clear), Drawn(market.Asks, clear));
        var (price, served) = Auction(market, bids, asks);
        market.LastClearTick = price == 0 ? market.LastClearTick : price;
        ref var e = ref output.Add();
        (e.Kind, e.Seq, e.Market, e.Tick) = (MatchEventKind.Cleared, seq, clear.Market, price);
        e.Quantity = served.SelectMany(one => one.Parts).Sum(part => part.Quantity);
        served.ForEach(one => Commit(one.Bid, one.Parts, price));
        asks.ForEach(ask => ask.Served = 0);
        bids.Concat(asks).Where(o => o.IsImmediate && o.Open > 0).ToList().ForEach(o => End(o, EndReason.Unfilled));
    }

    /// <summary>Steps 1 and 3: bids that cannot be met are dropped and the whole is computed again.</summary>
    private static (int Price, List<(NaiveOrder Bid, List<Part> Parts)> Served) Auction(
        NaiveMarket market, List<NaiveOrder> bids, List<NaiveOrder> asks)
    {
        for (var dropped = 0; ; dropped++)
        {
            var price = ClearingPrice(bids, asks, market.LastClearTick);
            var served = Serve(bids.Where(b => b.Tick >= price), asks.FindAll(a => a.Tick <= price));
            var unmet = served.FindAll(one => one.Parts.Count == 0 && !one.Bid.IsPlain).ConvertAll(one => one.Bid);
            if (price == 0 || unmet.Count == 0)
            {
                return served.Exists(one => one.Parts.Count > 0) ? (price, served) : (0, []);
            }

            var worst = bids.FindLast(unmet.Contains);
            bids = bids.FindAll(bid => dropped < DroppedBids ? bid != worst : bid.IsPlain);
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
    private static List<(NaiveOrder Bid, List<Part> Parts)> Serve(IEnumerable<NaiveOrder> bids, List<NaiveOrder> asks)
    {
        var served = new List<(NaiveOrder Bid, List<Part> Parts)>();
        asks.ForEach(ask => ask.Served = 0);
        foreach (var bid in bids.OrderBy(bid => bid.IsInLegs ? 0 : bid.IsPlain ? 2 : 1))
        {
            served.Add((bid, Plan(bid, asks)));
            served[^1].Parts.ForEach(part => part.Order.Served += part.Quantity);
        }

        return served;
    }

    /// <summary>Step 2: better price first, then lower key, then lower order number.</summary>
    private static List<NaiveOrder> Drawn(SortedSet<NaiveOrder> side, MatchCommand clear) => side
        .OrderBy(order => order.IsBid ? -order.Tick : order.Tick)
        .ThenBy(order => Key(order, clear.SeedLow, clear.SeedHigh)).ThenBy(order => order.No).ToList();

    private static ulong Key(NaiveOrder o, ulong seedLow, ulong seedHigh) =>
        new ulong[] { seedHigh, o.Place.Account, (ulong)o.Tick, (ulong)o.Open, o.Minimum, o.Place.Replicas }
            .Aggregate(SplitMix64.Mix(seedLow), (key, value) => SplitMix64.Mix(key ^ value));
}
