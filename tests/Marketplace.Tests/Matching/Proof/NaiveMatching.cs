using Marketplace.Matching;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>How orders meet (RULES.md, sections 4 to 8).</summary>
internal sealed partial class NaiveBook
{
    private const int FailedRetries = 64;
    private const int DroppedBids = 64;

    private static bool Meets(NaiveMarket market, NaiveOrder x, NaiveOrder r) =>
        (x.Side == Side.Bid ? r.Tick <= x.Tick : r.Tick >= x.Tick)
        && market.SignatureOf(x).Required.IsWithin(market.SignatureOf(r).Capability)
        && market.SignatureOf(r).Required.IsWithin(market.SignatureOf(x).Capability);

    private bool SameGroup(NaiveOrder a, NaiveOrder b) =>
        accounts[(int)a.Account].OwnerGroup == accounts[(int)b.Account].OwnerGroup;

    private void Match(NaiveMarket market, NaiveOrder x)
    {
        if (x.IsInLegs)
        {
            SellLegs(market, x, LegsPlan(market, x, market.Orders[Side.Ask]), true);
        }
        else if (!x.HasMinimum)
        {
            MatchPlain(market, x);
        }
        else
        {
            MinimumPlan(market, x).ForEach(part => Trade(market, x, part.Order, part.Quantity));
            if (x.Side == Side.Ask && !x.IsImmediate)
            {
                var failed = 0;
                foreach (var r in market.Orders[Side.Bid].TakeWhile(r => x.Open > 0 && r.Tick >= x.Tick)
                    .Where(r => r.IsInLegs && Meets(market, x, r) && !SameGroup(x, r)))
                {
                    Retry(market, r, ref failed);
                }
            }
        }
    }

    private void MatchPlain(NaiveMarket market, NaiveOrder x)
    {
        var failed = 0;
        foreach (var r in market.Opposite(x))
        {
            if (x.IsGone || (x.Side == Side.Bid ? r.Tick > x.Tick : r.Tick < x.Tick))
            {
                break;
            }

            if (!Meets(market, x, r))
            {
                continue;
            }

            if (SameGroup(x, r))
            {
                PreventSelfTrade(x, r);
            }
            else if (r.IsInLegs)
            {
                Retry(market, r, ref failed);
            }
            else if (Math.Min(x.Open, r.Open) is var quantity && quantity >= r.Least)
            {
                Trade(market, x, r, quantity);
            }
        }
    }

    private void PreventSelfTrade(NaiveOrder x, NaiveOrder r)
    {
        if (x.SelfTrade == SelfTradeRule.Decrement && !r.IsInLegs && !r.HasMinimum)
        {
            var both = Math.Min(x.Open, r.Open);
            Reduce(r, both);
            Reduce(x, both);
            new[] { r, x }.Where(o => o.Open == 0).ToList().ForEach(o => End(o, EndReason.SelfTrade));
            return;
        }

        if (x.SelfTrade != SelfTradeRule.CancelIncoming)
        {
            End(r, EndReason.SelfTrade);
        }

        if (x.SelfTrade is SelfTradeRule.CancelIncoming or SelfTradeRule.CancelBoth)
        {
            End(x, EndReason.SelfTrade);
        }
    }

    private void Retry(NaiveMarket market, NaiveOrder bid, ref int failed)
    {
        if (failed == FailedRetries)
        {
            return;
        }

        var plan = LegsPlan(market, bid, market.Orders[Side.Ask]);
        failed += plan.Count == 0 ? 1 : 0;
        SellLegs(market, bid, plan, false);
    }

    /// <summary>The asks that sell a leg each; none unless all legs are found.</summary>
    private List<NaiveOrder> LegsPlan(NaiveMarket market, NaiveOrder bid, IEnumerable<NaiveOrder> asks)
    {
        var plan = new List<NaiveOrder>();
        foreach (var ask in asks.TakeWhile(ask => ask.Tick <= bid.Tick && plan.Count < bid.Replicas))
        {
            if (Meets(market, bid, ask) && !SameGroup(bid, ask) && ask.Open >= bid.Open && bid.Open >= ask.Least
                && plan.TrueForAll(leg => Domain(leg) != Domain(ask)))
            {
                plan.Add(ask);
            }
        }

        return plan.Count == bid.Replicas ? plan : [];
    }

