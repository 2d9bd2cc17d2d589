using Marketplace.Matching;

namespace Marketplace.OrderBook.Answers;

/// <summary>What one offer fails, and by how much.</summary>
internal sealed record CheckedOffer(Offer Offer)
{
    private readonly Dictionary<FillConstraint, long> fails = [];

    public IReadOnlyDictionary<FillConstraint, long> Fails => fails;

    public bool FailsOnly(FillConstraint constraint) => fails.Count == 1 && fails.ContainsKey(constraint);

    public void Fail(FillConstraint constraint, long amount, bool isSo)
    {
        if (isSo)
        {
            fails[constraint] = amount;
        }
    }
}

/// <summary>Holds an order against every offer of the other side, each constraint by itself.</summary>
internal sealed class OfferCheck(MarketOffers offers, OrderQuestion order)
{
    public List<CheckedOffer> All()
    {
        var all = offers.Facing(order.Side).Select(One).ToList();
        CheckMinimum(all);
        CheckDomains(all);
        return all;
    }

    private CheckedOffer One(Offer offer)
    {
        var one = new CheckedOffer(offer);
        var (own, other) = (order.Signature, offer.Signature);
        var lacking = own.Required.Without(other.Capability).Size();
        var demanded = other.Required.Without(own.Capability).Size();
        var beyond = (order.Side == Side.Bid ? 1 : -1) * (offer.Order.Tick - order.LimitTick);
        one.Fail(FillConstraint.Price, beyond, beyond > 0);
        one.Fail(FillConstraint.Requirements, lacking, lacking > 0);
        one.Fail(FillConstraint.Capabilities, demanded, demanded > 0);
        one.Fail(FillConstraint.OwnerGroup, 1, offer.OwnerGroup == order.OwnerGroup);
        one.Fail(FillConstraint.Time, 1, order.IsPast || offer.IsPast(order.NowMilliseconds));
        one.Fail(FillConstraint.Money, MissingMoney, MissingMoney > 0);
        CheckSize(one, offer);
        return one;
    }

    private void CheckSize(CheckedOffer one, Offer offer)
    {
        var open = offer.Order.Open;
        if (order.IsInLegs)
        {
            one.Fail(FillConstraint.OnePiece, order.Quantity - open, order.Quantity > open);
        }

        var least = offer.IsInLegs ? open : offer.LeastOf(open);
        one.Fail(FillConstraint.OfferMinimum, least - order.Quantity, order.Quantity < least);
        if (offer.IsInLegs)
        {
            var others = OtherSellers(offer);
            one.Fail(FillConstraint.OtherLegs, offer.Order.Replicas - 1 - others, others < offer.Order.Replicas - 1);
            one.Fail(FillConstraint.Minimum, order.Minimum - open, order.HasMinimum && open < order.Minimum);
        }
    }

    /// <summary>Micro-tokens; more than an amount can be, if the hold itself is.</summary>
    private long MissingMoney { get; } = order.Side == Side.Ask || order.FreeMoney is not { } free
        ? 0
        : (new MarketMoney(offers.Market).LimitCost(order.LimitTick, order.Quantity, order.Replicas) ?? long.MaxValue)
            - free;

    // Sellers of other legs of a bid, of as many domains, this ask's own not among them.
    private int OtherSellers(Offer bid) => offers.Of(Side.Ask)
        .Where(ask => ask.Order.Handle != order.StandsFor
            && ask.Order.Tick <= bid.Order.Tick
            && ask.Signature.IsCompatible(bid.Signature)
            && ask.OwnerGroup != bid.OwnerGroup
            && ask.Order.Open >= bid.Order.Open
            && ask.LeastOf(ask.Order.Open) <= bid.Order.Open
            && !ask.IsPast(order.NowMilliseconds))
        .Select(ask => ask.Domain).Distinct().Count(domain => domain != order.Domain);

    private void CheckMinimum(List<CheckedOffer> all)
    {
        var suitable = all.Where(one => one.Fails.Count == 0 && !one.Offer.IsInLegs).ToList();
        var missing = order.Minimum - suitable.Sum(one => Math.Min(one.Offer.Order.Open, order.Quantity));
        suitable.ForEach(one => one.Fail(FillConstraint.Minimum, missing, order.HasMinimum && missing > 0));
    }

    // The best offer of a domain takes its leg; all others of it come too late.
    private void CheckDomains(List<CheckedOffer> all)
    {
        if (!order.IsInLegs)
        {
            return;
        }

        var first = all.Where(one => one.Fails.Count == 0)
            .GroupBy(one => one.Offer.Domain).ToDictionary(same => same.Key, same => same.First());
        foreach (var one in all)
        {
            one.Fail(
                FillConstraint.Domain, 1, first.TryGetValue(one.Offer.Domain, out var taker) && taker != one);
        }
    }
}
