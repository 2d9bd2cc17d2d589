using System.Data;
using System.Globalization;
using Dapper;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Settlement;

/// <summary>An open transaction and its attempts, the newest last.</summary>
/// <param name="Batch">What it settles; null when all it does is to use a nonce that nobody else uses.</param>
public sealed record OpenTransaction(
    long Id, long BatchId, ulong Nonce, ulong GasLimit, EscrowBatch? Batch, IReadOnlyList<Attempt> Attempts);

/// <summary>One signed form of a transaction.</summary>
public sealed record Attempt(long Id, TxHash Hash, byte[] Raw, GasFees Fees, BlockNumber FirstHead);

/// <summary>The bytes of one settle call.</summary>
public sealed record EscrowBatch(byte[] Payload, EthSignature Cosignature);

/// <summary>The part of the tables that goes to the chain: batches, transactions, attempts.</summary>
public sealed partial class SettlementStore
{
    public Task<IReadOnlyList<OpenTransaction>> OpenTransactionsAsync(CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<OpenTransaction>>(
            async connection =>
            {
                var open = new List<OpenTransaction>();
                foreach (var row in await connection.QueryAsync<TxRow>(
                    """
                    SELECT t.id AS Id, t.batch_id AS BatchId, t.nonce AS Nonce, t.gas_limit AS GasLimit,
                        b.payload AS Payload, b.cosignature AS Cosignature
                    FROM eth_tx t JOIN batch b ON b.id = t.batch_id WHERE t.state = 'open' ORDER BY t.nonce
                    """))
                {
                    var attempts = await connection.QueryAsync<AttemptRow>(
                        """
                        SELECT id AS Id, hash AS Hash, raw AS Raw, max_fee AS MaxFee, tip AS Tip,
                            first_head AS FirstHead
                        FROM eth_attempt WHERE tx_id = @Id ORDER BY id
                        """,
                        new { row.Id });
                    open.Add(row.ToTransaction(attempts.Select(attempt => attempt.ToAttempt()).ToList()));
                }

                return open;
            },
            ct);

    /// <summary>The nonces from <paramref name="from"/> on that transactions of this account have or had.</summary>
    public Task<IReadOnlyList<ulong>> NoncesAsync(EthAddress sender, ulong from, CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<ulong>>(
            async connection => (await connection.QueryAsync<long>(
                "SELECT nonce FROM eth_tx WHERE sender = @sender AND nonce >= @from ORDER BY nonce",
                new { sender, from = (long)from })).Select(nonce => (ulong)nonce).ToList(),
            ct);

    /// <summary>A transaction that settles nothing and only uses its nonce: its batch is empty.</summary>
    public Task AddFillerAsync(
        ulong chainId, EthAddress sender, ulong nonce, ulong gasLimit, CancellationToken ct) => WriteAsync(
        async (connection, transaction) =>
        {
            var id = await connection.QuerySingleAsync<long>(
                "INSERT INTO batch (payload, cosignature) VALUES (x'', zeroblob(64)) RETURNING id",
                transaction: transaction);
            await AddTransactionAsync(connection, transaction, id, chainId, sender, nonce, gasLimit);
        },
        ct);

    /// <summary>The highest nonce that any of our transactions from this account ever had.</summary>
    public Task<ulong?> HighestNonceAsync(EthAddress sender, CancellationToken ct) => database.ReadAsync(
        async connection => (ulong?)await connection.ExecuteScalarAsync<long?>(
            "SELECT max(nonce) FROM eth_tx WHERE sender = @sender", new { sender }),
        ct);

    /// <summary>The outbox row: batch, transaction and the statements' change of state, or none of them.</summary>
    public Task AddBatchAsync(
        EscrowBatch batch,
        BatchAnchor anchor,
        IReadOnlyList<long> statements,
        ulong chainId,
        EthAddress sender,
        ulong nonce,
        ulong gasLimit,
        CancellationToken ct) => WriteAsync(
        async (connection, transaction) =>
        {
            var id = await connection.QuerySingleAsync<long>(
                """
                INSERT INTO batch (payload, cosignature, book_count, book_root)
                VALUES (@Payload, @cosignature, @BookCount, @BookRoot) RETURNING id
                """,
                new
                {
                    batch.Payload,
                    cosignature = batch.Cosignature.ToCompact(),
                    anchor.BookCount,
                    anchor.BookRoot,
                },
                transaction);
            await AddTransactionAsync(connection, transaction, id, chainId, sender, nonce, gasLimit);
            await connection.ExecuteAsync(
                "UPDATE statement SET state = 'batched', batch_id = @id WHERE id IN @statements AND state = 'ready'",
                new { id, statements },
                transaction);
        },
        ct);

    public Task AddAttemptAsync(
        long txId, SignedTransaction signed, GasFees fees, BlockNumber head, CancellationToken ct) => WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            """
            INSERT INTO eth_attempt (tx_id, hash, raw, max_fee, tip, state, first_head)
            VALUES (@txId, @Hash, @Raw, @maxFee, @tip, 'in_progress', @head)
            """,
            new
            {
                txId,
                signed.Hash,
                signed.Raw,
                maxFee = fees.MaxFeePerGas.ToString(CultureInfo.InvariantCulture),
                tip = fees.MaxPriorityFeePerGas.ToString(CultureInfo.InvariantCulture),
                head,
            },
            transaction),
        ct);