    private uint Domain(NaiveOrder order) => accounts[(int)order.Account].Domain;

    /// <summary>What an order with a minimum would trade; nothing unless it is the minimum.</summary>
    private List<(NaiveOrder Order, long Quantity)> MinimumPlan(NaiveMarket market, NaiveOrder x)
    {
        var plan = new List<(NaiveOrder Order, long Quantity)>();
        var needed = x.Open;
        foreach (var r in market.Opposite(x).TakeWhile(r => x.Side == Side.Bid ? r.Tick <= x.Tick : r.Tick >= x.Tick)
            .Where(r => Meets(market, x, r) && !SameGroup(x, r) && !r.IsInLegs))
        {
            var quantity = Math.Min(needed, r.Open);
            if (quantity > 0 && quantity >= r.Least)
            {
                plan.Add((r, quantity));
                needed -= quantity;
            }
        }

        return x.Open - needed >= x.Least ? plan : [];
    }

    /// <summary>The first ask that could sell one more leg to a job; null when there is none.</summary>
    public NaiveOrder? FindLeg(in LegRequest leg)
    {
        foreach (var ask in markets[leg.Market].Orders[Side.Ask])
        {
            if (SellsLeg(ask, leg.BidSignature, leg.BidAccount, leg.LimitTick, leg.Quantity)
                && !leg.ExcludedDomains.Contains(Domain(ask)) && !leg.ExcludedAccounts.Contains(ask.Account))
            {
                return ask;
            }
        }

        return null;
    }

    private bool SellsLeg(NaiveOrder ask, ushort signature, uint account, int limit, long quantity)
    {
        var bid = markets[ask.Market].Signatures[Side.Bid][signature];
        var offer = markets[ask.Market].SignatureOf(ask);
        return ask.Side == Side.Ask && ask.Tick <= limit && ask.Open >= quantity && quantity >= ask.Least
            && bid.Required.IsWithin(offer.Capability) && offer.Required.IsWithin(bid.Capability)
            && accounts[(int)ask.Account].OwnerGroup != accounts[(int)account].OwnerGroup;
    }

    private MatchRefusal LegRefusal(in MatchCommand c) => !markets.TryGetValue(c.Market, out var market)
        ? MatchRefusal.UnknownMarket
        : c.Signature >= market.Signatures[Side.Bid].Count ? MatchRefusal.UnknownSignature
        : c.Account >= accounts.Count ? MatchRefusal.UnknownAccount
        : !orders.TryGetValue(c.Target, out var ask) ? MatchRefusal.UnknownOrder
        : market.Mode == MarketMode.Batch ? MatchRefusal.NotInBatch
        : c.Quantity is < 1 or > 1_000_000_000_000 ? MatchRefusal.InvalidQuantity
        : SellsLeg(ask, c.Signature, c.Account, c.Tick, c.Quantity) ? MatchRefusal.None
        : MatchRefusal.UnusableAsk;

    /// <summary>No money moves (RULES.md, section 9).</summary>
    private void TakeLeg(in MatchCommand c, NaiveOrder ask)
    {
        Fill(ask, c.Quantity);
        ref var traded = ref output.Add();
        (traded.Kind, traded.Market, traded.Seq) = (MatchEventKind.Traded, c.Market, c.Seq);
        (traded.Account, traded.Signature) = (c.Account, c.Signature);
        (traded.Other, traded.OtherAccount) = (ask.Handle, ask.Account);
        (traded.Tick, traded.Quantity) = (ask.Tick, c.Quantity);
        traded.Flags = TradeFlags.BidIsTaker | (ask.IsGone ? TradeFlags.AskDone : 0);
    }

