using Marketplace.Matching;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>How orders meet (RULES.md, sections 2 to 7).</summary>
internal sealed partial class NaiveBook
{
    private const int FailedRetries = 64;

    /// <summary>Section 5: those that X meets, in their priority, as long as its limit is satisfied.</summary>
    private static IEnumerable<NaiveOrder> Met(NaiveOrder x) => (x.IsBid ? x.Market.Asks : x.Market.Bids)
        .TakeWhile(r => x.IsBid ? r.Tick <= x.Tick : r.Tick >= x.Tick)
        .Where(r => r.Open > 0 && AreCompatible(x, r));

    /// <summary>Section 3.</summary>
    private static bool AreCompatible(NaiveOrder x, NaiveOrder r) => AreCompatible(x.Signature, r.Signature);

    private static bool AreCompatible(SignatureView a, SignatureView b) =>
        (a.Required.Low & ~b.Capability.Low | a.Required.High & ~b.Capability.High
            | b.Required.Low & ~a.Capability.Low | b.Required.High & ~a.Capability.High) == 0;

    private static bool AreOfOneGroup(NaiveOrder a, NaiveOrder b) => a.Owner.OwnerGroup == b.Owner.OwnerGroup;

    /// <summary>Section 5: X in legs or with a minimum first makes a plan; plain X trades as it goes.</summary>
    private void Match(NaiveOrder x)
    {
        if (x.IsInLegs)
        {
            Trade(x, LegsPlan(x, x.Market.Asks.Select(WithOpen)), x.Open, bidIsTaker: true);
            return;
        }

        var (isPlain, failed) = (!x.HasMinimum, 0);
        if (!isPlain)
        {
            PartsPlan(x, Met(x).Select(WithOpen)).ForEach(part => Trade(x, part.Order, part.Quantity));
        }

        foreach (var r in Met(x).TakeWhile(_ => x.Open > 0))
        {
            if (isPlain && AreOfOneGroup(x, r))
            {
                PreventSelfTrade(x, r);
            }
            else if (isPlain && !r.IsInLegs && Math.Min(x.Open, r.Open) >= r.Least)
            {
                Trade(x, r, Math.Min(x.Open, r.Open));
            }
            else if (r.IsInLegs && !AreOfOneGroup(x, r) && (isPlain || !x.IsImmediate) && failed < FailedRetries)
            {
                var plan = LegsPlan(r, x.Market.Asks.Select(WithOpen));
                failed += plan.Count == 0 ? 1 : 0;
                Trade(r, plan, r.Open, bidIsTaker: false);
            }
        }
    }

    /// <summary>Section 7.</summary>
    private void PreventSelfTrade(NaiveOrder x, NaiveOrder r)
    {
        var rule = x.Place.SelfTrade;
        if (rule == SelfTradeRule.Decrement && !r.IsInLegs && !r.HasMinimum)
        {
            var both = Math.Min(x.Open, r.Open);
            Reduce(r, both);
            Reduce(x, both);
            new[] { r, x }.Where(order => order.Open == 0).ToList().ForEach(order => End(order, EndReason.SelfTrade));
            return;
        }

        if (rule != SelfTradeRule.CancelIncoming)
        {
            End(r, EndReason.SelfTrade);
        }

        if (rule is SelfTradeRule.CancelIncoming or SelfTradeRule.CancelBoth)
        {
            End(x, EndReason.SelfTrade);
        }
    }

    private static (NaiveOrder Order, long Open) WithOpen(NaiveOrder order) => (order, order.Open);

    /// <summary>Sections 5 and 8: the asks that sell a leg each; none unless all legs are found.</summary>
    private static List<NaiveOrder> LegsPlan(NaiveOrder bid, IEnumerable<(NaiveOrder Order, long Open)> asks)
    {
        var plan = asks.TakeWhile(ask => ask.Order.Tick <= bid.Tick)
            .Where(ask => ask.Open >= bid.Open && bid.Open >= Math.Min(ask.Order.Wanted, ask.Open)
                && AreCompatible(bid, ask.Order) && !AreOfOneGroup(bid, ask.Order))
            .Select(ask => ask.Order).DistinctBy(ask => ask.Owner.Domain).Take(bid.Place.Replicas).ToList();
        return plan.Count == bid.Place.Replicas ? plan : [];
    }

    /// <summary>Sections 5 and 8: what X trades with whom; nothing if that is less than its minimum.</summary>
    private static List<(NaiveOrder Order, long Quantity)> PartsPlan(
        NaiveOrder x, IEnumerable<(NaiveOrder Order, long Open)> others)
    {
        var (plan, needed) = (new List<(NaiveOrder Order, long Quantity)>(), x.Open);
        foreach (var (r, open) in others.Where(r => !AreOfOneGroup(x, r.Order) && !r.Order.IsInLegs))
        {
            var quantity = Math.Min(needed, open);
            if (quantity > 0 && quantity >= Math.Min(r.Wanted, open))
            {
                plan.Add((r, quantity));
                needed -= quantity;
            }
        }

        return x.Open - needed >= x.Least ? plan : [];
    }

