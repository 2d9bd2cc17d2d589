using Marketplace.Kernel;

namespace Marketplace.Escrow;

/// <summary>
/// What slices tell each other through the fact log. Each is consumed at least once, by the fact's id.
/// </summary>
public static class FactKinds
{
    public const string JobTicketed = "job-ticketed";
    public const string BudgetFinal = "budget-final";
    public const string BudgetEnded = "budget-ended";
    public const string StatementFinal = "statement-final";
}

/// <summary>A leg of a job was delivered and the buyer's gateway signed its ticket.</summary>
/// <param name="TicketSignature">The session signature, 64 bytes, EIP-2098.</param>
/// <param name="Fee">The operator's fee on this leg, already in the hold.</param>
/// <param name="SettleableAtUnixMilliseconds">When the verdict's hold ends.</param>
public sealed record JobTicketed(JobTicket Ticket, byte[] TicketSignature, Receipt Receipt, TokenAmount Fee,
    long SettleableAtUnixMilliseconds);

/// <summary>A budget's opening is final: orders may be admitted against it.</summary>
public sealed record BudgetFinal(
    BudgetNo BudgetNo,
    EthAddress Buyer,
    EthAddress Session,
    TokenAmount Cap,
    BasisPoints MaxFeeBps,
    ulong ExpiryUnixSeconds);

/// <summary>A budget is closing or closed: no new order is admitted against it.</summary>
public sealed record BudgetEnded(BudgetNo BudgetNo, ulong ExpiryUnixSeconds);

/// <summary>A statement was read from a final block: its amounts are settled.</summary>
public sealed record StatementFinal(
    BudgetNo BudgetNo,
    uint FromJob,
    uint ThroughJob,
    TokenAmount Total,
    TokenAmount Fee,
    TxHash TxHash,
    BlockNumber Block);
