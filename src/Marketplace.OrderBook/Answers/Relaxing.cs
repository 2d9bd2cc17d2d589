using System.Numerics;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Answers;

/// <summary>
/// Looks for the changes that make an order fill. Nothing is named that was not tried: a relaxed order counts only if
/// its plan over the very same offers is full and its hold is covered.
/// </summary>
internal sealed class Relaxing(MarketOffers offers, OrderQuestion order)
{
    // So many sizes are tried for one set of constraints: bounds what one question can cost.
    private const int MaxSizes = 256;

    private readonly MarketMoney money = new(offers.Market);

    public bool Fills(OrderQuestion question) => IsCovered(question) && TradePlan.Of(offers, question).IsFull;

    /// <summary>Whether the order trades with the offer once this alone is relaxed by what that offer needs.</summary>
    public bool IsEnough(FillConstraint constraint, CheckedOffer nearest)
    {
        var relaxed = For(constraint, nearest);
        return relaxed is not null && IsCovered(relaxed)
            && TradePlan.Of(offers, relaxed).Trades.Any(trade => trade.With == nearest.Offer);
    }

    /// <summary>The attributes by which an offer fails; none for the other constraints.</summary>
    public AttributeMask Attributes(FillConstraint constraint, Offer offer) => constraint switch
    {
        FillConstraint.Requirements => order.Signature.Required.Without(offer.Signature.Capability),
        FillConstraint.Capabilities => offer.Signature.Required.Without(order.Signature.Capability),
        _ => MaskBits.None,
    };

    /// <summary>The order with one constraint relaxed as far as one offer needs.</summary>
    /// <returns>Null if it is nothing that the owner can relax.</returns>
    public OrderQuestion? For(FillConstraint constraint, CheckedOffer nearest)
    {
        var (own, other) = (order.Signature, nearest.Offer.Signature);
        var amount = nearest.Fails[constraint];
        return constraint switch
        {
            FillConstraint.Price => order with { Tick = nearest.Offer.Order.Tick },
            FillConstraint.Requirements => order with
            {
                Signature = own with { Required = own.Required.Shared(other.Capability) },
            },
            FillConstraint.Capabilities => order with
            {
                Signature = own with { Capability = own.Capability.With(other.Required) },
            },
            FillConstraint.OnePiece => order with { Quantity = order.Quantity - amount },
            FillConstraint.Minimum => order with { Minimum = (uint)(order.Minimum - amount) },
            FillConstraint.OfferMinimum => order with { Quantity = order.Quantity + amount },
            FillConstraint.OwnerGroup => order with { OwnerGroup = null, Domain = null },
            FillConstraint.Time when order.IsPast => order with { ExpirySeconds = 0 },
            FillConstraint.Money when Hold(order) is { } hold => order with { FreeMoney = hold },
            _ => null,
        };
    }

    /// <summary>The relaxed order that fills when exactly these constraints give way; null when none does.</summary>
    public OrderQuestion? Relax(IReadOnlyCollection<FillConstraint> given)
    {
        var free = Free(given);
        return Sizes(free, given).Select(sized => Tightened(sized, given)).OfType<OrderQuestion>().FirstOrDefault();
    }

    /// <summary>The smallest set of these constraints that is enough; among equals those named first.</summary>
    public (IReadOnlyList<FillConstraint> Given, OrderQuestion Relaxed)? Smallest(
        IReadOnlyList<FillConstraint> constraints)
    {
        var sets = Enumerable.Range(1, (1 << constraints.Count) - 1)
            .OrderBy(set => BitOperations.PopCount((uint)set)).ThenBy(set => set)
            .Select(set => constraints.Where((_, index) => (set >> index & 1) == 1).ToList());
        foreach (var given in sets)
        {
            if (Relax(given) is { } relaxed)
            {
                return (given, relaxed);
            }
        }

        return null;
    }