    /// <summary>Section 5, post-only: whether X would trade; of an amended order the old one does not count.</summary>
    private static bool TradesAtOnce(NaiveOrder x, NaiveOrder? old)
    {
        if (x.IsInLegs)
        {
            return LegsPlan(x, x.Market.Asks.Select(WithOpen)).Count > 0;
        }

        var met = Met(x).Where(r => !AreOfOneGroup(x, r)).ToList();
        var asks = x.Market.Asks.Where(ask => ask != old).Append(x).Order(NaiveMarket.Priority).ToList();
        return x.HasMinimum && PartsPlan(x, met.Select(WithOpen)).Count > 0
            || !x.HasMinimum && met.Exists(r => !r.IsInLegs && Math.Min(x.Open, r.Open) >= r.Least)
            || !x.IsBid && met.Where(r => r.IsInLegs).Take(FailedRetries)
                .Any(r => LegsPlan(r, asks.Select(WithOpen)).Contains(x));
    }

    private void Trade(NaiveOrder x, NaiveOrder r, long quantity) =>
        Trade(x.IsBid ? x : r, [x.IsBid ? r : x], quantity, x.IsBid);

    /// <summary>Sections 2, 4, 9: each ask sells so many units, at the auction's price or the older order's.</summary>
    private void Trade(NaiveOrder bid, List<NaiveOrder> asks, long quantity, bool bidIsTaker, int? price = null)
    {
        var ticks = asks.ConvertAll(ask => price ?? (bid.No < ask.No ? bid : ask).Tick);
        var costs = ticks.ConvertAll(tick => bid.Market.Cost(tick, quantity));
        var cost = costs.Aggregate(Int128.Zero, (sum, one) => sum + one);
        var given = bid.LimitCost(bid.Open) - bid.LimitCost(bid.Open - quantity);
        var escrowed = bid.Place.EscrowsLimit ? given : Int128.Min(cost + bid.Market.Fee(cost, bidIsTaker), given);
        foreach (var (leg, ask) in asks.Index())
        {
            var isLast = leg == asks.Count - 1;
            var amount = (long)(leg == 0 ? escrowed - (cost - costs[0]) : costs[leg]);
            var released = (long)(isLast ? given - escrowed : 0);
            bid.Owner.MoveToEscrow(amount, released);
            Fill(ask, quantity);
            Fill(bid, isLast ? quantity : 0);
            EmitTrade(bid.Place, bid.Handle, ask, new MatchEvent
            {
                LegNo = (byte)(bid.IsInLegs ? leg + 1 : 0), Tick = ticks[leg], Quantity = quantity,
                Amount = amount, Released = released,
                Flags = (bidIsTaker ? TradeFlags.BidIsTaker : 0) | (bid.Open == 0 ? TradeFlags.BidDone : 0),
            });
        }
    }

    private void EmitTrade(in MatchCommand buyer, OrderHandle bid, NaiveOrder ask, MatchEvent trade) =>
        output.Add() = trade with
        {
            Kind = MatchEventKind.Traded, Seq = seq, Market = ask.Place.Market, Order = bid, Account = buyer.Account,
            Signature = buyer.Signature, Other = ask.Handle, OtherAccount = ask.Place.Account,
            Flags = trade.Flags | (ask.Open == 0 ? TradeFlags.AskDone : 0),
        };

    private void Fill(NaiveOrder order, long quantity)
    {
        order.Filled += quantity;
        Take(order, quantity);
    }

    /// <summary>Section 9: the asks that could sell a further leg, in their priority.</summary>
    public IEnumerable<NaiveOrder> FurtherLegs(MatchCommand take) =>
        markets[take.Market].Asks.Where(ask => SellsLeg(take, ask));

    private bool SellsLeg(in MatchCommand take, NaiveOrder ask) =>
        !ask.IsBid && ask.Tick <= take.Tick && ask.Open >= take.Quantity && take.Quantity >= ask.Least
        && AreCompatible(ask.Market.BidSignatures[take.Signature], ask.Signature)
        && accounts[(int)take.Account].OwnerGroup != ask.Owner.OwnerGroup;

    private void TakeLeg(in MatchCommand take, NaiveOrder ask)
    {
        Fill(ask, take.Quantity);
        var trade = new MatchEvent { Tick = ask.Tick, Quantity = take.Quantity, Flags = TradeFlags.BidIsTaker };
        EmitTrade(take, default, ask, trade);
    }
}
