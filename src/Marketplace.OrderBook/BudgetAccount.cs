using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook;

/// <summary>A budget's terms, its account in the matching engine, and what the chain has settled of it since.</summary>
/// <param name="no">The account's number there; it holds what was not spent when the budget was opened.</param>
internal sealed class BudgetAccount(OpenBudget terms, uint no)
{
    private readonly SortedSet<string> settlements = new(StringComparer.Ordinal);

    public OpenBudget Terms { get; } = terms;

    public uint No { get; } = no;

    public bool IsClosed { get; private set; }

    public TokenAmount Settled { get; private set; }

    /// <summary>The facts that were settled, in ordinal order.</summary>
    public IReadOnlyCollection<string> Settlements => settlements;

    public static BudgetAccount Restored(SavedBudget saved)
    {
        var account = new BudgetAccount(saved.Terms, saved.No) { IsClosed = saved.IsClosed, Settled = saved.Settled };
        account.settlements.UnionWith(saved.Settlements);
        return account;
    }

    public bool HasTerms(OpenBudget other) => Terms with { Spent = other.Spent } == other;

    public bool HasSettled(string factId) => settlements.Contains(factId);

    public void Close() => IsClosed = true;

    public void Settle(string factId, TokenAmount amount)
    {
        settlements.Add(factId);
        Settled += amount;
    }

    public BudgetView View(AccountView account) => new(
        Terms.Budget,
        Terms.Buyer,
        Terms.Session,
        Terms.Cap,
        new TokenAmount(account.Free),
        new TokenAmount(account.Held),
        new TokenAmount(account.InEscrow),
        new TokenAmount(checked(account.Paid + account.Fees)) - Settled,
        Terms.Spent + Settled,
        Terms.MaxFeeBps,
        Terms.Expiry,
        IsClosed);
}
