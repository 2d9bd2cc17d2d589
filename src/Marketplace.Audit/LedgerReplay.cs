using Marketplace.Escrow;
using Marketplace.Kernel;

namespace Marketplace.Audit;

/// <summary>A budget as the logs tell it; state 0 none, 1 open, 2 closed.</summary>
internal sealed record ReplayedBudget(
    EthAddress Buyer, SignedMicro Cap, SignedMicro Spent, uint ThroughJob, ulong ExpiryUnixSeconds, byte State);

/// <summary>
/// The escrow's balances from its logs alone (settlement 5, items 1 and 2). What the logs contradict themselves in is
/// written down, not thrown: a reader of tampered logs must get to the end.
/// </summary>
internal sealed class LedgerReplay
{
    private const byte Open = 1;
    private const byte Closed = 2;

    private readonly Dictionary<EthAddress, SignedMicro> free = [];
    private readonly Dictionary<BudgetNo, ReplayedBudget> budgets = [];
    private readonly Dictionary<ProviderId, SignedMicro> credits = [];
    private readonly Dictionary<OperatorId, SignedMicro> feeCredits = [];
    private readonly List<AuditRow> contradictions = [];

    private LedgerReplay()
    {
    }

    public IReadOnlyDictionary<EthAddress, SignedMicro> Free => free;

    public IReadOnlyDictionary<BudgetNo, ReplayedBudget> Budgets => budgets;

    public IReadOnlyDictionary<ProviderId, SignedMicro> Credits => credits;

    public IReadOnlyDictionary<OperatorId, SignedMicro> FeeCredits => feeCredits;

    public IReadOnlyList<AuditRow> Contradictions => contradictions;

    /// <summary>What came in less what went out.</summary>
    public SignedMicro TotalOwed { get; private set; }

    public Hash32 Acc { get; private set; }

    /// <summary>What budgets paid less what payees were credited: 0 when no log is missing.</summary>
    public SignedMicro Uncredited { get; private set; }

    /// <summary>What all accounts are owed, added up one by one.</summary>
    public SignedMicro Liabilities => SignedMicro.Sum(
        free.Values
            .Concat(credits.Values)
            .Concat(feeCredits.Values)
            .Concat(budgets.Values.Where(budget => budget.State == Open).Select(budget => budget.Cap - budget.Spent)));

    public static LedgerReplay Of(IEnumerable<EscrowEvent> events)
    {
        var replay = new LedgerReplay();
        foreach (var next in events)
        {
            replay.Apply(next);
        }

        return replay;
    }

    private void Apply(EscrowEvent next)
    {
        switch (next)
        {
            case Deposited e:
                MoveIn(free, e.Buyer, e.Amount);
                break;
            case Withdrawn e:
                MoveOut(free, e.Buyer, e.Amount);
                break;
            case Claimed e:
                MoveOut(credits, e.ProviderId, e.Amount);
                break;
            case FeeClaimed e:
                MoveOut(feeCredits, e.OperatorId, e.Amount);
                break;
            case Credited e:
                Credit(credits, e.ProviderId, e.Amount);
                break;
            case FeeCredited e:
                Credit(feeCredits, e.OperatorId, e.Amount);
                break;
            case ProviderRegistered e:
                Add(credits, e.ProviderId, default);
                break;
            case OperatorRegistered e:
                Add(feeCredits, e.OperatorId, default);
                break;
            case BatchSettled e:
                Chain(e, e.Acc, e.Payload);
                break;
            case TicketsSettled e:
                Chain(e, e.Acc, e.Rows);
                break;
            default:
                ApplyToBudget(next);
                break;
        }
    }

