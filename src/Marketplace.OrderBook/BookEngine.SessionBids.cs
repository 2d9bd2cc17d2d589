using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Entry;

namespace Marketplace.OrderBook;

/// <summary>
/// Bids of sessions: the bids of <see cref="PlaceBid"/>, with the terms in the record, the input hash and the client's
/// order id in its payload, and the fee of the market that the record names.
/// </summary>
public sealed partial class BookEngine
{
    private const int HighestTick = (1 << 24) - 1;

    /// <summary>Whether an order of this number would be a fresh one of an open session.</summary>
    public bool IsFresh(uint session, ulong clientSeq) =>
        sessions.ContainsKey(session) && windows.IsFresh(session, clientSeq);

    /// <summary>The requests that resting bids and running jobs name.</summary>
    public IReadOnlySet<(BudgetNo Budget, Hash32 InputHash)> NamedInputs() => bids.Values
        .Where(bid => bid.State == BidState.Resting || bid.Job is { End: null })
        .Select(bid => (bid.Terms.Budget, bid.Terms.InputHash))
        .ToHashSet();

    private (EntryAnswer Answer, IReadOnlyList<BookEvent> Events) DecideBid(
        BookSession session, in MatchCommand order, ReadOnlySpan<byte> payload)
    {
        if (!BidPayload.TryRead(order, payload, out var named))
        {
            return Refused(EntryRefusal.InvalidBid);
        }

        var outside = session.Grant.Judge(
            order, new GrantUse(TickSize, HoldMicro(order), session.Used.Micro));
        if (outside != EntryRefusal.None)
        {
            return Refused(outside);
        }

        if (WhyNot(order) is { } unfit)
        {
            return Refused(unfit);
        }

        var terms = TermsOf(session, order, named);
        if (bidsByClientId.ContainsKey((terms.Budget, terms.ClientOrderId)))
        {
            return Refused(EntryRefusal.DuplicateOrderId);
        }

        var account = budgets[terms.Budget.Value];
        return WhyNot(terms, account, DateTimeOffset.FromUnixTimeMilliseconds(moment.UnixMilliseconds)) is { } refusal
            ? Refused(refusal)
            : Entered(new BidOrder(new OrderId(moment.Seq), terms, account) { Session = session.Number });
    }

    private (EntryAnswer Answer, IReadOnlyList<BookEvent> Events) Entered(BidOrder bid)
    {
        var refused = TrySend(CommandOf(bid));
        if (refused != MatchRefusal.None)
        {
            return Refused(refused);
        }

        var events = Enter(bid).Events;
        var units = bid.Terms.PerLeg.Units;
        var answer = new EntryAnswer(
            moment.Seq,
            bid.Handle,
            Traded: bid.State == BidState.Matched ? units * bid.Terms.Replicas : 0,
            Open: bid.State == BidState.Resting ? units : 0);
        return (answer, events);
    }

    /// <summary>What the fields cannot be whatever the book holds; the rest is asked of the terms.</summary>
    private MatchRefusal? WhyNot(in MatchCommand order) => order switch
    {
        _ when !marketsByNo.ContainsKey(order.Market) => MatchRefusal.UnknownMarket,
        _ when order.Signature >= CountOf(order.Market, Side.Bid) => MatchRefusal.UnknownSignature,
        { Tick: < 1 or > HighestTick } => MatchRefusal.InvalidTick,
        { Quantity: < 1 } => MatchRefusal.InvalidQuantity,
        _ => null,
    };

    /// <summary>A bid for a whole job fills completely at once or not at all: both immediate kinds are one.</summary>
    private PlaceBid TermsOf(BookSession session, in MatchCommand order, BidPayload named)
    {
        var market = marketsByNo[order.Market];
        return new PlaceBid(
            market,
            new BudgetNo(session.Grant.Number),
            named.ClientOrderId,
            new UnitPrice(order.Tick * TickSize),
            new Quantity(order.Quantity),
            order.Replicas,
            IsWhole: true,
            order.TimeInForce == TimeInForce.FillOrKill ? TimeInForce.ImmediateOrCancel : order.TimeInForce,
            order.ExpirySeconds == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(order.ExpirySeconds),
            markets[market.Value].FeeBps,
            named.InputHash)
        {
            Signature = matching.Signature(order.Market, Side.Bid, order.Signature),
        };
    }

    /// <summary>What the bid would hold, as PlaceBid says; 2^63 - 1 when it is more, and 0 when it is no bid.</summary>
    private long HoldMicro(in MatchCommand order)
    {
        if (!marketsByNo.TryGetValue(order.Market, out var market) || order is { Tick: < 1 } or { Quantity: < 1 })
        {
            return 0;
        }

        // Below 2^31 x 10 x 2^63 x 2^8: it fits 127 bits.
        var cost = Up((Int128)order.Tick * TickSize * order.Quantity, 1_000_000) * order.Replicas;
        var fee = Up((cost > long.MaxValue ? long.MaxValue : cost) * markets[market.Value].FeeBps.Value, 10_000);
        var hold = cost + fee;
        return hold > long.MaxValue ? long.MaxValue : (long)hold;

        static Int128 Up(Int128 value, long divisor) => (value + (divisor - 1)) / divisor;
    }

    /// <summary>What a session's bid held and does not cost after all counts no more against its grant.</summary>
    /// <remarks>Of a session that is over nothing is counted any more.</remarks>
    private void GiveBack(BidOrder bid, TokenAmount amount)
    {
        if (sessions.TryGetValue(bid.Session, out var session))
        {
            session.Used -= amount;
        }
    }

    private (EntryAnswer Answer, IReadOnlyList<BookEvent> Events) Refused(EntryRefusal refusal) =>
        (new EntryAnswer(moment.Seq, default, refusal), []);

    private (EntryAnswer Answer, IReadOnlyList<BookEvent> Events) Refused(MatchRefusal refusal) =>
        (new EntryAnswer(moment.Seq, default, BookRefusal: refusal), []);

    private (EntryAnswer Answer, IReadOnlyList<BookEvent> Events) Refused(BookRefusal refusal) => refusal switch
    {
        BookRefusal.BudgetClosed or BookRefusal.BudgetExpired => Refused(EntryRefusal.BudgetOver),
        BookRefusal.QuantityTooLarge => Refused(MatchRefusal.InvalidQuantity),
        BookRefusal.InvalidReplicas => Refused(MatchRefusal.InvalidReplicas),
        BookRefusal.InvalidExpiry => Refused(MatchRefusal.InvalidExpiry),
        BookRefusal.FeeAboveLimit => Refused(EntryRefusal.FeeAboveLimit),
        _ => throw new InvariantViolationException($"A session's bid is not refused so: {refusal}."),
    };
}
