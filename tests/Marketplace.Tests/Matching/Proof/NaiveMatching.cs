using Marketplace.Matching;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>What an order trades, or would trade, with another.</summary>
internal sealed record Part(NaiveOrder Order, long Quantity);

/// <summary>How orders meet (RULES.md, sections 2 to 7).</summary>
internal sealed partial class NaiveBook
{
    private const int FailedRetries = 64;

    /// <summary>Section 5: the compatible orders of the other side, in priority, that satisfy X's limit.</summary>
    private static IEnumerable<NaiveOrder> Met(NaiveOrder x) => (x.IsBid ? x.Market.Asks : x.Market.Bids)
        .TakeWhile(r => x.IsBid ? r.Tick <= x.Tick : r.Tick >= x.Tick)
        .Where(r => r.Open > 0 && AreCompatible(x.Signature, r.Signature));

    /// <summary>Section 3, of a bid and an ask in either order.</summary>
    private static bool AreCompatible(SignatureView a, SignatureView b) =>
        (a.Required.Low & ~b.Capability.Low | a.Required.High & ~b.Capability.High
            | b.Required.Low & ~a.Capability.Low | b.Required.High & ~a.Capability.High) == 0;

    private static bool AreOfOneGroup(NaiveOrder a, NaiveOrder b) => a.Owner.OwnerGroup == b.Owner.OwnerGroup;

    /// <summary>Section 5: X in legs or with a minimum commits a plan; plain X trades as it goes.</summary>
    private void Match(NaiveOrder x)
    {
        var (isPlain, failed) = (x.IsPlain, 0);
        if (!isPlain)
        {
            Commit(x, Plan(x, Met(x)));
        }

        foreach (var r in Met(x).TakeWhile(_ => x.Open > 0))
        {
            if (isPlain && AreOfOneGroup(x, r))
            {
                PreventSelfTrade(x, r);
            }
            else if (isPlain && !r.IsInLegs && Math.Min(x.Open, r.Open) >= r.Least)
            {
                Commit(x, [new Part(r, Math.Min(x.Open, r.Open))]);
            }
            else if (r.IsInLegs && !AreOfOneGroup(x, r) && (isPlain || !x.IsImmediate) && failed < FailedRetries)
            {
                var plan = Plan(r, x.Market.Asks);
                failed += plan.Count == 0 ? 1 : 0;
                Trade(r, plan.ConvertAll(leg => leg.Order), r.Open, bidIsTaker: false);
            }
        }
    }

    /// <summary>Section 7.</summary>
    private void PreventSelfTrade(NaiveOrder x, NaiveOrder r)
    {
        var rule = x.Place.SelfTrade;
        var decrements = rule == SelfTradeRule.Decrement && r.IsPlain;
        if (decrements)
        {
            var both = Math.Min(x.Open, r.Open);
            Reduce(r, both);
            Reduce(x, both);
        }

        if (decrements ? r.Open == 0 : rule != SelfTradeRule.CancelIncoming)
        {
            End(r, EndReason.SelfTrade);
        }

        if (decrements ? x.Open == 0 : rule is SelfTradeRule.CancelIncoming or SelfTradeRule.CancelBoth)
        {
            End(x, EndReason.SelfTrade);
        }
    }

    /// <summary>
    /// Sections 5 and 8: what X trades with whom, the others in their priority. A bid in legs takes the first asks
    /// of distinct domains. Nothing if it is not enough.
    /// </summary>
    private static List<Part> Plan(NaiveOrder x, IEnumerable<NaiveOrder> others)
    {
        if (x.IsInLegs)
        {
            var legs = others.TakeWhile(ask => ask.Tick <= x.Tick).Where(ask => SellsLeg(x, ask))
                .DistinctBy(ask => ask.Owner.Domain).Take(x.Place.Replicas)
                .Select(ask => new Part(ask, x.Open)).ToList();
            return legs.Count == x.Place.Replicas ? legs : [];
        }

        var (plan, needed) = (new List<Part>(), x.Open);
        foreach (var r in others.Where(r => !AreOfOneGroup(x, r) && !r.IsInLegs))
        {
            var quantity = Math.Min(needed, r.Left);
            if (quantity > 0 && quantity >= r.Least)
            {
                plan.Add(new Part(r, quantity));
                needed -= quantity;
            }
        }

        return x.Open - needed >= x.Least ? plan : [];
    }

