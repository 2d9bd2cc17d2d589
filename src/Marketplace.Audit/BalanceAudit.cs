using Marketplace.Escrow;
using Marketplace.Kernel;

namespace Marketplace.Audit;

/// <summary>
/// Rebuilds every balance of the escrow from its logs and compares it with what the contract stores at the same final
/// block (settlement 5, items 1, 2 and 6). It trusts the node for nothing but storage: a dropped log shows.
/// </summary>
/// <param name="startBlock">The deployment's first block.</param>
public sealed class BalanceAudit(IEscrowContract contract, BlockNumber startBlock)
{
    private const ulong BlocksPerQuery = 5_000;

    /// <exception cref="ChainFaultException">The node failed.</exception>
    public async Task<AuditReport> RunAsync(CancellationToken ct)
    {
        var final = await contract.FinalizedBlockAsync(ct);
        var events = await EventsAsync(final.Number, ct);
        return await CompareAsync(events, final.Number, ct);
    }

    /// <summary>All events from the deployment to <paramref name="through"/>, in the chain's order.</summary>
    /// <exception cref="ChainFaultException">The node failed.</exception>
    public async Task<IReadOnlyList<EscrowEvent>> EventsAsync(BlockNumber through, CancellationToken ct)
    {
        var events = new List<EscrowEvent>();
        for (var from = startBlock.Value; from <= through.Value; from += BlocksPerQuery)
        {
            var to = new BlockNumber(Math.Min(from + BlocksPerQuery - 1, through.Value));
            events.AddRange(await contract.EventsAsync(new BlockNumber(from), to, ct));
        }

        return events;
    }

    /// <summary>
    /// Compares what <paramref name="events"/> add up to with storage at block <paramref name="at"/>.
    /// </summary>
    /// <exception cref="ChainFaultException">The node failed.</exception>
    public async Task<AuditReport> CompareAsync(
        IReadOnlyList<EscrowEvent> events, BlockNumber at, CancellationToken ct)
    {
        var replay = LedgerReplay.Of(events);
        return new AuditReport(at,
        [
            .. replay.Contradictions,
            .. await TotalsAsync(replay, at, ct),
            .. await BuyersAsync(replay, at, ct),
            .. await BudgetsAsync(replay, at, ct),
            .. await ProvidersAsync(replay, at, ct),
            .. await OperatorsAsync(replay, at, ct),
        ]);
    }

    private async Task<IReadOnlyList<AuditRow>> TotalsAsync(LedgerReplay replay, BlockNumber at, CancellationToken ct)
    {
        var owed = await contract.TotalOwedAsync(at, ct);
        var held = await contract.TokenBalanceAsync(contract.Escrow, at, ct);
        return
        [
            AuditRow.Of("hash chain of what was settled", replay.Acc, await contract.AccAsync(at, ct)),
            AuditRow.Of("total owed, by flows", replay.TotalOwed, (SignedMicro)owed),
            AuditRow.Of("total owed, by accounts", replay.Liabilities, (SignedMicro)owed),
            AuditRow.Of("paid by budgets and credited to nobody", default, replay.Uncredited),
            new AuditRow("solvent", "yes", held >= owed ? "yes" : $"holds {held} of {owed}"),
        ];
    }

    private async Task<IReadOnlyList<AuditRow>> BuyersAsync(LedgerReplay replay, BlockNumber at, CancellationToken ct)
    {
        var rows = new List<AuditRow>();
        foreach (var (buyer, free) in replay.Free.OrderBy(entry => entry.Key))
        {
            SignedMicro found = await contract.FreeAsync(buyer, at, ct);
            rows.Add(AuditRow.Of($"free balance of {buyer}", free, found));
        }

        return rows;
    }

    private async Task<IReadOnlyList<AuditRow>> BudgetsAsync(LedgerReplay replay, BlockNumber at, CancellationToken ct)
    {
        var rows = new List<AuditRow>();
        foreach (var number in NumbersAndNext(replay.Budgets.Keys.Select(budgetNo => budgetNo.Value)))
        {
            var budgetNo = new BudgetNo(number);
            var stored = await contract.BudgetAsync(budgetNo, at, ct);
            rows.AddRange(Compare(budgetNo, replay.Budgets.GetValueOrDefault(budgetNo), stored));
        }

        return rows;
    }

    private static IEnumerable<AuditRow> Compare(BudgetNo budgetNo, ReplayedBudget? replayed, Budget? stored)
    {
        yield return AuditRow.Of($"budget {budgetNo}: state", replayed?.State ?? 0, stored?.State ?? 0);
        if (replayed is null || stored is null)
        {
            yield break;
        }

        yield return AuditRow.Of($"budget {budgetNo}: buyer", replayed.Buyer, stored.Buyer);
        yield return AuditRow.Of($"budget {budgetNo}: cap", replayed.Cap, (SignedMicro)stored.Cap);
        yield return AuditRow.Of($"budget {budgetNo}: spent", replayed.Spent, (SignedMicro)stored.Spent);
        yield return AuditRow.Of($"budget {budgetNo}: through job", replayed.ThroughJob, stored.ThroughJob);
        yield return AuditRow.Of($"budget {budgetNo}: expiry", replayed.ExpiryUnixSeconds, stored.ExpiryUnixSeconds);
    }

    private async Task<IReadOnlyList<AuditRow>> ProvidersAsync(
        LedgerReplay replay, BlockNumber at, CancellationToken ct)
    {
        var rows = new List<AuditRow>();
        foreach (var number in NumbersAndNext(replay.Credits.Keys.Select(providerId => providerId.Value)))
        {
            var providerId = new ProviderId(number);
            var isRegistered = await contract.ProviderAsync(providerId, at, ct) is not null;
            SignedMicro found = await contract.CreditAsync(providerId, at, ct);
            var expected = replay.Credits.GetValueOrDefault(providerId);
            rows.Add(AuditRow.Of(
                $"provider {providerId}: registered", replay.Credits.ContainsKey(providerId), isRegistered));
            rows.Add(AuditRow.Of($"provider {providerId}: credit", expected, found));
        }

        return rows;
    }

    private async Task<IReadOnlyList<AuditRow>> OperatorsAsync(
        LedgerReplay replay, BlockNumber at, CancellationToken ct)
    {
        var rows = new List<AuditRow>();
        foreach (var number in NumbersAndNext(replay.FeeCredits.Keys.Select(operatorId => operatorId.Value)))
        {
            var operatorId = new OperatorId(number);
            var isRegistered = await contract.OperatorAsync(operatorId, at, ct) is not null;
            SignedMicro found = await contract.FeeCreditAsync(operatorId, at, ct);
            var expected = replay.FeeCredits.GetValueOrDefault(operatorId);
            rows.Add(AuditRow.Of(
                $"operator {operatorId}: registered", replay.FeeCredits.ContainsKey(operatorId), isRegistered));
            rows.Add(AuditRow.Of($"operator {operatorId}: fee credit", expected, found));
        }

        return rows;
    }

    /// <remarks>
    /// The contract numbers from 1 without gaps: one more than the logs know shows whether one is missing.
    /// </remarks>
    private static IEnumerable<uint> NumbersAndNext(IEnumerable<uint> known)
    {
        var last = known.DefaultIfEmpty().Max();
        for (var number = 1u; number <= last + 1; number++)
        {
            yield return number;
        }
    }
}
