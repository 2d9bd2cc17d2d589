using Dapper;
using Marketplace.Escrow;
using Marketplace.Kernel;
using Marketplace.Storage;

namespace Marketplace.Settlement;

/// <summary>What final logs do to the tables: the only place where anything becomes settled.</summary>
public sealed partial class SettlementStore
{
    /// <summary>Applies final events and moves the cursor, in one transaction.</summary>
    public Task ApplyFinalAsync(
        IReadOnlyList<EscrowEvent> events,
        OperatorId us,
        ChainBlock through,
        DateTimeOffset now,
        CancellationToken ct) =>
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

        await OvertakeAsync(into, settled);
        if (await FindAsync(into, settled) is { } statement)
        {
            await PaidAsync(into, statement, settled);
        }

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

    /// <summary>Statements below what is settled can never apply; the one that did is found by its root.</summary>
    private static async Task OvertakeAsync(Writing into, StatementSettled settled)
    {
        var living = await into.Connection.QueryAsync<long>(
            """
            SELECT id FROM statement
            WHERE budget_no = @BudgetNo AND from_job < @through AND state IN ('open', 'ready', 'batched')
            """,
            new { settled.BudgetNo, through = (long)settled.ThroughJob },
            into.Transaction);
        foreach (var id in living.ToList())
        {
            await VoidAsync(into.Connection, into.Transaction, id, "overtaken");
        }
    }

    /// <summary>The statement that settled, by its receipts: one that was given up may apply all the same.</summary>
    private static async Task<StoredStatement?> FindAsync(Writing into, StatementSettled settled)
    {
        var rows = await into.Connection.QueryAsync<StatementRow>(
            """
            SELECT id AS Id, budget_no AS BudgetNo, from_job AS FromJob, body AS Body,
                session_signature AS SessionSignature, state AS State, signed_at AS SignedAt
            FROM statement WHERE budget_no = @BudgetNo AND from_job = @from AND through_job = @through ORDER BY id DESC
            """,
            new { settled.BudgetNo, from = (long)settled.FromJob, through = (long)settled.ThroughJob },
            into.Transaction);
        return rows.Select(row => row.ToStatement())
            .FirstOrDefault(row => row.Proposal.Statement.ReceiptsRoot == settled.ReceiptsRoot);
    }

    private static async Task PaidAsync(Writing into, StoredStatement statement, StatementSettled settled)
    {
        await into.Connection.ExecuteAsync(
            """
            UPDATE statement SET state = 'settled', reason = '', settled_tx = @TxHash, settled_block = @Block
            WHERE id = @Id
            """,
            new { statement.Id, settled.At.TxHash, settled.At.Block },
            into.Transaction);
        foreach (var receipt in statement.Proposal.Receipts)
        {
            await into.Connection.ExecuteAsync(
                "UPDATE settlement_job SET statement_id = @Id WHERE assignment_id = @AssignmentId",
                new { statement.Id, receipt.AssignmentId },
                into.Transaction);
        }
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
        public Task TellAsync(string kind, object fact) =>
            FactLog.AppendAsync(Connection, Transaction, kind, fact, Now);

        public async Task<bool> IsOursAsync(BudgetNo budget) => await Connection.ExecuteScalarAsync<long>(
            "SELECT count(*) FROM settlement_budget WHERE budget_no = @budget", new { budget }, Transaction) > 0;
    }
}
