using System.Text.Json;
using Dapper;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Storage;

namespace Marketplace.Settlement;

/// <summary>How far a leg's pay has come.</summary>
public enum PayState : byte
{
    /// <summary>Ticketed; the verdict's hold has not ended.</summary>
    Held = 1,

    /// <summary>No statement names it yet.</summary>
    Settleable = 2,

    /// <summary>A statement names it; the gateway has not signed.</summary>
    Open = 3,

    /// <summary>The gateway signed the statement.</summary>
    Signed = 4,

    /// <summary>The statement is in a batch.</summary>
    Batched = 5,

    /// <summary>The batch's transaction was handed to a node.</summary>
    Sent = 6,

    /// <summary>The transaction is in a block that may still be reorganised.</summary>
    Mined = 7,

    /// <summary>Read from a final block. Nothing before this is payment.</summary>
    Settled = 8,
}

/// <summary>One leg's way to its pay.</summary>
/// <param name="TxHash">Of the final transaction, else of the one that was mined, else of the newest attempt.</param>
/// <param name="GasUsed">Of the whole transaction.</param>
public sealed record JobPay(
    AssignmentId AssignmentId,
    BudgetNo BudgetNo,
    JobNo JobNo,
    ProviderId ProviderId,
    TokenAmount Amount,
    TokenAmount Fee,
    PayState State,
    long? StatementId,
    TxHash? TxHash,
    long? GasUsed,
    BlockNumber? SettledBlock);

/// <summary>What a provider earned, in micro-tokens without fees.</summary>
public sealed record ProviderPay(
    ProviderId ProviderId, long Legs, long SettledLegs, TokenAmount Ticketed, TokenAmount Settled);

/// <summary>One settle call: what it pays and what it cost.</summary>
/// <param name="State">The transaction's: open, final, reverted or dead.</param>
public sealed record BatchCost(
    long BatchId, string State, long Nonce, long Statements, long Legs, long Attempts, TxHash? TxHash, long GasLimit,
    long? GasUsed);

/// <summary>What a batch on chain anchors.</summary>
public sealed record SettledAnchor(TxHash TxHash, BatchAnchor Anchor);

/// <summary>The read side of settlement, for pages and commands. It changes nothing.</summary>
public sealed class SettlementQueries(Database database, TimeProvider time)
{
    private const string Pay =
        """
        SELECT j.assignment_id AS AssignmentId, j.budget_no AS BudgetNo, j.job_no AS JobNo, j.provider_id AS ProviderId,
            j.amount AS Amount, j.fee AS Fee, s.id AS StatementId, s.settled_block AS SettledBlock,
            coalesce(s.settled_tx, t.mined_hash,
                (SELECT a.hash FROM eth_attempt a WHERE a.tx_id = t.id ORDER BY a.id DESC LIMIT 1)) AS TxHash,
            t.gas_used AS GasUsed,
            CASE
                WHEN s.state = 'settled' THEN 8
                WHEN s.state = 'batched' AND t.mined_hash IS NOT NULL THEN 7
                WHEN s.state = 'batched' AND EXISTS (
                    SELECT 1 FROM eth_attempt a WHERE a.tx_id = t.id AND a.state = 'broadcast') THEN 6
                WHEN s.state = 'batched' THEN 5
                WHEN s.state = 'ready' THEN 4
                WHEN s.state = 'open' THEN 3
                WHEN j.settleable_at <= @now THEN 2
                ELSE 1
            END AS State
        FROM settlement_job j
        LEFT JOIN statement s ON s.id = j.statement_id
        LEFT JOIN eth_tx t ON t.batch_id = s.batch_id
        """;

    public Task<JobPay?> OfAssignmentAsync(AssignmentId assignment, CancellationToken ct) => database.ReadAsync(
        async connection => (await connection.QuerySingleOrDefaultAsync<PayRow>(
            $"{Pay} WHERE j.assignment_id = @assignment", new { now = time.GetUtcNow(), assignment }))?.ToPay(),
        ct);