    private bool WouldTrade(NaiveMarket market, NaiveOrder x, NaiveOrder? old)
    {
        if (x.IsInLegs)
        {
            return LegsPlan(market, x, market.Orders[Side.Ask]).Count > 0;
        }

        var met = market.Opposite(x).Where(r => Meets(market, x, r) && !SameGroup(x, r)).ToList();
        var asks = market.Orders[Side.Ask].Where(ask => ask != old).Append(x).Order(NaiveMarket.Priority).ToList();
        return (x.HasMinimum
                ? MinimumPlan(market, x).Count > 0
                : met.Exists(r => !r.IsInLegs && Math.Min(x.Open, r.Open) >= r.Least))
            || x.Side == Side.Ask && met.Where(r => r.IsInLegs).Take(FailedRetries)
                .Any(r => LegsPlan(market, r, asks).Contains(x));
    }

    private void Trade(NaiveMarket market, NaiveOrder x, NaiveOrder r, long quantity)
    {
        var (bid, ask) = x.Side == Side.Bid ? (x, r) : (r, x);
        Trade(market, bid, ask, quantity, Older(x, r).Tick, bid == x);
    }

    private static NaiveOrder Older(NaiveOrder a, NaiveOrder b) => a.No < b.No ? a : b;

    private void Trade(NaiveMarket market, NaiveOrder bid, NaiveOrder ask, long quantity, int tick, bool bidIsTaker)
    {
        var cost = market.Cost(tick, quantity);
        var given = market.LimitCost(bid) - market.LimitCost(bid, bid.Open - quantity);
        var escrowed = Int128.Min(cost + market.Fee(cost, bidIsTaker), given);
        Fill(bid, quantity);
        Sell(bid, ask, quantity, tick, bidIsTaker, 0, escrowed, given - escrowed);
    }

    private void SellLegs(
        NaiveMarket market, NaiveOrder bid, List<NaiveOrder> plan, bool bidIsTaker, int? uniformTick = null)
    {
        if (plan.Count == 0)
        {
            return;
        }

        var quantity = bid.Open;
        var ticks = plan.ConvertAll(ask => uniformTick ?? Older(bid, ask).Tick);
        var costs = ticks.ConvertAll(tick => market.Cost(tick, quantity));
        var cost = costs.Aggregate((a, b) => a + b);
        var given = market.LimitCost(bid);
        var escrowed = bid.EscrowsLimit ? given : Int128.Min(cost + market.Fee(cost, bidIsTaker), given);
        for (var leg = 0; leg < plan.Count; leg++)
        {
            var isLast = leg == plan.Count - 1;
            if (isLast)
            {
                Fill(bid, quantity);
            }

            var amount = leg == 0 ? escrowed - (cost - costs[0]) : costs[leg];
            Sell(bid, plan[leg], quantity, ticks[leg], bidIsTaker, leg + 1, amount, isLast ? given - escrowed : 0);
        }
    }

    private void Sell(NaiveOrder bid, NaiveOrder ask, long quantity, int tick, bool bidIsTaker, int leg,
        Int128 escrowed, Int128 released)
    {
        Fill(ask, quantity);
        accounts[(int)bid.Account].MoveToEscrow((long)escrowed, (long)released);
        ref var traded = ref Emit(MatchEventKind.Traded, bid, quantity);
        (traded.Other, traded.OtherAccount, traded.Tick) = (ask.Handle, ask.Account, tick);
        (traded.LegNo, traded.Amount, traded.Released) = ((byte)leg, (long)escrowed, (long)released);
        traded.Flags = (bidIsTaker ? TradeFlags.BidIsTaker : 0)
            | (bid.IsGone ? TradeFlags.BidDone : 0) | (ask.IsGone ? TradeFlags.AskDone : 0);
    }

    private void Fill(NaiveOrder order, long quantity)
    {
        (order.Open, order.Filled) = (order.Open - quantity, order.Filled + quantity);
        if (order.Open == 0)
        {
            MarkGone(order);
        }
    }
}