    public Task BroadcastAsync(TxHash hash, CancellationToken ct) => WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            "UPDATE eth_attempt SET state = 'broadcast' WHERE hash = @hash", new { hash }, transaction),
        ct);

    /// <summary>Where a transaction was mined as far as the node knows now; null when the receipt vanished.</summary>
    public Task SeenMinedAsync(long txId, MinedTransaction? mined, CancellationToken ct) => WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            """
            UPDATE eth_tx SET mined_hash = @Hash, mined_block = @Block, gas_used = @gasUsed
            WHERE id = @txId AND state = 'open' AND (mined_hash IS NOT @Hash OR mined_block IS NOT @Block)
            """,
            new { txId, mined?.Hash, mined?.Block, gasUsed = (long?)mined?.GasUsed },
            transaction),
        ct);

    /// <summary>Ends a transaction; statements of its batch that no final log settled are ready again.</summary>
    public Task EndTransactionAsync(
        OpenTransaction open, string state, ulong? gasUsed, CancellationToken ct) => WriteAsync(
        async (connection, transaction) =>
        {
            await connection.ExecuteAsync(
                "UPDATE eth_tx SET state = @state, gas_used = @gasUsed WHERE id = @Id",
                new { open.Id, state, gasUsed = (long?)gasUsed },
                transaction);
            await connection.ExecuteAsync(
                "UPDATE batch SET gas_used = @gasUsed WHERE id = @BatchId",
                new { open.BatchId, gasUsed = (long?)gasUsed },
                transaction);
            await connection.ExecuteAsync(
                "UPDATE statement SET state = 'ready', batch_id = NULL WHERE batch_id = @BatchId AND state = 'batched'",
                new { open.BatchId },
                transaction);
        },
        ct);

    private static Task AddTransactionAsync(
        IDbConnection connection,
        IDbTransaction transaction,
        long batchId,
        ulong chainId,
        EthAddress sender,
        ulong nonce,
        ulong gasLimit) => connection.ExecuteAsync(
        """
        INSERT INTO eth_tx (batch_id, chain_id, sender, nonce, gas_limit, state)
        VALUES (@batchId, @chainId, @sender, @nonce, @gasLimit, 'open')
        """,
        new { batchId, chainId = (long)chainId, sender, nonce = (long)nonce, gasLimit = (long)gasLimit },
        transaction);

    private sealed class TxRow
    {
        public long Id { get; init; }

        public long BatchId { get; init; }

        public long Nonce { get; init; }

        public long GasLimit { get; init; }

        public byte[] Payload { get; init; } = [];

        public byte[] Cosignature { get; init; } = [];

        public OpenTransaction ToTransaction(IReadOnlyList<Attempt> attempts)
        {
            var isRead = EthSignature.TryFromCompact(Cosignature, out var cosignature);
            Invariant.Holds(isRead || Payload.Length == 0, "A batch is stored with its co-signature.");
            var batch = Payload.Length == 0 ? null : new EscrowBatch(Payload, cosignature);
            return new(Id, BatchId, (ulong)Nonce, (ulong)GasLimit, batch, attempts);
        }
    }

    private sealed class AttemptRow
    {
        public long Id { get; init; }

        public byte[] Hash { get; init; } = [];

        public byte[] Raw { get; init; } = [];

        public string MaxFee { get; init; } = "";

        public string Tip { get; init; } = "";

        public long FirstHead { get; init; }

        public Attempt ToAttempt() => new(
            Id,
            new TxHash(new Hash32(Hash)),
            Raw,
            new GasFees(
                UInt128.Parse(MaxFee, CultureInfo.InvariantCulture), UInt128.Parse(Tip, CultureInfo.InvariantCulture)),
            new BlockNumber((ulong)FirstHead));
    }
}
