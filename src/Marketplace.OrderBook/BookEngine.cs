using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Entry;

namespace Marketplace.OrderBook;

/// <summary>What a command did.</summary>
/// <param name="HasChanged">False for a repetition: there is nothing to journal.</param>
public sealed record BookOutcome(object Answer, bool HasChanged, IReadOnlyList<BookEvent> Events);

/// <summary>
/// All markets and all holds as one pure state machine: the same commands with the same numbers and times give the same
/// state and the same events. A refused command changes nothing. Not thread-safe: it has one writer.
/// </summary>
public sealed partial class BookEngine
{
    public const int MaxReplicas = 16;
    public const int MaxClientOrderIdLength = 64;

    /// <summary>The most units of one ask, or of one leg.</summary>
    public static readonly Quantity MaxQuantity = new(1_000_000_000_000);

    /// <summary>The highest limit: 2^24 - 1 ticks.</summary>
    public static readonly UnitPrice MaxPrice = new(((1 << 24) - 1) * TickSize);

    private readonly SortedDictionary<uint, BudgetAccount> budgets = [];
    private readonly SortedDictionary<uint, Dictionary<string, (PlaceAsk Terms, AskAnswer Answer)>> desks = [];

    /// <summary>A book in which nothing is open yet.</summary>
    public BookEngine() => (matching, windows) = (new MatchingEngine(new EngineOptions()), new SequenceWindows());

    private BookEngine(MatchingEngine matching, SavedBook saved)
    {
        (this.matching, windows) = (matching, SequenceWindows.Load(saved.Windows));
        Restore(saved);
    }

    /// <summary>Decides a command and, when it is not refused, carries it out.</summary>
    /// <param name="seq">The number it will have in the journal if it changes something: above all before it.</param>
    /// <param name="now">The time at which it is taken; never earlier than that of the command before it.</param>
    public Result<BookOutcome, BookRefusal> Apply(BookCommand command, long seq, DateTimeOffset now)
    {
        moment = new Moment(seq, now.ToUnixTimeMilliseconds());
        sent.Clear();
        return command switch
        {
            OpenMarket open => Open(open),
            OpenBudget open => Open(open),
            CloseBudget close => Close(close),
            PlaceBid bid => Place(bid, now),
            PlaceAsk ask => Place(ask),
            CancelBid cancel => Cancel(cancel),
            CancelAsk cancel => Cancel(cancel),
            CancelAsksOf cancel => CancelAll(cancel),
            Expire expire => EndExpired(expire),
            AddLeg add => Add(add),
            CompleteJob complete => Complete(complete),
            ReleaseJob release => Release(release),
            SettledOnChain settled => Settle(settled),
            OpenSession open => Open(open),
            EndSession end => End(end),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType().Name, "No such command."),
        };
    }

    /// <summary>The budget's account, or null when it was never opened.</summary>
    public BudgetView? Budget(BudgetNo budget) =>
        budgets.TryGetValue(budget.Value, out var account) ? ViewOf(account) : null;

    public IReadOnlyList<BudgetView> Budgets() => budgets.Values.Select(ViewOf).ToList();

    /// <summary>Where a client's bid stands, or null when no such bid was taken.</summary>
    public BidView? Bid(BudgetNo budget, string clientOrderId) =>
        bidsByClientId.GetValueOrDefault((budget, clientOrderId))?.View;

    /// <summary>Where a bid stands, or null when no such bid was taken.</summary>
    public BidView? Bid(OrderId order) => bids.GetValueOrDefault(order.Value)?.View;

    /// <summary>
    /// The providers whose asks rest, or whose client order ids are remembered after all were sold, or whose session
    /// takes asks.
    /// </summary>
    public IReadOnlyList<ProviderId> ConnectedProviders()
    {
        var inSession = granted.Values
            .Where(session => session is { Grant.Role: EntryRole.Provider, IsPaused: false, IsEnded: false })
            .Select(session => session.Grant.Number);
        var asking = asks.Values.Select(ask => ask.Terms.Provider.Value);
        return desks.Keys.Union(inSession).Union(asking).Order().Select(provider => new ProviderId(provider)).ToList();
    }

    private Result<BookOutcome, BookRefusal> Open(OpenBudget open)
    {
        if (budgets.TryGetValue(open.Budget.Value, out var known))
        {
            return known.HasTerms(open) ? Unchanged(ViewOf(known)) : BookRefusal.BudgetDiffers;
        }

        if (open.Spent > open.Cap)
        {
            return BookRefusal.SpentAboveCap;
        }

        var account = new BudgetAccount(open, OpenAccount(open.Buyer));
        Send(new MatchCommand
        {
            Kind = CommandKind.Fund,
            Account = account.No,
            Amount = (open.Cap - open.Spent).Micro,
        });
        budgets.Add(open.Budget.Value, account);
        return Changed(ViewOf(account));
    }

    private Result<BookOutcome, BookRefusal> Close(CloseBudget close)
    {
        if (!budgets.TryGetValue(close.Budget.Value, out var account))
        {
            return BookRefusal.UnknownBudget;
        }

        if (account.IsClosed)
        {
            return Unchanged(ViewOf(account));
        }

        account.Close();
        var resting = bids.Values.Where(bid => bid.Account == account && bid.State == BidState.Resting).ToList();
        var events = resting.Select(bid => EndResting(bid, BidState.Cancelled)).ToArray();
        return Changed(ViewOf(account), events);
    }

    private Result<BookOutcome, BookRefusal> Settle(SettledOnChain settled)
    {
        if (!budgets.TryGetValue(settled.Budget.Value, out var account))
        {
            return BookRefusal.UnknownBudget;
        }

        if (account.HasSettled(settled.FactId))
        {
            return Unchanged(ViewOf(account));
        }

        if (settled.TotalPlusFee > ViewOf(account).Owed)
        {
            return BookRefusal.ExceedsOwed;
        }

        account.Settle(settled.FactId, settled.TotalPlusFee);
        return Changed(ViewOf(account));
    }

    private static BookOutcome Unchanged(object answer) => new(answer, false, []);

    private static BookOutcome Changed(object answer, params BookEvent[] events) => new(answer, true, events);
}
