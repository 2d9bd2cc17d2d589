using Marketplace.Kernel;

namespace Marketplace.Escrow;

/// <summary>Where a log stands on the chain.</summary>
public sealed record LogPosition(BlockNumber Block, Hash32 BlockHash, uint LogIndex, TxHash TxHash);

/// <summary>One event of the escrow contract or the provider bond (settlement 3.4). Amounts are micro-tokens.</summary>
public abstract record EscrowEvent(LogPosition At);

public sealed record Deposited(LogPosition At, EthAddress Buyer, EthAddress From, TokenAmount Amount) : EscrowEvent(At);

public sealed record Withdrawn(LogPosition At, EthAddress Buyer, TokenAmount Amount) : EscrowEvent(At);

public sealed record BudgetOpened(
    LogPosition At,
    BudgetNo BudgetNo,
    EthAddress Buyer,
    EthAddress Session,
    OperatorId OperatorId,
    TokenAmount Cap,
    ulong ExpiryUnixSeconds,
    BasisPoints MaxFeeBps,
    Hash32 TermsHash) : EscrowEvent(At);

public sealed record BudgetClosing(LogPosition At, BudgetNo BudgetNo, ulong ExpiryUnixSeconds) : EscrowEvent(At);

public sealed record BudgetClosed(LogPosition At, BudgetNo BudgetNo, TokenAmount Refund) : EscrowEvent(At);

public sealed record StatementSettled(
    LogPosition At,
    BudgetNo BudgetNo,
    uint FromJob,
    uint ThroughJob,
    TokenAmount Total,
    TokenAmount Fee,
    Hash32 ReceiptsRoot) : EscrowEvent(At);

/// <summary>A row of a batch that the contract did not apply.</summary>
/// <param name="Reason">
/// 1 stale, 2 too late, 3 signature, 4 amounts, 5 lines, 6 another operator's budget (settlement 2.5).
/// </param>
public sealed record StatementSkipped(LogPosition At, BudgetNo BudgetNo, byte Reason) : EscrowEvent(At);

public sealed record Credited(LogPosition At, ProviderId ProviderId, TokenAmount Amount) : EscrowEvent(At);

public sealed record FeeCredited(LogPosition At, OperatorId OperatorId, TokenAmount Amount) : EscrowEvent(At);

public sealed record BatchSettled(LogPosition At, OperatorId OperatorId, Hash32 Acc, byte[] Payload) : EscrowEvent(At);

public sealed record Claimed(LogPosition At, ProviderId ProviderId, EthAddress To, TokenAmount Amount)
    : EscrowEvent(At);

public sealed record FeeClaimed(LogPosition At, OperatorId OperatorId, EthAddress To, TokenAmount Amount)
    : EscrowEvent(At);

public sealed record ProviderRegistered(
    LogPosition At, ProviderId ProviderId, EthAddress Owner, EthAddress Signer, EthAddress Payout) : EscrowEvent(At);

public sealed record OperatorRegistered(
    LogPosition At, OperatorId OperatorId, EthAddress Owner, EthAddress Cosigner, EthAddress FeeTo) : EscrowEvent(At);
