using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Escrow;

/// <summary>A block's place in the chain.</summary>
public sealed record ChainBlock(BlockNumber Number, Hash32 Hash, Hash32 ParentHash, ulong TimestampUnixSeconds);

/// <summary>A budget as the contract stores it (settlement 3.1); state 0 none, 1 open, 2 closed.</summary>
public sealed record Budget(
    BudgetNo BudgetNo,
    EthAddress Buyer,
    EthAddress Session,
    OperatorId OperatorId,
    TokenAmount Cap,
    TokenAmount Spent,
    ulong ExpiryUnixSeconds,
    BasisPoints MaxFeeBps,
    uint ThroughJob,
    byte State);

/// <summary>A provider as the registry stores it.</summary>
public sealed record ProviderEntry(ProviderId ProviderId, EthAddress Owner, EthAddress Signer, EthAddress Payout);

/// <summary>An operator as the registry stores it.</summary>
/// <param name="Cosigner">Zero once it is revoked and until another one takes effect.</param>
public sealed record OperatorEntry(OperatorId OperatorId, EthAddress Owner, EthAddress Cosigner, EthAddress FeeTo);

/// <summary>What the buyer opens (settlement 2.2); the contract's <c>BudgetLite</c>, field for field.</summary>
public sealed record BudgetOpening(
    EthAddress Buyer,
    EthAddress Session,
    OperatorId OperatorId,
    TokenAmount Cap,
    ulong ExpiryUnixSeconds,
    BasisPoints MaxFeeBps,
    Hash32 TermsHash,
    ulong Nonce);

/// <summary>The fees that a transaction offers, in wei per gas.</summary>
public sealed record GasFees(UInt128 MaxFeePerGas, UInt128 MaxPriorityFeePerGas);

/// <summary>A call that is to become a transaction: where to and what.</summary>
public sealed record EscrowCall(EthAddress To, byte[] Data);

/// <summary>How a mined transaction ended.</summary>
public sealed record MinedTransaction(TxHash Hash, BlockNumber Block, Hash32 BlockHash, bool IsSuccess, ulong GasUsed);

/// <summary>What a settle call would do at the newest block.</summary>
/// <param name="Revert">The contract's error by name, when the whole call would revert.</param>
public sealed record SettleOutlook(ulong Gas, string? Revert);

/// <summary>
/// The escrow contract and its chain, as the market sees them. Adapters only translate: retries, finality, nonces and
/// the outbox belong to Settlement. Faults are <see cref="ChainFaultException"/>.
/// </summary>
public interface IEscrowContract
{
    ulong ChainId { get; }

    EthAddress Escrow { get; }

    /// <summary>Says who provides and who operates; the escrow created it.</summary>
    EthAddress Registry { get; }

    EthAddress Bond { get; }

    EthAddress Token { get; }

    /// <summary>The EIP-712 domain of this escrow on this chain.</summary>
    Eip712Domain Domain { get; }

    Task<ChainBlock> LatestBlockAsync(CancellationToken ct);

    Task<ChainBlock> FinalizedBlockAsync(CancellationToken ct);

    Task<ChainBlock?> BlockAsync(BlockNumber number, CancellationToken ct);

    /// <summary>
    /// The events of the escrow contract and its registry in blocks <paramref name="from"/> to
    /// <paramref name="to"/>, in order.
    /// </summary>
    Task<IReadOnlyList<EscrowEvent>> EventsAsync(BlockNumber from, BlockNumber to, CancellationToken ct);

    /// <summary>Views; <paramref name="at"/> null reads the newest block.</summary>
    Task<Budget?> BudgetAsync(BudgetNo budgetNo, BlockNumber? at, CancellationToken ct);

    Task<ProviderEntry?> ProviderAsync(ProviderId providerId, BlockNumber? at, CancellationToken ct);

    Task<OperatorEntry?> OperatorAsync(OperatorId operatorId, BlockNumber? at, CancellationToken ct);

