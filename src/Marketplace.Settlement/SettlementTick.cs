using Marketplace.Escrow;
using Marketplace.Kernel;
using Microsoft.Extensions.Logging;

namespace Marketplace.Settlement;

/// <summary>
/// One tick of settlement (settlement design 4.4). Safe to run twice, by hand, and from two machines: every step is
/// stored before it acts, and the contract applies each statement at most once.
/// </summary>
public sealed partial class SettlementTick(
    SettlementStore store, SettlementParties parties, SettlementOptions options, TimeProvider time,
    ILogger<SettlementTick> logger) : IDisposable
{
    private const ulong BlocksPerRead = 2_000;
    private readonly SemaphoreSlim running = new(1, 1);

    /// <summary>One tick; returns at once while another one runs here or another worker holds the lease.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        if (!await running.WaitAsync(TimeSpan.Zero, ct))
        {
            return;
        }

        try
        {
            if (await store.TakeLeaseAsync(options.Holder, time.GetUtcNow(), options.LeaseTime, ct))
            {
                await StepsAsync(ct);
            }
        }
        finally
        {
            running.Release();
        }
    }

    public void Dispose() => running.Dispose();

    private async Task StepsAsync(CancellationToken ct)
    {
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
        catch (FinalForkException fork)
        {
            LogFinalFork(fork.Message);
        }
    }

    /// <summary>Reads the events of blocks that have become final; only these settle anything.</summary>
    private async Task FollowAsync(CancellationToken ct)
    {
        var final = await parties.Contract.FinalizedBlockAsync(ct);
        var cursor = await store.FinalCursorAsync(ct);
        if (cursor is { } at && at.Number <= final.Number)
        {
            var known = await parties.Contract.BlockAsync(at.Number, ct)
                ?? throw new ChainFaultException($"The endpoint lacks block {at.Number}, which was final.");
            if (known.Hash != at.Hash)
            {
                throw new FinalForkException($"Block {at.Number} was final as {at.Hash} and is now {known.Hash}.");
            }
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
        var budgets = await store.BudgetsToSettleAsync(time.GetUtcNow(), ct);
        var latest = await parties.Contract.LatestBlockAsync(ct);
        var pace = new ParallelOptions { MaxDegreeOfParallelism = options.AskAtOnce, CancellationToken = ct };
        await Parallel.ForEachAsync(budgets, pace, async (budget, token) => await ProposeAsync(budget, latest, token));
    }

    private async Task ProposeAsync(BudgetNo budgetNo, ChainBlock latest, CancellationToken ct)
    {
        if (await store.LivingStatementAsync(budgetNo, ct) is { } living)
        {
            // Asked before a crash, or while the gateway was away: the same statement is asked for again.
            var isUnsigned = living.State == "open";
            await (isUnsigned ? SignAsync(living.Statement.Id, living.Statement.Proposal, ct) : Task.CompletedTask);
            return;
        }

        var budget = await parties.Contract.BudgetAsync(budgetNo, null, ct);
        if (budget is null || !StatementCheck.IsOpen(budget, latest.TimestampUnixSeconds))
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
            await store.AskAfterAsync(proposal.Statement.BudgetNo, time.GetUtcNow() + options.AskAgainAfter, ct);
            if (answer.Rejection != StatementSigningRejection.GatewayOffline)
            {
                await store.VoidAsync(id, answer.Rejection.ToString(), ct);
            }

            return;
        }

        var session = await store.SessionOfAsync(proposal.Statement.BudgetNo, ct);
        var row = new SignedStatement(proposal.Statement, signature);
        if (session is not { } key || !StatementCheck.IsSigned(row, key, parties.Contract.Domain))
        {
            await store.AskAfterAsync(proposal.Statement.BudgetNo, time.GetUtcNow() + options.AskAgainAfter, ct);
            await store.VoidAsync(id, "not the session's signature", ct);
            return;
        }

        var cosigned = new CosignedStatement(row, await parties.Cosigner.CosignAsync(row, ct));
        await store.SignedAsync(id, cosigned, time.GetUtcNow(), ct);
        Tell(cosigned);
        FaultPoints.Pass(FaultPoints.StatementStored);
    }

    /// <summary>Before any batch: from here on the payees need nobody to be paid.</summary>
    private void Tell(CosignedStatement cosigned)
    {
        foreach (var payee in cosigned.Row.Statement.Lines.Select(line => line.ProviderId).Distinct())
        {
            parties.Payees.Tell(payee, cosigned);
        }
    }

    [LoggerMessage(6001, LogLevel.Debug, "{Statements} statements settled, final through block {Block}")]
    private partial void LogSettled(int statements, BlockNumber block);

    [LoggerMessage(6002, LogLevel.Warning, "The chain's endpoint failed: {Fault}")]
    private partial void LogChainFault(string fault);

    [LoggerMessage(6003, LogLevel.Warning, "Another settlement worker took over in mid-tick")]
    private partial void LogLeaseLost();

    [LoggerMessage(6007, LogLevel.Critical, "Settlement stands still: {Fork}")]
    private partial void LogFinalFork(string fork);

    [LoggerMessage(6004, LogLevel.Information, "The statement of budget {Budget} was not signed: {Reason}")]
    private partial void LogNotSigned(BudgetNo budget, StatementSigningRejection reason);
}
