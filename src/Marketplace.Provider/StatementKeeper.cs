using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Microsoft.Extensions.Logging;

namespace Marketplace.Provider;

/// <summary>
/// Keeps what this provider can settle without its operator. A statement is stored before anybody is asked about it:
/// the chain may be out of reach now, and the operator gone by the time it is back. Whose keys signed is read from the
/// chain, never from the operator: at once, so that a worthless one is noticed while there is work to refuse, and again
/// before it is settled.
/// </summary>
public sealed partial class StatementKeeper(
    ProviderId provider, IEscrowContract contract, StatementStore store, TimeProvider time, ILogger logger)
{
    public async Task KeepAsync(CosignedStatementFrame frame, CancellationToken ct)
    {
        if (!TryRead(frame, provider, out var statement))
        {
            LogUnusable(logger, frame.Statement.BudgetNo);
            return;
        }

        var row = statement.Row.Statement;
        await store.KeepAsync(statement, row.Digest(contract.Domain), time.GetUtcNow(), ct);
        try
        {
            await DropSettledAsync(row.BudgetNo, ct);
            var skip = await JudgeAsync(statement, ct);
            if (skip is SkipReason.Signature or SkipReason.NoConsent or SkipReason.Amounts)
            {
                LogWorthless(logger, row.BudgetNo, skip.Value);
            }
            else
            {
                LogHeld(logger, row.BudgetNo, row.FromJob, PayOf(row, provider));
            }
        }
        catch (ChainFaultException fault)
        {
            LogUnchecked(logger, row.BudgetNo, fault.Message);
        }
    }

    /// <summary>Why the contract would not apply the statement now; null when it would.</summary>
    /// <exception cref="ChainFaultException">The node failed.</exception>
    public async Task<SkipReason?> JudgeAsync(CosignedStatement statement, CancellationToken ct)
    {
        if (await contract.BudgetAsync(statement.Row.Statement.BudgetNo, null, ct) is not { } budget)
        {
            return SkipReason.Stale;
        }

        var signer = Secp256k1.Recover(statement.Row.CosignDigest(contract.Domain), statement.Cosignature);
        var until = signer is { } key ? await contract.CosignsUntilAsync(budget.OperatorId, key, ct) : 0;
        var head = await contract.LatestBlockAsync(ct);
        return StatementCheck.Skip(statement, budget, until, head.TimestampUnixSeconds, contract.Domain);
    }

    /// <summary>Drops what can never be applied any more, as far as the chain is in reach.</summary>
    public async Task DropSettledAsync(CancellationToken ct)
    {
        try
        {
            foreach (var budget in await store.BudgetsAsync(ct))
            {
                await DropSettledAsync(budget, ct);
            }
        }
        catch (ChainFaultException fault)
        {
            LogUndropped(logger, fault.Message);
        }
    }

    /// <summary>Whether the frame is a statement that pays this provider and that a payload can hold.</summary>
    public static bool TryRead(CosignedStatementFrame frame, ProviderId provider, out CosignedStatement statement)
    {
        statement = null!;
        var lines = frame.Statement.Lines;
        if (lines.Any(line => line is null) || !StatementLines.CanEncode(lines)
            || PayOf(frame.Statement, provider).IsZero
            || !EthSignature.TryFromCompact(frame.SessionSignature, out var session)
            || !EthSignature.TryFromCompact(frame.Cosignature, out var cosignature))
        {
            return false;
        }

        statement = new CosignedStatement(new SignedStatement(frame.Statement, session), cosignature);
        return true;
    }

    /// <summary>What a statement pays one provider.</summary>
    public static TokenAmount PayOf(Statement statement, ProviderId provider) => TokenAmount.Sum(
        statement.Lines.Where(line => line.ProviderId == provider).SelectMany(line => line.Amounts));

    /// <remarks>
    /// Only a final block counts. A budget's throughJob only rises, and what was paid is in the chain's logs for ever:
    /// to keep the statement would prove nothing more.
    /// </remarks>
    private async Task DropSettledAsync(BudgetNo budgetNo, CancellationToken ct)
    {
        var final = await contract.FinalizedBlockAsync(ct);
        if (await contract.BudgetAsync(budgetNo, final.Number, ct) is { } budget)
        {
            await store.DropAsync(budgetNo, budget.State == StatementCheck.OpenState ? budget.ThroughJob : null, ct);
        }
    }

    [LoggerMessage(3011, LogLevel.Information, "Budget {Budget} owes {Amount} from job {FromJob} on, co-signed")]
    private static partial void LogHeld(ILogger logger, BudgetNo budget, uint fromJob, TokenAmount amount);

    [LoggerMessage(3012, LogLevel.Error, "The co-signed statement of budget {Budget} is worth nothing: {Reason}")]
    private static partial void LogWorthless(ILogger logger, BudgetNo budget, SkipReason reason);

    [LoggerMessage(3013, LogLevel.Warning, "The operator sent a statement of budget {Budget} that pays nothing here")]
    private static partial void LogUnusable(ILogger logger, BudgetNo budget);

    [LoggerMessage(3014, LogLevel.Warning, "The statement of budget {Budget} is kept and not checked yet: {Fault}")]
    private static partial void LogUnchecked(ILogger logger, BudgetNo budget, string fault);

    [LoggerMessage(3015, LogLevel.Warning, "Settled statements are not dropped yet: {Fault}")]
    private static partial void LogUndropped(ILogger logger, string fault);
}