    /// <summary>A budget's legs in the order of their tickets.</summary>
    public Task<IReadOnlyList<JobPay>> OfBudgetAsync(BudgetNo budget, CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<JobPay>>(
            async connection => (await connection.QueryAsync<PayRow>(
                $"{Pay} WHERE j.budget_no = @budget ORDER BY j.job_no", new { now = time.GetUtcNow(), budget }))
                .Select(row => row.ToPay()).ToList(),
            ct);

    public Task<IReadOnlyList<ProviderPay>> ByProviderAsync(CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<ProviderPay>>(
            async connection => (await connection.QueryAsync<(long Id, long Legs, long Done, long All, long Paid)>(
                """
                SELECT j.provider_id AS Id, count(*) AS Legs, sum(coalesce(s.state = 'settled', 0)) AS Done,
                    sum(j.amount) AS "All", sum(CASE WHEN s.state = 'settled' THEN j.amount ELSE 0 END) AS Paid
                FROM settlement_job j LEFT JOIN statement s ON s.id = j.statement_id
                GROUP BY j.provider_id ORDER BY j.provider_id
                """)).Select(row => new ProviderPay(
                    new ProviderId(checked((uint)row.Id)),
                    row.Legs,
                    row.Done,
                    new TokenAmount(row.All),
                    new TokenAmount(row.Paid))).ToList(),
            ct);

    /// <summary>The anchors of all batches in a block, the oldest first, with what they stand for.</summary>
    public Task<IReadOnlyList<SettledAnchor>> AnchorsAsync(CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<SettledAnchor>>(
            async connection => (await connection.QueryAsync<(TxHash Tx, long Count, Hash32 Root)>(
                """
                SELECT t.mined_hash AS Tx, b.book_count AS Count, b.book_root AS Root
                FROM batch b JOIN eth_tx t ON t.batch_id = b.id
                WHERE t.mined_hash IS NOT NULL ORDER BY b.id
                """)).Select(row => new SettledAnchor(row.Tx, BatchAnchor.OfBook(row.Count, row.Root))).ToList(),
            ct);

    /// <summary>The newest batches, newest first.</summary>
    public Task<IReadOnlyList<BatchCost>> BatchesAsync(int max, CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<BatchCost>>(
            async connection => (await connection.QueryAsync<BatchRow>(
                """
                SELECT t.batch_id AS BatchId, t.state AS State, t.nonce AS Nonce, t.gas_limit AS GasLimit,
                    t.gas_used AS GasUsed,
                    (SELECT count(*) FROM statement s WHERE s.batch_id = t.batch_id) AS Statements,
                    (SELECT count(*) FROM statement s JOIN settlement_job j ON j.statement_id = s.id
                        WHERE s.batch_id = t.batch_id) AS Legs,
                    (SELECT count(*) FROM eth_attempt a WHERE a.tx_id = t.id) AS Attempts,
                    coalesce(t.mined_hash,
                        (SELECT a.hash FROM eth_attempt a WHERE a.tx_id = t.id ORDER BY a.id DESC LIMIT 1)) AS TxHash
                FROM eth_tx t ORDER BY t.id DESC LIMIT @max
                """,
                new { max })).Select(row => row.ToCost()).ToList(),
            ct);

    /// <summary>What a provider may settle alone: statements that pay it, not settled in a final block.</summary>
    public Task<IReadOnlyList<CosignedStatement>> UnsettledOfAsync(ProviderId payee, CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<CosignedStatement>>(
            async connection => (await connection.QueryAsync<(string Body, byte[] Session, byte[] Cosigner)>(
                """
                SELECT body AS Body, session_signature AS Session, cosignature AS Cosigner FROM statement s
                WHERE state IN ('ready', 'batched') AND cosignature IS NOT NULL AND EXISTS (
                    SELECT 1 FROM settlement_job j WHERE j.statement_id = s.id AND j.provider_id = @payee)
                ORDER BY id
                """,
                new { payee })).Select(row => Read(row.Body, row.Session, row.Cosigner)).ToList(),
            ct);

    private static CosignedStatement Read(string body, byte[] session, byte[] cosigner)
    {
        var areRead = EthSignature.TryFromCompact(session, out var signature)
            & EthSignature.TryFromCompact(cosigner, out var cosignature);
        Invariant.Holds(areRead, "A ready statement is stored with both signatures.");
        var statement = JsonSerializer.Deserialize<StatementProposal>(body)!.Statement;
        return new CosignedStatement(new SignedStatement(statement, signature), cosignature);
    }

    private sealed class PayRow
    {
        public AssignmentId AssignmentId { get; init; }

        public BudgetNo BudgetNo { get; init; }

        public JobNo JobNo { get; init; }

        public ProviderId ProviderId { get; init; }

        public TokenAmount Amount { get; init; }

        public TokenAmount Fee { get; init; }

        public long State { get; init; }

        public long? StatementId { get; init; }

        public byte[]? TxHash { get; init; }

        public long? GasUsed { get; init; }

        public long? SettledBlock { get; init; }

        public JobPay ToPay() => new(
            AssignmentId,
            BudgetNo,
            JobNo,
            ProviderId,
            Amount,
            Fee,
            (PayState)State,
            StatementId,
            TxHash is null ? null : new TxHash(new Hash32(TxHash)),
            GasUsed,
            SettledBlock is { } block ? new BlockNumber(checked((ulong)block)) : null);
    }

    private sealed class BatchRow
    {
        public long BatchId { get; init; }

        public string State { get; init; } = "";

        public long Nonce { get; init; }

        public long Statements { get; init; }

        public long Legs { get; init; }

        public long Attempts { get; init; }

        public byte[]? TxHash { get; init; }

        public long GasLimit { get; init; }

        public long? GasUsed { get; init; }

        public BatchCost ToCost() => new(
            BatchId,
            State,
            Nonce,
            Statements,
            Legs,
            Attempts,
            TxHash is null ? null : new TxHash(new Hash32(TxHash)),
            GasLimit,
            GasUsed);
    }
}
