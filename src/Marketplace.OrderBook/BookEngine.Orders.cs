using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Entry;

namespace Marketplace.OrderBook;

/// <summary>What became of a bare order.</summary>
/// <param name="HasChanged">False for a repetition and for what never reached its session's window.</param>
public readonly record struct OrderOutcome(EntryAnswer Answer, bool HasChanged, IReadOnlyList<BookEvent> Events);

/// <summary>Bare orders of sessions: the window first, then the grant, then the book, then the engine below.</summary>
public sealed partial class BookEngine
{
    /// <summary>Says which order comes soon, so that the one it names is on its way from memory.</summary>
    public void Expect(in MatchCommand order) => matching.Expect(order);

    /// <summary>
    /// Decides an order that the door let in. A fresh number is used up whatever the answer is; the same order again
    /// gets that answer and has no second effect.
    /// </summary>
    /// <param name="order">As it was sent, or as it stands in the journal.</param>
    /// <param name="payload">0 to 8 whole records of 64 bytes.</param>
    /// <param name="seq">As for <see cref="Apply(BookCommand, long, DateTimeOffset)"/>.</param>
    /// <param name="now">As there.</param>
    public OrderOutcome Apply(in MatchCommand order, ReadOnlySpan<byte> payload, long seq, DateTimeOffset now)
    {
        moment = new Moment(seq, now.ToUnixTimeMilliseconds());
        sent.Clear();
        var asSent = AsSent(order, payload);
        if (!sessions.TryGetValue(order.Session, out var session))
        {
            return Unseen(EntryRefusal.UnknownSession);
        }

        var malformed = EntryRecord.Check(asSent, session.Number, session.Account);
        if (malformed != EntryRefusal.None)
        {
            return Unseen(malformed);
        }

        var window = windows.Of(session.Number);
        var fingerprint = EntryRecord.FingerprintOf(asSent, payload);
        var state = window.Look(asSent.ClientSeq, fingerprint, out var first);
        if (state != SequenceState.Fresh)
        {
            return state switch
            {
                SequenceState.Repeated => new OrderOutcome(first, false, []),
                SequenceState.Reused => Unseen(EntryRefusal.SequenceReused),
                _ => Unseen(EntryRefusal.SequenceTooOld),
            };
        }

        var (answer, events) = Decide(session, asSent, payload);
        window.Remember(asSent.ClientSeq, fingerprint, answer);
        return new OrderOutcome(answer, true, events);
    }

    /// <summary>The journal counts payload in its own records: what was sent is told by the payload.</summary>
    private static MatchCommand AsSent(in MatchCommand order, ReadOnlySpan<byte> payload) => order with
    {
        Seq = 0,
        TimeMilliseconds = 0,
        Checksum = 0,
        PayloadRecords = (byte)(payload.Length / EntryRecord.Bytes),
    };

    private static OrderOutcome Unseen(EntryRefusal refusal) => new(new EntryAnswer(0, default, refusal), false, []);

    private (EntryAnswer Answer, IReadOnlyList<BookEvent> Events) Decide(
        BookSession session, in MatchCommand order, ReadOnlySpan<byte> payload)
    {
        var refusal = Judge(session, order);
        if (refusal != EntryRefusal.None)
        {
            return Refused(refusal);
        }

        if (order.Kind == CommandKind.Place && session.Grant.Role == EntryRole.Buyer)
        {
            return DecideBid(session, order, payload);
        }

        // The number of a market before its fee changed still names a book below, in which nothing rests any more.
        var refused = marketsByNo.ContainsKey(order.Market) ? TrySend(order) : MatchRefusal.UnknownMarket;
        return refused == MatchRefusal.None
            ? Carried(session, order)
            : Refused(refused);
    }

    /// <remarks>
    /// A later limit or quantity would not be what the bid's gateway signs tickets for, so bids are not amended.
    /// </remarks>
    private EntryRefusal Judge(BookSession session, in MatchCommand order) => order.Kind switch
    {
        CommandKind.Cancel => EntryRefusal.None,
        _ when session.Grant.IsExpired(moment.UnixMilliseconds) => EntryRefusal.SessionExpired,
        CommandKind.Place when session.Grant.Role == EntryRole.Buyer => EntryRefusal.None, // see DecideBid
        _ when session.Grant.Role == EntryRole.Buyer => EntryRefusal.BidsAreNotAmended,
        _ when session.IsPaused => EntryRefusal.ProviderNotConnected,
        _ => session.Grant.Judge(order, new GrantUse(TickSize, HoldMicro: 0, HeldMicro: 0)), // asks hold nothing
    };

    private (EntryAnswer Answer, IReadOnlyList<BookEvent> Events) Carried(BookSession session, in MatchCommand order)
    {
        var first = happened.All[0];
        if (order.Kind == CommandKind.Place)
        {
            Enter(new AskOrder(new OrderId(moment.Seq), TermsOf(session, order), session.Account)
            {
                Session = session.Number,
            });
        }

        var traded = TradedBy(first.Order);
        var open = matching.TryFind(first.Order, out var left) ? left.Open : 0;
        return (new EntryAnswer(moment.Seq, first.Order, Traded: traded, Open: open), MatchedEvents());
    }

    /// <summary>The terms of an ask.</summary>
    private PlaceAsk TermsOf(BookSession session, in MatchCommand order) => new(
        marketsByNo[order.Market],
        new ProviderId(session.Grant.Number),
        session.Terms.Owner,
        new UnitPrice(order.Tick * TickSize),
        new Quantity(order.Quantity),
        string.Empty)
    {
        Signature = matching.Signature(order.Market, Side.Ask, order.Signature),
    };

    private long TradedBy(OrderHandle ask)
    {
        var units = 0L;
        foreach (ref readonly var happening in happened.All)
        {
            units += happening.Kind == MatchEventKind.Traded && happening.Other == ask ? happening.Quantity : 0;
        }

        return units;
    }
}
