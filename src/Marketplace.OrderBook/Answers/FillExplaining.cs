using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Answers;

/// <summary>Says why an order does not fill; changes nothing.</summary>
public static class FillExplaining
{
    /// <returns>The explanation, or why such an order would be refused, its account and money aside.</returns>
    public static Result<FillExplanation, MatchRefusal> Of(MatchingEngine engine, OrderQuestion order) =>
        MarketOffers.For(engine, order).Match(
            offers => Result<FillExplanation, MatchRefusal>.Ok(Of(offers, order)), refusal => refusal);

    internal static FillExplanation Of(MarketOffers offers, OrderQuestion order)
    {
        var count = offers.Facing(order.Side).Count;
        if (offers.Market.Mode == MarketMode.Batch)
        {
            return new FillExplanation(FillState.WaitsForAuction, 0, count, [], null, null);
        }

        var relaxing = new Relaxing(offers, order);
        return relaxing.Fills(order)
            ? new FillExplanation(FillState.WouldFill, order.Total, count, [], null, null)
            : Explained(offers, order, relaxing);
    }

    private static FillExplanation Explained(MarketOffers offers, OrderQuestion order, Relaxing relaxing)
    {
        var all = new OfferCheck(offers, order).All();
        var reports = Enum.GetValues<FillConstraint>()
            .Select(constraint => Report(constraint, all, relaxing)).OfType<ConstraintReport>().ToList();
        var atPrice = relaxing.Relax([FillConstraint.Price]);
        return new FillExplanation(
            FillState.WouldNotFill,
            all.Any(one => one.Fails.ContainsKey(FillConstraint.Money)) ? 0 : TradePlan.Of(offers, order).Traded,
            all.Count,
            reports,
            atPrice?.Tick,
            atPrice is null ? Together(order, reports, relaxing) : null);
    }

    private static ConstraintReport? Report(FillConstraint constraint, List<CheckedOffer> all, Relaxing relaxing)
    {
        var failing = all.Where(one => one.Fails.ContainsKey(constraint)).ToList();
        if (failing.Count == 0)
        {
            return null;
        }

        var alone = failing.Where(one => one.FailsOnly(constraint)).ToList();
        var nearest = (alone.Count > 0 ? alone : failing).MinBy(one => one.Fails[constraint])!;
        return new ConstraintReport(
            constraint,
            failing.Count,
            alone.Count,
            new NearestOffer(
                nearest.Offer.Order.Handle,
                nearest.Fails[constraint],
                relaxing.Attributes(constraint, nearest.Offer),
                relaxing.IsEnough(constraint, nearest)));
    }

    // A constraint that no offer fails need not give way, but the quantity may always be too large for all together.
    private static Relaxation? Together(
        OrderQuestion order, List<ConstraintReport> reports, Relaxing relaxing)
    {
        var constraints = reports.Select(report => report.Constraint)
            .Where(constraint => constraint != FillConstraint.OtherLegs).ToList();
        constraints.Add(order.IsInLegs ? FillConstraint.Domain : FillConstraint.Supply);
        return relaxing.Smallest([.. constraints.Distinct()]) is var (given, relaxed)
            ? Difference(order, relaxed, given)
            : null;
    }

    private static Relaxation Difference(
        OrderQuestion order, OrderQuestion relaxed, IReadOnlyList<FillConstraint> given) => new(
        given,
        relaxed.Tick == order.Tick ? null : relaxed.Tick,
        order.Signature.Required.Without(relaxed.Signature.Required),
        relaxed.Signature.Capability.Without(order.Signature.Capability),
        relaxed.Quantity == order.Quantity ? null : relaxed.Quantity,
        relaxed.Replicas == order.Replicas ? null : relaxed.Replicas,
        relaxed.Minimum == order.Minimum ? null : relaxed.Minimum,
        given.Contains(FillConstraint.OwnerGroup),
        given.Contains(FillConstraint.Time),
        relaxed.FreeMoney == order.FreeMoney ? null : relaxed.FreeMoney);
}
