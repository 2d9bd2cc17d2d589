using System.Text.Json;
using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook;

/// <summary>The whole state to a stream and back.</summary>
public sealed partial class BookEngine
{
    /// <summary>
    /// Copies the state. The matching engine's part is a few block copies; the rest costs in proportion to all bids
    /// ever taken, for their clients may ask again, to the asks that are remembered and to the numbers that sessions
    /// used.
    /// </summary>
    public BookImage Capture() => new(matching.Capture(null), Saved());

    /// <summary>Reads a state that was captured: it answers every later command as the captured one would.</summary>
    /// <exception cref="InvalidDataException">It is not what <see cref="BookImage.WriteTo"/> wrote.</exception>
    public static BookEngine Load(Stream source)
    {
        var matching = MatchingEngine.Load(source);
        try
        {
            var saved = BookCommandCodec.Read<SavedBook>(source);
            return saved.Version == SavedBook.Format
                ? new BookEngine(matching, saved)
                : throw new InvalidDataException($"The saved book has version {saved.Version}.");
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException)
        {
            throw new InvalidDataException("The saved book cannot be read.", malformed);
        }
    }

    private SavedBook Saved() => new(
        SavedBook.Format,
        nextMarket,
        markets.Select(market => new SavedMarketFee(new(market.Key), market.Value.No, market.Value.FeeBps)).ToList(),
        ownerGroups.OrderBy(owner => owner.Value).Select(owner => new SavedOwner(owner.Key, owner.Value)).ToList(),
        sellers.OrderBy(seller => seller.Value)
            .Select(seller => new SavedSeller(seller.Key.Item1, seller.Key.Item2, seller.Value)).ToList(),
        budgets.Values.Select(Saved).ToList(),
        bids.Values.Select(Saved).ToList(),
        asks.Values.Select(ask => new SavedAsk(ask.Id, ask.Terms, ask.Account, ask.Handle.Raw, ask.Session)).ToList(),
        desks.Select(desk => new SavedDesk(
            new ProviderId(desk.Key),
            desk.Value.Values.OrderBy(ask => ask.Answer.Order.Value)
                .Select(ask => new SavedDeskEntry(ask.Terms, ask.Answer)).ToList())).ToList(),
        lastSession,
        granted.Values.Select(Saved).ToList(),
        windows.Save());

    private static SavedBudget Saved(BudgetAccount account) =>
        new(account.Terms, account.No, account.IsClosed, account.Settled, account.Settlements.ToList());

    private static SavedBid Saved(BidOrder bid) => new(
        bid.Id,
        bid.Terms,
        bid.Handle.Raw,
        bid.Hold,
        bid.State,
        bid.FirstAnswer!,
        bid.Session,
        bid.Job is { } job ? new SavedJob(job.Legs.ToList(), job.Owners.ToList(), job.End) : null);

    private static SavedSession Saved(BookSession session) =>
        new(session.Number, session.Account, session.Terms, session.Used, session.IsPaused, session.IsEnded);

    private void Restore(SavedBook saved)
    {
        nextMarket = saved.NextMarket;
        foreach (var market in saved.Markets)
        {
            markets.Add(market.Market.Value, new Market(market.No, market.FeeBps));
            marketsByNo.Add(market.No, market.Market);
        }

        foreach (var owner in saved.Owners)
        {
            ownerGroups.Add(owner.Owner, owner.Group);
        }

        foreach (var seller in saved.Sellers)
        {
            sellers.Add((seller.Provider, seller.Owner), seller.Account);
        }

        foreach (var budget in saved.Budgets)
        {
            budgets.Add(budget.Terms.Budget.Value, BudgetAccount.Restored(budget));
        }

        RestoreOrders(saved);
        RestoreSessions(saved);
    }

    private void RestoreOrders(SavedBook saved)
    {
        foreach (var bid in saved.Bids)
        {
            Restore(bid);
        }

        foreach (var ask in saved.Asks)
        {
            var order = new AskOrder(ask.Id, ask.Terms, ask.Account)
            {
                Handle = new OrderHandle(ask.Handle),
                Session = ask.Session,
            };
            asks.Add(order.Id.Value, order);
            asksByHandle.Add(order.Handle, order);
        }

        foreach (var desk in saved.Desks)
        {
            var entries = DeskOf(desk.Provider);
            foreach (var entry in desk.Entries)
            {
                entries.Add(entry.Terms.ClientOrderId, (entry.Terms, entry.Answer));
            }
        }
    }

    private void Restore(SavedBid saved)
    {
        var bid = new BidOrder(saved.Id, saved.Terms, budgets[saved.Terms.Budget.Value])
        {
            Handle = new OrderHandle(saved.Handle),
            Hold = saved.Hold,
            State = saved.State,
            FirstAnswer = saved.FirstAnswer,
            Session = saved.Session,
        };
        bid.Job = saved.Job is { } job ? BookJob.Restored(bid, job) : null;
        bids.Add(bid.Id.Value, bid);
        bidsByClientId.Add((bid.Terms.Budget, bid.Terms.ClientOrderId), bid);
        if (bid.State == BidState.Resting)
        {
            bidsByHandle.Add(bid.Handle, bid);
            expiries.Add(ExpiryOf(bid));
        }
    }

    private void RestoreSessions(SavedBook saved)
    {
        lastSession = saved.LastSession;
        foreach (var known in saved.Sessions)
        {
            var session = new BookSession(known.Number, known.Account, known.Terms)
            {
                Used = known.Used,
                IsPaused = known.IsPaused,
                IsEnded = known.IsEnded,
            };
            granted.Add((session.Grant.Role, session.Grant.Number, session.Grant.IsOfSignedOrders), session);
            if (!session.IsEnded)
            {
                sessions.Add(session.Number, session);
            }
        }
    }
}
