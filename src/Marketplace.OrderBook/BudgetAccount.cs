using Marketplace.Kernel;

namespace Marketplace.OrderBook;

/// <summary>One budget's money. Every amount moves from one pocket to another, so their sum stays the cap.</summary>
internal sealed class BudgetAccount(OpenBudget terms)
{
    private readonly SortedSet<string> settlements = new(StringComparer.Ordinal);

    public OpenBudget Terms { get; } = terms;

    public TokenAmount Free { get; private set; } = terms.Cap - terms.Spent;

    public TokenAmount HeldByOrders { get; private set; }

    public TokenAmount InJobs { get; private set; }

    public TokenAmount Owed { get; private set; }

    public TokenAmount Spent { get; private set; } = terms.Spent;

    public bool IsClosed { get; private set; }

    public BudgetView View => new(
        Terms.Budget,
        Terms.Buyer,
        Terms.Session,
        Terms.Cap,
        Free,
        HeldByOrders,
        InJobs,
        Owed,
        Spent,
        Terms.MaxFeeBps,
        Terms.Expiry,
        IsClosed);

    public bool HasTerms(OpenBudget other) => Terms with { Spent = other.Spent } == other;

    public void Close() => IsClosed = true;

    public void Hold(TokenAmount amount)
    {
        Free -= amount;
        HeldByOrders += amount;
        CheckConservation();
    }

    public void ReturnHold(TokenAmount amount)
    {
        HeldByOrders -= amount;
        Free += amount;
        CheckConservation();
    }

    public void MoveHoldToJob(TokenAmount amount)
    {
        HeldByOrders -= amount;
        InJobs += amount;
        CheckConservation();
    }

    /// <summary>Ends a job: of its pot, <paramref name="owed"/> is owed and the rest free.</summary>
    public void EndJob(TokenAmount pot, TokenAmount owed)
    {
        InJobs -= pot;
        Owed += owed;
        Free += pot - owed;
        CheckConservation();
    }

    /// <summary>The facts that were settled, in ordinal order.</summary>
    public IReadOnlyCollection<string> Settlements => settlements;

    public bool HasSettled(string factId) => settlements.Contains(factId);

    public void Settle(string factId, TokenAmount amount)
    {
        settlements.Add(factId);
        Owed -= amount;
        Spent += amount;
        CheckConservation();
    }

    private void CheckConservation() => Invariant.Holds(
        Free + HeldByOrders + InJobs + Owed + Spent == Terms.Cap,
        $"Budget {Terms.Budget} keeps its cap.");
}