    /// <summary>Sections 5, 8 and 9: an ask that can sell a leg, or a further leg, to the bid.</summary>
    private static bool SellsLeg(NaiveOrder bid, NaiveOrder ask) =>
        !ask.IsBid && ask.Tick <= bid.Tick && ask.Left >= bid.Open && bid.Open >= ask.Least
        && AreCompatible(bid.Signature, ask.Signature) && !AreOfOneGroup(bid, ask);

    /// <summary>Section 5, post-only: whether X would trade; of an amended order the old one does not count.</summary>
    private static bool TradesAtOnce(NaiveOrder x, NaiveOrder? old)
    {
        var met = Met(x).Where(r => !AreOfOneGroup(x, r)).ToList();
        var asks = x.Market.Asks.Where(ask => ask != old).Append(x).Order(NaiveMarket.Priority);
        return Plan(x, met).Count > 0
            || !x.IsBid && met.Where(r => r.IsInLegs).Take(FailedRetries)
                .Any(r => Plan(r, asks).Exists(leg => leg.Order == x));
    }

    /// <summary>The trades of a plan of X: legs all at once, others one by one.</summary>
    private void Commit(NaiveOrder x, List<Part> plan, int? price = null)
    {
        if (x.IsInLegs)
        {
            Trade(x, plan.ConvertAll(leg => leg.Order), x.Open, bidIsTaker: true, price);
            return;
        }

        plan.ForEach(p => Trade(x.IsBid ? x : p.Order, [x.IsBid ? p.Order : x], p.Quantity, x.IsBid, price));
    }

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
            ref var e = ref EmitTrade(bid, ask, ticks[leg], quantity, bidIsTaker);
            (e.Order, e.Amount, e.Released) = (bid.Handle, amount, released);
            e.LegNo = (byte)(bid.IsInLegs ? leg + 1 : 0);
            e.Flags |= bid.Open == 0 ? TradeFlags.BidDone : 0;
        }
    }

    private ref MatchEvent EmitTrade(NaiveOrder bid, NaiveOrder ask, int tick, long quantity, bool bidIsTaker)
    {
        ref var e = ref output.Add();
        (e.Kind, e.Seq, e.Market, e.Tick, e.Quantity) = (MatchEventKind.Traded, seq, ask.Place.Market, tick, quantity);
        (e.Account, e.Signature, e.Other) = (bid.Place.Account, bid.Place.Signature, ask.Handle);
        e.OtherAccount = ask.Place.Account;
        e.Flags = (bidIsTaker ? TradeFlags.BidIsTaker : 0) | (ask.Open == 0 ? TradeFlags.AskDone : 0);
        return ref e;
    }

    private void Fill(NaiveOrder order, long quantity)
    {
        order.Filled += quantity;
        Take(order, quantity);
    }

    /// <summary>Section 9: a job that buys a further leg is like a bid of one leg that is not in the book.</summary>
    private NaiveOrder Job(MatchCommand take) =>
        new(take with { Terms = 0, Replicas = 1 }, markets[take.Market], accounts[(int)take.Account]);

    public IEnumerable<NaiveOrder> FurtherLegs(MatchCommand take) =>
        Met(Job(take)).Where(ask => SellsLeg(Job(take), ask));

    private void SellLeg(NaiveOrder job, NaiveOrder ask)
    {
        Fill(ask, job.Open);
        EmitTrade(job, ask, ask.Tick, job.Open, bidIsTaker: true);
    }
}
