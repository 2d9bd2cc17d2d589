using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook;

/// <summary>Bids: their admission, their holds and their end.</summary>
public sealed partial class BookEngine
{
    private Result<BookOutcome, BookRefusal> Place(PlaceBid bid, long seq, DateTimeOffset now)
    {
        if (!budgets.TryGetValue(bid.Budget.Value, out var account))
        {
            return BookRefusal.UnknownBudget;
        }

        if (!IsClientOrderId(bid.ClientOrderId))
        {
            return BookRefusal.InvalidClientOrderId;
        }

        // Before everything that the first time may have changed: a repetition must find its answer, not a refusal.
        if (bidsByClientId.TryGetValue((bid.Budget, bid.ClientOrderId), out var known))
        {
            return known.Terms == bid ? Unchanged(known.FirstAnswer!) : BookRefusal.DuplicateOrderId;
        }

        if (WhyNot(bid, account, now) is { } refusal)
        {
            return refusal;
        }

        if (HoldFor(bid) is not { } hold || hold > account.Free)
        {
            return BookRefusal.InsufficientBudget;
        }

        return Enter(new BidOrder(new OrderId(seq), bid, account, hold), seq);
    }

    private static BookRefusal? WhyNot(PlaceBid bid, BudgetAccount account, DateTimeOffset now) => bid switch
    {
        _ when account.IsClosed => BookRefusal.BudgetClosed,
        _ when account.Terms.Expiry <= now => BookRefusal.BudgetExpired,
        _ when bid.PerLeg.IsZero => BookRefusal.ZeroQuantity,
        _ when bid.PerLeg > MaxQuantity => BookRefusal.QuantityTooLarge,
        _ when bid.Limit == default => BookRefusal.ZeroPrice,
        _ when bid.Replicas is < 1 or > MaxReplicas => BookRefusal.InvalidReplicas,
        _ when !bid.IsWhole && bid.Replicas == 1 => BookRefusal.BidsBuyWholeJobs,
        _ when bid.TimeInForce == TimeInForce.GoodTillTime != bid.ExpiresAt.HasValue => BookRefusal.InvalidExpiry,
        _ when bid.ExpiresAt <= now => BookRefusal.InvalidExpiry,
        _ when bid.FeeBps > account.Terms.MaxFeeBps => BookRefusal.FeeAboveLimit,
        _ => null,
    };

    /// <summary>The most that a bid can cost, or null when that is more than any budget has.</summary>
    private static TokenAmount? HoldFor(PlaceBid bid)
    {
        try
        {
            var cost = bid.Limit.CostUp(bid.PerLeg) * bid.Replicas;
            return cost + bid.FeeBps.FeeUp(cost);
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private BookOutcome Enter(BidOrder bid, long seq)
    {
        bids.Add(bid.Id.Value, bid);
        bidsByClientId.Add((bid.Terms.Budget, bid.Terms.ClientOrderId), bid);
        bid.Account.Hold(bid.Hold);
        var placement = MarketOf(bid.Terms.Market).Place(LimitOrderOf(bid));
        var events = placement switch
        {
            { Trades.Count: > 0 } => MatchedEvents(placement.Trades, seq),
            { Rests: true } => [Rested(bid, seq)],
            _ => [End(bid, BidState.Unfilled, seq)],
        };
        bid.FirstAnswer = new BidAnswer(bid.Id, bid.State, bid.Job?.Id, bid.Hold, bid.Job?.Legs.ToList() ?? []);
        return new BookOutcome(bid.FirstAnswer, true, events);
    }

    /// <summary>No bid outlives its budget, so one that is good till cancelled is good till the budget's end.</summary>
    private static LimitOrder LimitOrderOf(BidOrder bid)
    {
        var terms = bid.Terms;
        var isImmediate = terms.TimeInForce == TimeInForce.ImmediateOrCancel;
        var end = bid.Account.Terms.Expiry;
        return new LimitOrder(
            bid.Id,
            Side.Bid,
            bid.Account.Terms.Buyer,
            terms.Limit,
            terms.PerLeg,
            isImmediate ? TimeInForce.ImmediateOrCancel : TimeInForce.GoodTillTime,
            isImmediate ? null : terms.ExpiresAt < end ? terms.ExpiresAt : end,
            terms.Replicas,
            terms.IsWhole);
    }

    private Result<BookOutcome, BookRefusal> Cancel(CancelBid cancel, long seq)
    {
        if (!bids.TryGetValue(cancel.Order.Value, out var bid))
        {
            return BookRefusal.UnknownOrder;
        }

        if (bid.Terms.Budget != cancel.By)
        {
            return BookRefusal.NotOwner;
        }

        return bid.State == BidState.Resting
            ? Changed(new OrderCancelled(bid.Id), EndResting(bid, BidState.Cancelled, seq))
            : BookRefusal.OrderNotResting;
    }

    private BookOutcome EndExpired(Expire expire, long seq)
    {
        var ended = markets.Values.SelectMany(market => market.Expire(expire.Now)).ToList();
        var events = ended.Select(id => End(bids[id.Value], BidState.Expired, seq)).ToArray<BookEvent>();
        return new BookOutcome(new OrdersEnded(ended.Count), ended.Count > 0, events);
    }

    private BidEnded EndResting(BidOrder bid, BidState reason, long seq)
    {
        var remaining = MarketOf(bid.Terms.Market).Cancel(bid.Id);
        Invariant.Holds(remaining is not null, "A resting bid rests in its market.");
        return End(bid, reason, seq);
    }

    private static BidEnded End(BidOrder bid, BidState reason, long seq)
    {
        bid.State = reason;
        bid.Account.ReturnHold(bid.Hold);
        return new BidEnded(seq, bid.Id, bid.Terms.Market, bid.Terms.Budget, bid.Terms.ClientOrderId, reason);
    }

    private static BidRested Rested(BidOrder bid, long seq) =>
        new(seq, bid.Id, bid.Terms.Market, bid.Terms.Budget, bid.Terms.ClientOrderId, bid.Hold);

    private static bool IsClientOrderId(string? id) =>
        id is { Length: > 0 and <= MaxClientOrderIdLength } && id.All(letter => letter is > ' ' and <= '~');
}
