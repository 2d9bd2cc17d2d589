using Marketplace.Escrow;
using Marketplace.Kernel;
using Microsoft.Extensions.Logging;

namespace Marketplace.Settlement;

/// <summary>From signed statements to one transaction (settlement 4.4, step 6).</summary>
public sealed partial class SettlementTick
{
    /// <summary>Puts signed statements into one transaction, if there is room for another.</summary>
    private async Task BatchAsync(CancellationToken ct)
    {
        var open = await store.OpenTransactionsAsync(ct);
        if (open.Count >= options.MaxOpenTransactions)
        {
            return;
        }

        var ready = await store.ReadyAsync(ct);
        if (!ready.Any(row => row.SignedAt + options.BatchTime <= time.GetUtcNow()))
        {
            return;
        }

        var rows = await CurrentAsync(ready, ct);
        if (await CutAsync(rows, ct) is not { } cut)
        {
            return;
        }

        await store.AddBatchAsync(
            cut.Batch,
            cut.Anchor,
            cut.Statements,
            parties.Contract.ChainId,
            parties.GasKey.Address,
            await NextNonceAsync(ct),
            checked(cut.Gas + (cut.Gas / 4) + 10_000),
            ct);
        await CareAsync(ct);
    }

    /// <summary>The longest halving of <paramref name="rows"/> whose simulation stays below the gas limit.</summary>
    private async Task<CutBatch?> CutAsync(IReadOnlyList<StoredStatement> rows, CancellationToken ct)
    {
        for (; rows.Count > 0; rows = rows.Take(rows.Count / 2).ToList())
        {
            // The anchor has no meaning to the contract: it fixes what the operator said up to now.
            var anchor = parties.Anchors.Current;
            var payload = SettlePayload.Encode(
                anchor.Hash(),
                rows.Select(row => new SignedStatement(row.Proposal.Statement, row.Signature!.Value)).ToList());
            var cosignature = await parties.Cosigner.CosignBatchAsync(payload, ct);
            var call = parties.Contract.Settle(options.OperatorId, payload, cosignature);
            var outlook = await parties.Contract.SimulateAsync(parties.GasKey.Address, call, ct);
            if (outlook.Revert is { } revert)
            {
                LogWouldRevert(revert);
                return null;
            }

            if (outlook.Gas <= options.BatchGasLimit)
            {
                var batch = new EscrowBatch(payload, cosignature);
                return new CutBatch(batch, anchor, rows.Select(row => row.Id).ToList(), outlook.Gas);
            }
        }

        return null;
    }

    /// <summary>The rows that the contract would apply at the newest block; overtaken ones are given up.</summary>
    private async Task<IReadOnlyList<StoredStatement>> CurrentAsync(
        IReadOnlyList<StoredStatement> ready, CancellationToken ct)
    {
        var latest = await parties.Contract.LatestBlockAsync(ct);
        var current = new List<StoredStatement>();
        foreach (var row in ready.Take(options.MaxStatementsPerBatch))
        {
            var skip = await SkipAsync(row, latest, ct);
            if (skip is null)
            {
                current.Add(row);
            }
            else if (skip != SkipReason.Stale || await IsOvertakenInFinalAsync(row, ct))
            {
                LogGivenUp(row.BudgetNo, row.FromJob, skip.Value);
                await store.VoidAsync(row.Id, $"would be skipped: {skip}", ct);
            }
        }

        return current;
    }

    private async Task<SkipReason?> SkipAsync(StoredStatement row, ChainBlock latest, CancellationToken ct)
    {
        var budget = await parties.Contract.BudgetAsync(row.BudgetNo, null, ct);
        var statement = new SignedStatement(row.Proposal.Statement, row.Signature!.Value);
        return budget is null
            ? SkipReason.Stale
            : StatementCheck.Skip(statement, budget, latest.TimestampUnixSeconds, parties.Contract.Domain);
    }

    private async Task<bool> IsOvertakenInFinalAsync(StoredStatement row, CancellationToken ct)
    {
        var final = await parties.Contract.FinalizedBlockAsync(ct);
        var budget = await parties.Contract.BudgetAsync(row.BudgetNo, final.Number, ct);
        var cursor = await store.FinalCursorAsync(ct);
        return cursor is { } at && at.Number >= final.Number
            && (budget is not { State: 1 } || budget.ThroughJob != row.FromJob);
    }

    private async Task<ulong> NextNonceAsync(CancellationToken ct)
    {
        var onChain = await parties.Contract.NonceAsync(parties.GasKey.Address, ct);
        var own = await store.HighestNonceAsync(parties.GasKey.Address, ct);
        return own is { } highest && highest + 1 > onChain ? highest + 1 : onChain;
    }

    [LoggerMessage(6005, LogLevel.Error, "A batch would revert and was not sent: {Revert}")]
    private partial void LogWouldRevert(string revert);

    [LoggerMessage(6006, LogLevel.Warning, "Gave up the statement of budget {Budget} from job {FromJob}: {Reason}")]
    private partial void LogGivenUp(BudgetNo budget, uint fromJob, SkipReason reason);

    private sealed record CutBatch(
        EscrowBatch Batch, BatchAnchor Anchor, IReadOnlyList<long> Statements, ulong Gas);
}
