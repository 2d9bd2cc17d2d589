using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Settlement;

/// <summary>What the operator asks a gateway to sign; the receipts are in the order of the lines.</summary>
public sealed record StatementProposal(Statement Statement, IReadOnlyList<Receipt> Receipts);

/// <summary>Why a statement was not signed.</summary>
public enum StatementSigningRejection
{
    /// <summary>No gateway, or no answer in time: ask again later.</summary>
    GatewayOffline = 1,

    /// <summary>The gateway holds tickets that the statement leaves out; it sends them again.</summary>
    MissingTickets,

    /// <summary>The gateway disagrees with a line.</summary>
    Refused,
}

/// <summary>The buyer's gateway, which alone holds the session key.</summary>
public interface IStatementSigner
{
    Task<Result<EthSignature, StatementSigningRejection>> SignAsync(StatementProposal proposal, CancellationToken ct);
}

/// <summary>The providers' connections, as settlement uses them.</summary>
public interface IPayees
{
    /// <summary>
    /// Hands a payee what it can settle alone. One that is away gets it when it connects: nothing is owed here.
    /// </summary>
    void Tell(ProviderId payee, CosignedStatement statement);
}

/// <summary>How settlement behaves.</summary>
public sealed record SettlementOptions
{
    public required OperatorId OperatorId { get; init; }

    /// <summary>The first block that may hold a log of the escrow.</summary>
    public required BlockNumber StartBlock { get; init; }

    /// <summary>How long settleable jobs may wait for company.</summary>
    public TimeSpan CollectTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>So many settleable jobs do not wait.</summary>
    public int CollectJobs { get; init; } = 50;

    /// <summary>So much settleable pay does not wait.</summary>
    public TokenAmount CollectAmount { get; init; } = new(1_000_000);

    public int MaxJobsPerStatement { get; init; } = 1_000;

    /// <summary>How long a signed statement may wait for company in its batch.</summary>
    public TimeSpan BatchTime { get; init; } = TimeSpan.Zero;

    /// <summary>A batch above this is cut (EIP-7825 caps a transaction at 16,777,216).</summary>
    public ulong BatchGasLimit { get; init; } = 12_000_000;

    public int MaxOpenTransactions { get; init; } = 2;

    /// <summary>Blocks without a receipt before the fees are raised.</summary>
    public ulong BumpAfterBlocks { get; init; } = 3;

    /// <summary>Fees are never raised above this, in wei per gas.</summary>
    public UInt128 FeeCapWei { get; init; } = 500_000_000_000;

    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Who takes the lease: the same name after a restart takes it back at once.</summary>
    public string Holder { get; init; } = Environment.MachineName;

    /// <summary>How long a gateway that did not sign is left alone.</summary>
    public TimeSpan AskAgainAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many gateways are asked at once: one that never answers must not hold up the others.</summary>
    public int AskAtOnce { get; init; } = 8;

    public int MaxStatementsPerBatch { get; init; } = 200;
}

/// <summary>What the operator can fix for good with its next batch.</summary>
public interface IAnchorSource
{
    /// <summary>What it names is on disk.</summary>
    BatchAnchor Current { get; }
}

/// <summary>The keys and ports that a tick works with.</summary>
public sealed record SettlementParties(
    IEscrowContract Contract,
    IStatementSigner Signer,
    ICosigner Cosigner,
    IPayees Payees,
    IAnchorSource Anchors,
    PrivateKey GasKey);
