using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Microsoft.Extensions.Logging;

namespace Marketplace.Settlement;

/// <summary>
/// One tick of settlement (settlement design 4.4). Safe to run twice, by hand, and from two machines: every step is
/// stored before it acts, and the contract applies each statement at most once.
/// </summary>
public sealed partial class SettlementTick(
    SettlementStore store, SettlementParties parties, SettlementOptions options, TimeProvider time,
    ILogger<SettlementTick> logger)
{
    private const ulong BlocksPerRead = 2_000;
    private readonly string holder = $"{Environment.MachineName}/{Environment.ProcessId}";

    public async Task RunAsync(CancellationToken ct)
    {
        if (!await store.TakeLeaseAsync(holder, time.GetUtcNow(), options.LeaseTime, ct))
        {
            return;
        }

        try
        {
            await FollowAsync(ct);
            await store.TakeTicketsAsync(ct);
            await CareAsync(ct);
            await ProposeAsync(ct);
            await BatchAsync(ct);
        }
        catch (ChainFaultException fault)
        {
            LogChainFault(fault.Message);
        }
        catch (LeaseLostException)
        {
            LogLeaseLost();
        }
    }

    /// <summary>Reads the events of blocks that have become final; only these settle anything.</summary>
    private async Task FollowAsync(CancellationToken ct)
    {
        var final = await parties.Contract.FinalizedBlockAsync(ct);
        var cursor = await store.FinalCursorAsync(ct);
        if (cursor is { } at && at.Number <= final.Number)
        {
            var same = await parties.Contract.BlockAsync(at.Number, ct);
            Invariant.Holds(same is null || same.Hash == at.Hash, $"Block {at.Number} changed below finality: stop and look.");
        }

        var from = cursor is { } last ? last.Number.Value + 1 : options.StartBlock.Value;
        while (from <= final.Number.Value)
        {
            var to = Math.Min(from + BlocksPerRead - 1, final.Number.Value);
            var events = await parties.Contract.EventsAsync(new BlockNumber(from), new BlockNumber(to), ct);
            var through = to == final.Number.Value ? final : await parties.Contract.BlockAsync(new BlockNumber(to), ct);
            if (through is null)
            {
                return;
            }

            await store.ApplyFinalAsync(events, options.OperatorId, through, time.GetUtcNow(), ct);
            LogSettled(events.OfType<StatementSettled>().Count(), through.Number);
            from = to + 1;
        }
    }

    /// <summary>Asks gateways to sign what has become settleable.</summary>
    private async Task ProposeAsync(CancellationToken ct)
    {
        foreach (var budgetNo in await store.BudgetsToSettleAsync(ct))
        {
            var living = await store.LivingStatementAsync(budgetNo, ct);
            if (living is { State: "open" } open)
            {
                await SignAsync(open.Statement.Id, open.Statement.Proposal, ct);
            }
            else if (living is null)
            {
                await ProposeAsync(budgetNo, ct);
            }
        }
    }

    private async Task ProposeAsync(BudgetNo budgetNo, CancellationToken ct)
    {
        var budget = await parties.Contract.BudgetAsync(budgetNo, null, ct);
        if (budget is null || budget.State != 1)
        {
            return;
        }

        var jobs = await store.UnpaidAsync(budgetNo, ct);
        if (StatementBuilder.Build(budget, jobs, time.GetUtcNow(), options) is { } built)
        {
            var id = await store.AddStatementAsync(built, ct);
            await SignAsync(id, built.Proposal, ct);
        }
    }

    private async Task SignAsync(long id, StatementProposal proposal, CancellationToken ct)
    {
        var answer = await parties.Signer.SignAsync(proposal, ct);
        if (!answer.TryGet(out var signature))
        {
            LogNotSigned(proposal.Statement.BudgetNo, answer.Rejection);
            if (answer.Rejection != StatementSigningRejection.GatewayOffline)
            {
                await store.VoidAsync(id, answer.Rejection.ToString(), ct);
            }

            return;
        }

        var session = await store.SessionOfAsync(proposal.Statement.BudgetNo, ct);
        if (Secp256k1.Recover(proposal.Statement.Digest(parties.Contract.Domain), signature) != session)
        {
            await store.VoidAsync(id, "not the session's signature", ct);
            return;
        }

        await store.SignedAsync(id, signature, ct);
        FaultPoints.Pass(FaultPoints.StatementStored);
    }

    /// <summary>Puts signed statements into one transaction, if there is room for another.</summary>
    private async Task BatchAsync(CancellationToken ct)
    {
        var open = await store.OpenTransactionsAsync(ct);
        if (open.Count >= options.MaxOpenTransactions)
        {
            return;
        }

        var rows = await CurrentAsync(await store.ReadyAsync(ct), ct);
        if (rows.Count == 0)
        {
            return;
        }

        // The anchor has no meaning to the contract; the public command log gives it one later.
        var payload = SettlePayload.Encode(
            default, rows.Select(row => new SignedStatement(row.Proposal.Statement, row.Signature!.Value)).ToList());
        var cosignature = await parties.Cosigner.CosignBatchAsync(payload, ct);
        var call = parties.Contract.Settle(options.OperatorId, payload, cosignature);
        var outlook = await parties.Contract.SimulateAsync(parties.GasKey.Address, call, ct);
        if (outlook.Revert is { } revert)
        {
            LogWouldRevert(revert);
            return;
        }

        await store.AddBatchAsync(
            new EscrowBatch(payload, cosignature),
            rows.Select(row => row.Id).ToList(),
            parties.Contract.ChainId,
            parties.GasKey.Address,
            await NextNonceAsync(ct),
            checked(outlook.Gas + (outlook.Gas / 4) + 10_000),
            ct);
        await CareAsync(ct);
    }

    /// <summary>The rows that the chain's newest state would apply; overtaken ones are given up.</summary>
    private async Task<IReadOnlyList<StoredStatement>> CurrentAsync(
        IReadOnlyList<StoredStatement> ready, CancellationToken ct)
    {
        var current = new List<StoredStatement>();
        foreach (var row in ready.Take(MaxRowsPerBatch))
        {
            var statement = row.Proposal.Statement;
            var budget = await parties.Contract.BudgetAsync(row.BudgetNo, null, ct);
            if (budget is { State: 1 } && budget.ThroughJob == statement.FromJob && budget.Spent == statement.FromSpent)
            {
                current.Add(row);
            }
            else if (await IsOvertakenInFinalAsync(row, ct))
            {
                await store.VoidAsync(row.Id, "overtaken", ct);
            }
        }

        return current;
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

    private const int MaxRowsPerBatch = 200;

    [LoggerMessage(6001, LogLevel.Debug, "{Statements} statements settled, final through block {Block}")]
    private partial void LogSettled(int statements, BlockNumber block);

    [LoggerMessage(6002, LogLevel.Warning, "The chain's endpoint failed: {Fault}")]
    private partial void LogChainFault(string fault);

    [LoggerMessage(6003, LogLevel.Warning, "Another settlement worker took over in mid-tick")]
    private partial void LogLeaseLost();

    [LoggerMessage(6004, LogLevel.Information, "The statement of budget {Budget} was not signed: {Reason}")]
    private partial void LogNotSigned(BudgetNo budget, StatementSigningRejection reason);

    [LoggerMessage(6005, LogLevel.Error, "A batch would revert and was not sent: {Revert}")]
    private partial void LogWouldRevert(string revert);
}
