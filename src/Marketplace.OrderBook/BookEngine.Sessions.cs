using Marketplace.Kernel;
using Marketplace.OrderBook.Entry;

namespace Marketplace.OrderBook;

/// <summary>Sessions: one of each budget and provider, opened by grants whose nonces rise.</summary>
public sealed partial class BookEngine
{
    private readonly SortedDictionary<(EntryRole Role, uint Number, bool IsOfSignedOrders), BookSession> granted = [];
    private readonly Dictionary<uint, BookSession> sessions = [];
    private readonly SequenceWindows windows;
    private uint lastSession;

    /// <summary>The orders in the book of an open session's account, oldest first; empty when there is no session.
    /// </summary>
    public IReadOnlyList<SessionOrder> OrdersOf(uint session)
    {
        if (!sessions.TryGetValue(session, out var known))
        {
            return [];
        }

        var offered = asks.Values.Where(ask => ask.Account == known.Account)
            .Select(ask => OrderOf(ask.Handle, ask.Id, ask.Terms.ClientOrderId));
        var resting = bids.Values.Where(bid => bid.Account.No == known.Account && bid.State == BidState.Resting)
            .Select(bid => OrderOf(bid.Handle, bid.Id, bid.Terms.ClientOrderId));
        return known.Grant.Role == EntryRole.Provider ? offered.ToList() : resting.ToList();
    }

    /// <summary>What an open session's bids hold or cost, as its grant's budget counts it; else 0.</summary>
    public TokenAmount UsedOf(uint session) => sessions.GetValueOrDefault(session)?.Used ?? TokenAmount.Zero;

    /// <summary>The same grant again gives its session again; a higher nonce ends the granter's earlier one.</summary>
    private Result<BookOutcome, BookRefusal> Open(OpenSession open)
    {
        var grant = open.Grant;
        if (WhyNot(open) is { } refusal)
        {
            return refusal;
        }

        var granter = (grant.Role, grant.Number, grant.IsOfSignedOrders);
        var earlier = granted.GetValueOrDefault(granter);
        if (earlier is not null && grant.Nonce <= earlier.Grant.Nonce)
        {
            return earlier.IsEnded || !earlier.HasTerms(open) ? BookRefusal.GrantNonceUsed : Resume(earlier);
        }

        if (earlier is not null)
        {
            Close(earlier);
        }

        var session = new BookSession(checked(++lastSession), AccountOf(open), open);
        granted[granter] = session;
        sessions.Add(session.Number, session);
        return Changed(session.Answer);
    }

    private BookRefusal? WhyNot(OpenSession open)
    {
        var isBuyers = open.Grant.Role == EntryRole.Buyer;
        var budget = isBuyers ? budgets.GetValueOrDefault(open.Grant.Number) : null;
        return open switch
        {
            _ when isBuyers && budget is null => BookRefusal.UnknownBudget,
            _ when budget?.IsClosed is true => BookRefusal.BudgetClosed,
            { Grant.IsWellFormed: false } => BookRefusal.InvalidGrant,
            _ => null,
        };
    }

    private uint AccountOf(OpenSession open) => open.Grant.Role == EntryRole.Buyer
        ? budgets[open.Grant.Number].No
        : SellerOf(new ProviderId(open.Grant.Number), open.Owner);

    private static BookOutcome Resume(BookSession session)
    {
        if (!session.IsPaused)
        {
            return Unchanged(session.Answer);
        }

        session.IsPaused = false;
        return Changed(session.Answer);
    }

    private Result<BookOutcome, BookRefusal> End(EndSession end)
    {
        if (!sessions.TryGetValue(end.Session, out var session))
        {
            return BookRefusal.UnknownSession;
        }

        var offered = asks.Values.Where(ask => ask.Account == session.Account && IsOf(session, ask.Session)).ToList();
        var resting = bids.Values.Where(bid =>
            bid.Account.No == session.Account && bid.State == BidState.Resting && IsOf(session, bid.Session)).ToList();
        BookEvent[] ended =
        [
            .. offered.Select(ask => EndResting(ask, AskEndReason.Cancelled)),
            .. resting.Select(bid => EndResting(bid, BidState.Cancelled)),
        ];
        Close(session);
        return Changed(session.Answer, ended);
    }

    /// <summary>
    /// Whether an order of the account is the session's to end: it came by the session, or by one that it replaced.
    /// </summary>
    private bool IsOf(BookSession session, uint placedBy)
    {
        var ofSignedOrders = granted.GetValueOrDefault((session.Grant.Role, session.Grant.Number, true))?.Number;
        return session.Grant.IsOfSignedOrders
            ? placedBy == session.Number
            : placedBy != 0 && placedBy != ofSignedOrders;
    }

    /// <summary>Lets no order of it in any more; those in the book are its account's, and its next session's.</summary>
    private void Close(BookSession session)
    {
        session.IsEnded = true;
        sessions.Remove(session.Number);
        windows.Forget(session.Number);
    }

    /// <returns>Whether there was one to pause.</returns>
    private bool PauseSessionsOf(ProviderId provider)
    {
        var running = granted.Values
            .Where(session => session is { Grant.Role: EntryRole.Provider, IsEnded: false, IsPaused: false }
                && session.Grant.Number == provider.Value)
            .ToList();
        running.ForEach(session => session.IsPaused = true);
        return running.Count > 0;
    }

    private SessionOrder OrderOf(Matching.OrderHandle handle, OrderId id, string clientOrderId)
    {
        var isThere = matching.TryFind(handle, out var order);
        Invariant.Holds(isThere, "What rests in the book rests in the engine below.");
        return new SessionOrder(handle, id, clientOrderId, order.Side, order.Tick, new Quantity(order.Open));
    }
}
