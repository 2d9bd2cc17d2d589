using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Escrow;

/// <summary>The contract's own checks, run before its gas is paid for: what is sent is to have no skip.</summary>
public static class StatementCheck
{
    /// <summary>The state of a budget that is neither missing nor closed.</summary>
    public const byte OpenState = 1;

    private const ulong GraceSeconds = 24 * 60 * 60;

    /// <summary>The first check that fails, in the contract's order; null when it would be applied.</summary>
    /// <param name="budget">As the chain has it at the newest block.</param>
    /// <param name="chainTime">The newest block's time, unix seconds.</param>
    public static SkipReason? Skip(SignedStatement row, Budget budget, ulong chainTime, Eip712Domain domain)
    {
        var statement = row.Statement;
        if (budget.State != OpenState || budget.ThroughJob != statement.FromJob || budget.Spent != statement.FromSpent
            || statement.ThroughJob <= statement.FromJob)
        {
            return SkipReason.Stale;
        }

        if (chainTime > budget.ExpiryUnixSeconds + GraceSeconds)
        {
            return SkipReason.TooLate;
        }

        if (!IsSigned(row, budget.Session, domain))
        {
            return SkipReason.Signature;
        }

        return PaysRightly(statement, budget) ? null : SkipReason.Amounts;
    }

    /// <summary>The same for a statement that was co-signed by itself: first of all the operator's consent.</summary>
    /// <param name="cosignsUntil">Of the key that co-signed, as the registry has it: 0 is nobody's consent. For a key
    /// that was retired the contract has the last word, for it alone knows when the budget was opened.</param>
    public static SkipReason? Skip(
        CosignedStatement statement, Budget budget, ulong cosignsUntil, ulong chainTime, Eip712Domain domain) =>
        cosignsUntil == 0 ? SkipReason.NoConsent : Skip(statement.Row, budget, chainTime, domain);

    /// <summary>Whether the contract would still take statements of a budget that is open.</summary>
    /// <param name="chainTime">The newest block's time, unix seconds.</param>
    public static bool IsOpen(Budget budget, ulong chainTime) =>
        budget.State == OpenState && chainTime <= budget.ExpiryUnixSeconds + GraceSeconds;

    /// <summary>Whether the session key signed exactly this statement.</summary>
    public static bool IsSigned(SignedStatement row, EthAddress session, Eip712Domain domain) =>
        Secp256k1.Recover(row.Statement.Digest(domain), row.SessionSignature) == session;

    /// <summary>Whether something is paid, the cap holds it and the fee is within what the buyer allowed.</summary>
    public static bool PaysRightly(Statement statement, Budget budget)
    {
        var total = statement.Total;
        return !total.IsZero
            && budget.Spent + total + statement.Fee <= budget.Cap
            && (Int128)statement.Fee.Micro * 10_000 <= (Int128)total.Micro * budget.MaxFeeBps.Value;
    }
}