    private OrderQuestion Free(IReadOnlyCollection<FillConstraint> given) => order with
    {
        Tick = given.Contains(FillConstraint.Price) ? null : order.Tick,
        Signature = new SignatureView(
            given.Contains(FillConstraint.Requirements) ? MaskBits.None : order.Signature.Required,
            given.Contains(FillConstraint.Capabilities) ? MaskBits.All : order.Signature.Capability),
        OwnerGroup = given.Contains(FillConstraint.OwnerGroup) ? null : order.OwnerGroup,
        Domain = given.Contains(FillConstraint.OwnerGroup) ? null : order.Domain,
        ExpirySeconds = given.Contains(FillConstraint.Time) ? 0 : order.ExpirySeconds,
        Minimum = given.Contains(FillConstraint.Minimum) ? 0 : order.Minimum,

        // Given free it would meet its owner's orders too and might end there, though what it needs lies elsewhere.
        SelfTrade = SelfTradeRule.CancelResting,
    };

    // The quantities and legs to try, nearest to what was asked for first.
    private IEnumerable<OrderQuestion> Sizes(OrderQuestion free, IReadOnlyCollection<FillConstraint> given)
    {
        if (given.Contains(FillConstraint.Domain))
        {
            var legs = TradePlan.Of(offers, free).LegsFound;
            free = free with { Replicas = (byte)Math.Max(1, legs) };
        }

        var opens = offers.Facing(order.Side).Select(offer => offer.Order.Open);
        var leasts = offers.Facing(order.Side)
            .Select(offer => offer.IsInLegs ? offer.Order.Open : offer.LeastOf(offer.Order.Open));
        var sizes = given.Contains(FillConstraint.Supply) ? [TradePlan.Of(offers, free with { Minimum = 0 }).Traded]
            : given.Contains(FillConstraint.OnePiece) ? opens.Where(size => size < order.Quantity).OrderDescending()
            : given.Contains(FillConstraint.OfferMinimum) ? leasts.Where(size => size > order.Quantity).Order()
            : Enumerable.Repeat(order.Quantity, 1);
        return sizes.Where(size => size > 0).Distinct().Take(MaxSizes)
            .Select(size => free with { Quantity = size, Minimum = (uint)Math.Min(free.Minimum, size) });
    }

    // From all that was given free, takes back what the trades of its plan do not need.
    private OrderQuestion? Tightened(OrderQuestion free, IReadOnlyCollection<FillConstraint> given)
    {
        var plan = TradePlan.Of(offers, free);
        if (!plan.IsFull)
        {
            return null;
        }

        var met = plan.Trades.Select(trade => trade.With).ToList();
        var required = order.Signature.Required;
        var capability = order.Signature.Capability;
        foreach (var signature in met.Select(offer => offer.Signature))
        {
            required = required.Shared(signature.Capability);
            capability = capability.With(signature.Required);
        }

        var ticks = met.Select(offer => offer.Order.Tick).Append(order.LimitTick);
        var tight = free with
        {
            Tick = order.Side == Side.Bid ? ticks.Max() : ticks.Min(),
            Signature = new SignatureView(required, capability),
            SelfTrade = order.SelfTrade,
        };

        // An ask's price is also its place among the sellers of legs: the lowest may do what this one does not.
        return Paid(tight, given)
            ?? (order.Side == Side.Ask ? Paid(tight with { Tick = free.LimitTick }, given) : null);
    }

    private OrderQuestion? Paid(OrderQuestion relaxed, IReadOnlyCollection<FillConstraint> given)
    {
        if (given.Contains(FillConstraint.Money) && Hold(relaxed) is { } hold)
        {
            relaxed = relaxed with { FreeMoney = hold };
        }

        return Fills(relaxed) ? relaxed : null;
    }

    private bool IsCovered(OrderQuestion question) => question.Side == Side.Ask
        || Hold(question) is { } hold && hold <= (question.FreeMoney ?? long.MaxValue);

    private long? Hold(OrderQuestion question) =>
        money.LimitCost(question.LimitTick, question.Quantity, question.Replicas);
}