    /// <summary>Until when opened budgets take this key's co-signature for the operator's.</summary>
    /// <returns>Unix seconds; 0 for a key that never was its co-signer.</returns>
    Task<ulong> CosignsUntilAsync(OperatorId operatorId, EthAddress key, CancellationToken ct);

    Task<TokenAmount> FreeAsync(EthAddress buyer, BlockNumber? at, CancellationToken ct);

    Task<TokenAmount> CreditAsync(ProviderId providerId, BlockNumber? at, CancellationToken ct);

    Task<TokenAmount> FeeCreditAsync(OperatorId operatorId, BlockNumber? at, CancellationToken ct);

    Task<TokenAmount> TotalOwedAsync(BlockNumber? at, CancellationToken ct);

    Task<Hash32> AccAsync(BlockNumber? at, CancellationToken ct);

    /// <summary>The token balance of an account, in micro-tokens.</summary>
    Task<TokenAmount> TokenBalanceAsync(EthAddress account, BlockNumber? at, CancellationToken ct);

    Task<UInt128> GasBalanceWeiAsync(EthAddress account, CancellationToken ct);

    EscrowCall ApproveToken(TokenAmount amount);

    EscrowCall Deposit(TokenAmount amount);

    EscrowCall Withdraw(TokenAmount amount);

    EscrowCall OpenBudget(BudgetOpening opening);

    EscrowCall RequestClose(BudgetNo budgetNo);

    EscrowCall Close(BudgetNo budgetNo);

    EscrowCall RegisterProvider(EthAddress owner, EthAddress signer, EthAddress payout);

    EscrowCall RegisterOperator(EthAddress cosigner, EthAddress feeTo);

    EscrowCall Settle(OperatorId operatorId, byte[] payload, EthSignature cosignature);

    /// <summary>Settles statements that were co-signed one by one, of any operators' budgets.</summary>
    /// <param name="cosignatures">One for each row of the payload, in its order.</param>
    EscrowCall SettleCosigned(byte[] payload, IReadOnlyList<EthSignature> cosignatures);

    /// <summary>Pays single tickets, where the buyer does not sign statements.</summary>
    /// <exception cref="FieldOverflowException">A value does not fit its field.</exception>
    EscrowCall SettleTickets(IReadOnlyList<CosignedTicket> rows);

    EscrowCall Claim(ProviderId providerId);

    EscrowCall ClaimFee(OperatorId operatorId);

    /// <summary>Runs the call without sending it: the gas it would take, or the error it would revert with.</summary>
    Task<SettleOutlook> SimulateAsync(EthAddress from, EscrowCall call, CancellationToken ct);

    /// <summary>The account's next nonce at the newest block (not counting the pool).</summary>
    Task<ulong> NonceAsync(EthAddress account, CancellationToken ct);

    /// <summary>The account's next nonce at the finalised block.</summary>
    Task<ulong> FinalizedNonceAsync(EthAddress account, CancellationToken ct);

    Task<GasFees> SuggestFeesAsync(CancellationToken ct);

    /// <summary>Signs, without sending, an EIP-1559 transaction.</summary>
    SignedTransaction Sign(PrivateKey key, EscrowCall call, ulong nonce, ulong gasLimit, GasFees fees);

    /// <summary>Hands signed bytes to the node.</summary>
    Task<SendOutcome> SendAsync(byte[] raw, CancellationToken ct);

    Task<MinedTransaction?> ReceiptAsync(TxHash hash, CancellationToken ct);
}

/// <summary>What the node said to a transaction. All but transport: the bytes may be kept and sent again.</summary>
public enum SendOutcome : byte
{
    Accepted = 1,
    AlreadyKnown = 2,
    NonceTooLow = 3,
    Underpriced = 4,
    InsufficientFunds = 5,
    Unknown = 6,
}

/// <summary>The chain's endpoint failed: retried by the caller's policy.</summary>
public sealed class ChainFaultException(string message, Exception? inner = null) : Exception(message, inner);