    private void ApplyToBudget(EscrowEvent next)
    {
        switch (next)
        {
            case BudgetOpened e:
                Add(free, e.Buyer, default(SignedMicro) - e.Cap);
                budgets[e.BudgetNo] = new ReplayedBudget(e.Buyer, e.Cap, default, 0, e.ExpiryUnixSeconds, Open);
                break;
            case BudgetClosing e:
                Change(e, e.BudgetNo, budget => budget with { ExpiryUnixSeconds = e.ExpiryUnixSeconds });
                break;
            case BudgetClosed e:
                Close(e);
                break;
            case StatementSettled e:
                Settle(e);
                break;
            case TicketSettled e:
                Settle(e);
                break;
            case StatementSkipped or TicketSkipped or NonceCancelled or SignerSet or PayoutProposed or PayoutSet
                or CosignerProposed or CosignerSet or CosignerRevoked:
                break; // moved nothing
            default:
                throw new InvariantViolationException($"No rule for {next.GetType().Name}.");
        }
    }

    private void Settle(StatementSettled e) => Change(e, e.BudgetNo, budget =>
    {
        if (budget.ThroughJob != e.FromJob)
        {
            Contradict(e, $"statement of budget {e.BudgetNo} starts", budget.ThroughJob, e.FromJob);
        }

        Uncredited += (SignedMicro)e.Total + e.Fee;
        return budget with { Spent = budget.Spent + e.Total + e.Fee, ThroughJob = e.ThroughJob };
    });

    /// <remarks>A ticket is credited by its own event: what the budget pays is somebody's at once.</remarks>
    private void Settle(TicketSettled e)
    {
        Change(e, e.BudgetNo, budget =>
        {
            if (e.JobNo.Value < budget.ThroughJob)
            {
                Contradict(e, $"ticket {e.JobNo} of budget {e.BudgetNo}", "alive", $"dead below {budget.ThroughJob}");
            }

            return budget with { Spent = budget.Spent + e.Amount + e.Fee };
        });
        Add(credits, e.ProviderId, e.Amount);
        Add(feeCredits, e.OperatorId, e.Fee);
    }

    private void Close(BudgetClosed e) => Change(e, e.BudgetNo, budget =>
    {
        if (budget.Cap - budget.Spent != e.Refund)
        {
            Contradict(e, $"refund of budget {e.BudgetNo}", budget.Cap - budget.Spent, (SignedMicro)e.Refund);
        }

        Add(free, budget.Buyer, e.Refund);
        return budget with { State = Closed };
    });

    private void Chain(EscrowEvent e, Hash32 told, byte[] settled)
    {
        Acc = Keccak256.Hash([.. Acc.ToBytes(), .. Keccak256.Hash(settled).ToBytes()]);
        if (Acc != told)
        {
            Contradict(e, "hash chain of what was settled", Acc, told);
        }
    }

    private void Change(EscrowEvent e, BudgetNo budgetNo, Func<ReplayedBudget, ReplayedBudget> change)
    {
        if (budgets.TryGetValue(budgetNo, out var budget))
        {
            budgets[budgetNo] = change(budget);
        }
        else
        {
            Contradict(e, $"budget {budgetNo}", "opened before", "never opened");
        }
    }

    private void MoveIn<TKey>(Dictionary<TKey, SignedMicro> accounts, TKey owner, TokenAmount amount)
        where TKey : notnull
    {
        Add(accounts, owner, amount);
        TotalOwed += amount;
    }

    private void MoveOut<TKey>(Dictionary<TKey, SignedMicro> accounts, TKey owner, TokenAmount amount)
        where TKey : notnull
    {
        Add(accounts, owner, default(SignedMicro) - amount);
        TotalOwed -= amount;
    }

    private void Credit<TKey>(Dictionary<TKey, SignedMicro> accounts, TKey owner, TokenAmount amount)
        where TKey : notnull
    {
        Add(accounts, owner, amount);
        Uncredited -= amount;
    }

    private static void Add<TKey>(Dictionary<TKey, SignedMicro> accounts, TKey owner, SignedMicro amount)
        where TKey : notnull => accounts[owner] = accounts.GetValueOrDefault(owner) + amount;

    private void Contradict<T>(EscrowEvent e, string what, T expected, T found)
        where T : notnull =>
        contradictions.Add(AuditRow.Of($"block {e.At.Block}, log {e.At.LogIndex}: {what}", expected, found));
}
