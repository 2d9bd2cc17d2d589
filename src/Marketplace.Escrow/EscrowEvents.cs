using System.Numerics;
using Marketplace.Kernel;

namespace Marketplace.Escrow;

/// <summary>Where a log stands on the chain.</summary>
public sealed record LogPosition(BlockNumber Block, Hash32 BlockHash, uint LogIndex, TxHash TxHash);

/// <summary>One event of the escrow contract or its registry (settlement 3.4). Amounts are micro-tokens.</summary>
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

/// <summary>A statement that the contract did not apply.</summary>
public sealed record StatementSkipped(LogPosition At, BudgetNo BudgetNo, SkipReason Reason) : EscrowEvent(At);

/// <summary>
/// A ticket's payment: <paramref name="Amount"/> is the provider's credit and <paramref name="Fee"/> the operator's. No
/// other event says so.
/// </summary>
public sealed record TicketSettled(
    LogPosition At,
    BudgetNo BudgetNo,
    JobNo JobNo,
    ProviderId ProviderId,
    OperatorId OperatorId,
    AssignmentId AssignmentId,
    TokenAmount Amount,
    TokenAmount Fee) : EscrowEvent(At);

/// <summary>A ticket that the contract did not pay.</summary>
public sealed record TicketSkipped(LogPosition At, BudgetNo BudgetNo, JobNo JobNo, SkipReason Reason)
    : EscrowEvent(At);

/// <summary>All rows of one call to the ticket lane, byte for byte.</summary>
public sealed record TicketsSettled(LogPosition At, Hash32 Acc, byte[] Rows) : EscrowEvent(At);

/// <summary>What statements pay a provider. What tickets pay it is in <see cref="TicketSettled"/> alone.</summary>
public sealed record Credited(LogPosition At, ProviderId ProviderId, TokenAmount Amount) : EscrowEvent(At);

/// <summary>The fees of statements. Those of tickets are in <see cref="TicketSettled"/> alone.</summary>
public sealed record FeeCredited(LogPosition At, OperatorId OperatorId, TokenAmount Amount) : EscrowEvent(At);

/// <summary>One call to settle statements, its payload byte for byte.</summary>
/// <param name="OperatorId">Who co-signed the batch; 0 when each statement was co-signed by itself.</param>
public sealed record BatchSettled(LogPosition At, OperatorId OperatorId, Hash32 Acc, byte[] Payload) : EscrowEvent(At);

public sealed record Claimed(LogPosition At, ProviderId ProviderId, EthAddress To, TokenAmount Amount)
    : EscrowEvent(At);

public sealed record FeeClaimed(LogPosition At, OperatorId OperatorId, EthAddress To, TokenAmount Amount)
    : EscrowEvent(At);

public sealed record ProviderRegistered(
    LogPosition At, ProviderId ProviderId, EthAddress Owner, EthAddress Signer, EthAddress Payout) : EscrowEvent(At);

public sealed record OperatorRegistered(
    LogPosition At, OperatorId OperatorId, EthAddress Owner, EthAddress Cosigner, EthAddress FeeTo) : EscrowEvent(At);

/// <summary>The provider's hot key from here on.</summary>
public sealed record SignerSet(LogPosition At, ProviderId ProviderId, EthAddress Signer) : EscrowEvent(At);

public sealed record PayoutProposed(
    LogPosition At, ProviderId ProviderId, EthAddress Payout, ulong FromUnixSeconds) : EscrowEvent(At);

public sealed record PayoutSet(LogPosition At, ProviderId ProviderId, EthAddress Payout) : EscrowEvent(At);

public sealed record CosignerProposed(
    LogPosition At, OperatorId OperatorId, EthAddress Cosigner, ulong FromUnixSeconds) : EscrowEvent(At);

public sealed record CosignerSet(LogPosition At, OperatorId OperatorId, EthAddress Cosigner) : EscrowEvent(At);

public sealed record CosignerRevoked(LogPosition At, OperatorId OperatorId, EthAddress Cosigner) : EscrowEvent(At);

/// <summary>What the buyer signed with this nonce is worth nothing any more.</summary>
public sealed record NonceCancelled(LogPosition At, EthAddress Buyer, BigInteger Nonce) : EscrowEvent(At);
