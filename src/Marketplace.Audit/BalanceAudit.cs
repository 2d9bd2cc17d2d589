using Marketplace.Escrow;
using Marketplace.Kernel;

namespace Marketplace.Audit;

/// <summary>One balance: what the logs say, and what storage says at the same block.</summary>
public sealed record AuditRow(string What, string Expected, string Found)
{
    public bool IsEqual => Expected == Found;
}

/// <summary>Every balance of the escrow, rebuilt and compared.</summary>
public sealed record AuditReport(BlockNumber Block, IReadOnlyList<AuditRow> Rows)
{
    public bool IsClean => Rows.All(row => row.IsEqual);
}

/// <summary>Balances rebuilt from logs alone (settlement design 5, items 1, 2 and 6).</summary>
public sealed class RebuiltBalances
{
    public SortedDictionary<EthAddress, Int128> Free { get; } = [];

    public SortedDictionary<uint, (Int128 Cap, Int128 Spent, uint ThroughJob, bool IsOpen)> Budgets { get; } = [];

    public SortedDictionary<uint, Int128> Credit { get; } = [];

    public SortedDictionary<uint, Int128> FeeCredit { get; } = [];

    public Int128 TotalOwed { get; private set; }

    public Hash32 Acc { get; private set; }

    private Dictionary<uint, EthAddress> Buyers { get; } = [];

    public static RebuiltBalances From(IEnumerable<EscrowEvent> events)
    {
        var balances = new RebuiltBalances();
        foreach (var happened in events)
        {
            balances.Apply(happened);
        }

        return balances;
    }

    private void Apply(EscrowEvent happened)
    {
        switch (happened)
        {
            case Deposited e:
                Add(Free, e.Buyer, e.Amount.Micro);
                TotalOwed += e.Amount.Micro;
                break;
            case Withdrawn e:
                Add(Free, e.Buyer, -e.Amount.Micro);
                TotalOwed -= e.Amount.Micro;
                break;
            case BudgetOpened e:
                Add(Free, e.Buyer, -e.Cap.Micro);
                Buyers[e.BudgetNo.Value] = e.Buyer;
                Budgets[e.BudgetNo.Value] = (e.Cap.Micro, 0, 0, true);
                break;
            case BudgetClosed e:
                Add(Free, Buyers[e.BudgetNo.Value], e.Refund.Micro);
                Budgets[e.BudgetNo.Value] = Budgets[e.BudgetNo.Value] with { IsOpen = false };
                break;
            case StatementSettled e:
                var budget = Budgets[e.BudgetNo.Value];
                var spent = budget.Spent + e.Total.Micro + e.Fee.Micro;
                Budgets[e.BudgetNo.Value] = budget with { Spent = spent, ThroughJob = e.ThroughJob };
                break;
            case Credited e:
                Add(Credit, e.ProviderId.Value, e.Amount.Micro);
                break;
            case FeeCredited e:
                Add(FeeCredit, e.OperatorId.Value, e.Amount.Micro);
                break;
            case Claimed e:
                Add(Credit, e.ProviderId.Value, -e.Amount.Micro);
                TotalOwed -= e.Amount.Micro;
                break;
            case FeeClaimed e:
                Add(FeeCredit, e.OperatorId.Value, -e.Amount.Micro);
                TotalOwed -= e.Amount.Micro;
                break;
            case BatchSettled e:
                Acc = Keccak256.Hash([.. Acc.ToBytes(), .. Keccak256.Hash(e.Payload).ToBytes()]);
                break;
            default:
                break; // Registrations and skips move nothing.
        }
    }

    private static void Add<TKey>(SortedDictionary<TKey, Int128> balances, TKey key, Int128 amount)
        where TKey : notnull => balances[key] = balances.GetValueOrDefault(key) + amount;
}

/// <summary>Compares the rebuilt balances with the contract's storage at the same final block.</summary>
public sealed class BalanceAudit(IEscrowContract contract, BlockNumber startBlock)
{
    private const ulong BlocksPerRead = 2_000;

    public async Task<AuditReport> RunAsync(CancellationToken ct)
    {
        var at = (await contract.FinalizedBlockAsync(ct)).Number;
        var events = new List<EscrowEvent>();
        for (var from = startBlock.Value; from <= at.Value; from += BlocksPerRead)
        {
            var to = Math.Min(from + BlocksPerRead - 1, at.Value);
            events.AddRange(await contract.EventsAsync(new BlockNumber(from), new BlockNumber(to), ct));
        }

        return new AuditReport(at, await CompareAsync(RebuiltBalances.From(events), at, ct));
    }

    private async Task<IReadOnlyList<AuditRow>> CompareAsync(RebuiltBalances rebuilt, BlockNumber at, CancellationToken ct)
    {
        var rows = new List<AuditRow>();
        foreach (var (buyer, free) in rebuilt.Free)
        {
            rows.Add(Row($"free {buyer}", free, await contract.FreeAsync(buyer, at, ct)));
        }

        foreach (var (number, expected) in rebuilt.Budgets)
        {
            rows.Add(await BudgetRowAsync(number, expected, at, ct));
        }

        foreach (var (id, credit) in rebuilt.Credit)
        {
            rows.Add(Row($"credit of provider {id}", credit, await contract.CreditAsync(new ProviderId(id), at, ct)));
        }

        foreach (var (id, fee) in rebuilt.FeeCredit)
        {
            rows.Add(Row($"fees of operator {id}", fee, await contract.FeeCreditAsync(new OperatorId(id), at, ct)));
        }

        rows.Add(Row("total owed", rebuilt.TotalOwed, await contract.TotalOwedAsync(at, ct)));
        rows.Add(Row("sum of all liabilities", rebuilt.TotalOwed, new TokenAmount((long)LiabilitiesOf(rebuilt))));
        rows.Add(new AuditRow("hash chain of batches", rebuilt.Acc.ToString(), (await contract.AccAsync(at, ct)).ToString()));
        var held = await contract.TokenBalanceAsync(contract.Escrow, at, ct);
        rows.Add(new AuditRow("solvent", "yes", held.Micro >= rebuilt.TotalOwed ? "yes" : $"holds only {held}"));
        return rows;
    }

    private async Task<AuditRow> BudgetRowAsync(
        uint number, (Int128 Cap, Int128 Spent, uint ThroughJob, bool IsOpen) expected, BlockNumber at, CancellationToken ct)
    {
        var found = await contract.BudgetAsync(new BudgetNo(number), at, ct);
        return new AuditRow(
            $"budget {number} (spent of cap, jobs)",
            $"{Text(expected.Spent)} of {Text(expected.Cap)}, {expected.ThroughJob}, {(expected.IsOpen ? "open" : "closed")}",
            found is null ? "none" : $"{found.Spent} of {found.Cap}, {found.ThroughJob}, {(found.State == 1 ? "open" : "closed")}");
    }

    private static Int128 LiabilitiesOf(RebuiltBalances rebuilt) =>
        Sum(rebuilt.Free.Values) + Sum(rebuilt.Credit.Values) + Sum(rebuilt.FeeCredit.Values)
        + Sum(rebuilt.Budgets.Values.Where(budget => budget.IsOpen).Select(budget => budget.Cap - budget.Spent));

    private static Int128 Sum(IEnumerable<Int128> amounts) => amounts.Aggregate((Int128)0, (sum, amount) => sum + amount);

    private static AuditRow Row(string what, Int128 expected, TokenAmount found) =>
        new(what, Text(expected), found.ToString());

    private static string Text(Int128 micro) =>
        micro >= 0 ? new TokenAmount((long)micro).ToString() : $"{micro} micro-tokens";
}
