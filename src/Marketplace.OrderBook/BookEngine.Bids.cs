using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Answers;

namespace Marketplace.OrderBook;

/// <summary>Bids: their admission, their holds and their end.</summary>
public sealed partial class BookEngine
{
    private readonly Dictionary<(BudgetNo, string), BidOrder> bidsByClientId = [];
    private readonly SortedDictionary<long, BidOrder> bids = [];
    private readonly Dictionary<OrderHandle, BidOrder> bidsByHandle = [];
    private readonly SortedSet<(DateTimeOffset At, uint Market, long Order)> expiries = [];

    /// <summary>Whether an <see cref="Expire"/> at this time would end something.</summary>
    public bool HasExpired(DateTimeOffset now) =>
        expiries.Count > 0 && expiries.Min.At <= now || matching.NeedsTick(now.ToUnixTimeMilliseconds());

    private Result<BookOutcome, BookRefusal> Place(PlaceBid bid, DateTimeOffset now)
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

        var order = new BidOrder(new OrderId(moment.Seq), bid, account);
        if (!CanHold(order))
        {
            return BookRefusal.InsufficientBudget;
        }

        Define(markets[bid.Market.Value].No, Side.Bid, bid.Signature);
        Send(CommandOf(order));
        return Enter(order);
    }

    /// <summary>Asked before the bid's signature is defined, for a refused bid leaves no trace.</summary>
    private bool CanHold(BidOrder bid)
    {
        var terms = bid.Terms;
        var money = new MarketMoney(matching.Market(markets[terms.Market.Value].No));
        var hold = money.LimitCost(TickDown(terms.Limit), terms.PerLeg.Units, terms.Replicas);
        return hold <= matching.Account(bid.Account.No).Free;
    }

    private BookRefusal? WhyNot(PlaceBid bid, BudgetAccount account, DateTimeOffset now) => bid switch
    {
        _ when !markets.ContainsKey(bid.Market.Value) => BookRefusal.UnknownMarket,
        _ when account.IsClosed => BookRefusal.BudgetClosed,
        _ when account.Terms.Expiry <= now => BookRefusal.BudgetExpired,
        _ when bid.PerLeg.IsZero => BookRefusal.ZeroQuantity,
        _ when bid.PerLeg > MaxQuantity => BookRefusal.QuantityTooLarge,
        _ when bid.Limit.MicroPerMillionUnits < TickSize => BookRefusal.ZeroPrice,
        _ when bid.Limit > MaxPrice => BookRefusal.PriceTooHigh,
        _ when bid.Replicas is < 1 or > MaxReplicas => BookRefusal.InvalidReplicas,
        _ when !bid.IsWhole && bid.Replicas == 1 => BookRefusal.BidsBuyWholeJobs,
        _ when bid.TimeInForce == TimeInForce.GoodTillTime != bid.ExpiresAt.HasValue => BookRefusal.InvalidExpiry,
        _ when bid.ExpiresAt <= now => BookRefusal.InvalidExpiry,
        _ when bid.FeeBps > account.Terms.MaxFeeBps => BookRefusal.FeeAboveLimit,
        _ when bid.FeeBps != markets[bid.Market.Value].FeeBps => BookRefusal.FeeDiffers,
        _ when !HasRoomFor(bid.Market, Side.Bid, bid.Signature) => BookRefusal.TooManySignatures,
        _ => null,
    };

    /// <summary>
    /// The whole hold goes to the job's pot, which may have to buy a further leg. The engine below has no expiry for
    /// it: bids end to the tick of the clock, and no bid outlives its budget.
    /// </summary>
    private MatchCommand CommandOf(BidOrder bid) => new()
    {
        Kind = CommandKind.Place,
        Signature = SignatureOf(bid),
        Side = Side.Bid,
        TimeInForce = bid.Terms.TimeInForce == TimeInForce.ImmediateOrCancel
            ? TimeInForce.ImmediateOrCancel
            : TimeInForce.GoodTillCancelled,
        EscrowsLimit = true,
        Replicas = (byte)bid.Terms.Replicas,
        Market = markets[bid.Terms.Market.Value].No,
        Account = bid.Account.No,
        Tick = TickDown(bid.Terms.Limit),
        Quantity = bid.Terms.PerLeg.Units,
    };

    private BookOutcome Enter(BidOrder bid)
    {
        var placed = happened.All[0];
        (bid.Handle, bid.Hold) = (placed.Order, new TokenAmount(placed.Amount));
        if (sessions.TryGetValue(bid.Session, out var session))
        {
            session.Used += bid.Hold;
        }

        bids.Add(bid.Id.Value, bid);
        bidsByClientId.Add((bid.Terms.Budget, bid.Terms.ClientOrderId), bid);
        bidsByHandle.Add(bid.Handle, bid);
        var events = happened.All[^1].Kind switch
        {
            MatchEventKind.Traded => MatchedEvents(),
            MatchEventKind.Rested => [Rest(bid)],
            _ => [End(bid, BidState.Unfilled)],
        };
        bid.FirstAnswer = new BidAnswer(bid.Id, bid.State, bid.Job?.Id, bid.Hold, bid.Job?.Legs.ToList() ?? []);
        return new BookOutcome(bid.FirstAnswer, true, events);
    }

    private BidRested Rest(BidOrder bid)
    {
        expiries.Add(ExpiryOf(bid));
        var terms = bid.Terms;
        return new BidRested(moment.Seq, bid.Id, terms.Market, terms.Budget, terms.ClientOrderId, bid.Hold);
    }

    private static (DateTimeOffset At, uint Market, long Order) ExpiryOf(BidOrder bid)
    {
        var end = bid.Account.Terms.Expiry;
        return (bid.Terms.ExpiresAt < end ? bid.Terms.ExpiresAt.Value : end, bid.Terms.Market.Value, bid.Id.Value);
    }

    private Result<BookOutcome, BookRefusal> Cancel(CancelBid cancel)
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
            ? Changed(new OrderCancelled(bid.Id), EndResting(bid, BidState.Cancelled))
            : BookRefusal.OrderNotResting;
    }

    private BookOutcome EndExpired(Expire expire)
    {
        var events = new List<BookEvent>();
        if (matching.NeedsTick(moment.UnixMilliseconds))
        {
            // Asks of sessions have expiries of their own below, which come before any other command there.
            Send(new MatchCommand { Kind = CommandKind.Tick });
            events.AddRange(MatchedEvents());
        }

        var due = expiries.TakeWhile(expiry => expiry.At <= expire.Now).ToList();
        events.AddRange(due.Select(expiry => EndResting(bids[expiry.Order], BidState.Expired)));
        return new BookOutcome(new OrdersEnded(events.Count), events.Count > 0, events);
    }

    private BidEnded EndResting(BidOrder bid, BidState reason)
    {
        Cancel(bid.Handle, bid.Account.No);
        return End(bid, reason);
    }

    private BidEnded End(BidOrder bid, BidState reason)
    {
        Leave(bid, reason);
        var terms = bid.Terms;
        return new BidEnded(moment.Seq, bid.Id, terms.Market, terms.Budget, terms.ClientOrderId, reason)
        {
            Asked = QuestionOf(terms),
        };
    }

    private void Leave(BidOrder bid, BidState state)
    {
        bid.State = state;
        GiveBack(bid, state == BidState.Matched ? TokenAmount.Zero : bid.Hold);
        bidsByHandle.Remove(bid.Handle);
        expiries.Remove(ExpiryOf(bid));
    }

    /// <summary>A bid's limit in whole ticks: nobody pays above what was said.</summary>
    private static int TickDown(UnitPrice limit) => checked((int)(limit.MicroPerMillionUnits / TickSize));

    /// <summary>An ask's price in whole ticks: nobody sells below what was said.</summary>
    private static int TickUp(UnitPrice price) =>
        checked((int)((price.MicroPerMillionUnits + TickSize - 1) / TickSize));

    private static bool IsClientOrderId(string? id) =>
        id is { Length: > 0 and <= MaxClientOrderIdLength } && id.All(letter => letter is > ' ' and <= '~');
}
