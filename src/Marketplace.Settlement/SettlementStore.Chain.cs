using System.Globalization;
using Dapper;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Storage;

namespace Marketplace.Settlement;

/// <summary>An open transaction and its attempts, the newest last.</summary>
public sealed record OpenTransaction(
    long Id, long BatchId, ulong Nonce, ulong GasLimit, EscrowBatch Batch, IReadOnlyList<Attempt> Attempts);

/// <summary>One signed form of a transaction.</summary>
public sealed record Attempt(long Id, TxHash Hash, byte[] Raw, GasFees Fees, BlockNumber FirstHead);

/// <summary>The bytes of one settle call.</summary>
public sealed record EscrowBatch(byte[] Payload, EthSignature Cosignature);

/// <summary>The part of the tables that meets the chain: final logs, batches, transactions, attempts.</summary>
public sealed partial class SettlementStore
{
    /// <summary>Applies final events and moves the cursor, in one transaction.</summary>
    public Task ApplyFinalAsync(
        IReadOnlyList<EscrowEvent> events, OperatorId us, ChainBlock through, DateTimeOffset now, CancellationToken ct) =>
        WriteAsync(
            async (connection, transaction) =>
            {
                foreach (var happened in events)
                {
                    await ApplyAsync(new Writing(connection, transaction, now), us, happened);
                }

                await connection.ExecuteAsync(
                    """
                    INSERT INTO final_cursor (id, number, hash) VALUES (1, @Number, @Hash)
                    ON CONFLICT (id) DO UPDATE SET number = excluded.number, hash = excluded.hash
                    """,
                    new { through.Number, through.Hash },
                    transaction);
            },
            ct);

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
                        SELECT id AS Id, hash AS Hash, raw AS Raw, max_fee AS MaxFee, tip AS Tip, first_head AS FirstHead
                        FROM eth_attempt WHERE tx_id = @Id ORDER BY id
                        """,
                        new { row.Id });
                    open.Add(row.ToTransaction(attempts.Select(attempt => attempt.ToAttempt()).ToList()));
                }

                return open;
            },
            ct);

    /// <summary>The highest nonce that any of our transactions from this account ever had.</summary>
    public Task<ulong?> HighestNonceAsync(EthAddress sender, CancellationToken ct) => database.ReadAsync(
        async connection => (ulong?)await connection.ExecuteScalarAsync<long?>(
            "SELECT max(nonce) FROM eth_tx WHERE sender = @sender AND state <> 'dead'", new { sender }),
        ct);

    /// <summary>The outbox row: batch, transaction and the statements' change of state, or none of them.</summary>
    public Task AddBatchAsync(
        EscrowBatch batch, IReadOnlyList<long> statements, ulong chainId, EthAddress sender, ulong nonce, ulong gasLimit,
        CancellationToken ct) => WriteAsync(
        async (connection, transaction) =>
        {
            var id = await connection.QuerySingleAsync<long>(
                "INSERT INTO batch (payload, cosignature) VALUES (@Payload, @cosignature) RETURNING id",
                new { batch.Payload, cosignature = batch.Cosignature.ToCompact() },
                transaction);
            await connection.ExecuteAsync(
                """
                INSERT INTO eth_tx (batch_id, chain_id, sender, nonce, gas_limit, state)
                VALUES (@id, @chainId, @sender, @nonce, @gasLimit, 'open')
                ON CONFLICT (chain_id, sender, nonce) DO UPDATE SET
                    batch_id = excluded.batch_id, gas_limit = excluded.gas_limit, state = 'open'
                WHERE state = 'dead'
                """,
                new { id, chainId = (long)chainId, sender, nonce = (long)nonce, gasLimit = (long)gasLimit },
                transaction);
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

    /// <summary>Ends a transaction; statements of its batch that no final log settled are ready again.</summary>
    public Task EndTransactionAsync(OpenTransaction open, string state, ulong? gasUsed, CancellationToken ct) => WriteAsync(
        async (connection, transaction) =>
        {
            await connection.ExecuteAsync(
                "UPDATE eth_tx SET state = @state WHERE id = @Id", new { open.Id, state }, transaction);
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

    private static Task ApplyAsync(Writing into, OperatorId us, EscrowEvent happened) => happened switch
    {
        BudgetOpened opened when opened.OperatorId == us => OpenAsync(into, opened),
        BudgetClosing closing => EndAsync(into, closing.BudgetNo, closing.ExpiryUnixSeconds),
        BudgetClosed closed => EndAsync(into, closed.BudgetNo, 0),
        StatementSettled settled => SettleAsync(into, settled),
        StatementSkipped skipped => SkipAsync(into, skipped),
        _ => Task.CompletedTask,
    };

    private static async Task OpenAsync(Writing into, BudgetOpened opened)
    {
        await into.Connection.ExecuteAsync(
            "INSERT INTO settlement_budget (budget_no, session) VALUES (@BudgetNo, @Session) ON CONFLICT DO NOTHING",
            new { opened.BudgetNo, opened.Session },
            into.Transaction);
        await into.TellAsync(
            FactKinds.BudgetFinal,
            new BudgetFinal(
                opened.BudgetNo, opened.Buyer, opened.Session, opened.Cap, opened.MaxFeeBps, opened.ExpiryUnixSeconds));
    }

    private static async Task EndAsync(Writing into, BudgetNo budget, ulong expiry)
    {
        if (await into.IsOursAsync(budget))
        {
            await into.TellAsync(FactKinds.BudgetEnded, new BudgetEnded(budget, expiry));
        }
    }

    private static async Task SettleAsync(Writing into, StatementSettled settled)
    {
        if (!await into.IsOursAsync(settled.BudgetNo))
        {
            return;
        }

        await into.Connection.ExecuteAsync(
            """
            UPDATE statement SET state = 'settled', settled_tx = @TxHash, settled_block = @Block
            WHERE budget_no = @BudgetNo AND from_job = @FromJob AND through_job = @ThroughJob AND state <> 'void'
            """,
            new
            {
                settled.BudgetNo,
                FromJob = (long)settled.FromJob,
                ThroughJob = (long)settled.ThroughJob,
                settled.At.TxHash,
                settled.At.Block,
            },
            into.Transaction);
        await into.TellAsync(
            FactKinds.StatementFinal,
            new StatementFinal(
                settled.BudgetNo,
                settled.FromJob,
                settled.ThroughJob,
                settled.Total,
                settled.Fee,
                settled.At.TxHash,
                settled.At.Block));
    }

    private static async Task SkipAsync(Writing into, StatementSkipped skipped)
    {
        // A skip in a final block: the row can never apply as it is. Its legs go into another statement.
        var statements = await into.Connection.QueryAsync<long>(
            """
            SELECT s.id FROM statement s JOIN eth_tx t ON t.batch_id = s.batch_id
            JOIN eth_attempt a ON a.tx_id = t.id
            WHERE s.budget_no = @BudgetNo AND s.state = 'batched' AND a.hash = @TxHash
            """,
            new { skipped.BudgetNo, skipped.At.TxHash },
            into.Transaction);
        foreach (var id in statements.ToList())
        {
            await VoidAsync(into.Connection, into.Transaction, id, $"skipped on chain, reason {skipped.Reason}");
        }
    }

    private sealed record Writing(
        System.Data.IDbConnection Connection, System.Data.IDbTransaction Transaction, DateTimeOffset Now)
    {
        public Task TellAsync(string kind, object fact) => FactLog.AppendAsync(Connection, Transaction, kind, fact, Now);

        public async Task<bool> IsOursAsync(BudgetNo budget) => await Connection.ExecuteScalarAsync<long>(
            "SELECT count(*) FROM settlement_budget WHERE budget_no = @budget", new { budget }, Transaction) > 0;
    }

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
            Invariant.Holds(isRead, "A batch is stored with its co-signature.");
            return new(Id, BatchId, (ulong)Nonce, (ulong)GasLimit, new EscrowBatch(Payload, cosignature), attempts);
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
