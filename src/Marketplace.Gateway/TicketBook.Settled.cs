using System.Data;
using Dapper;
using Marketplace.Escrow;
using Marketplace.Kernel;

namespace Marketplace.Gateway;

/// <summary>What final blocks say of the budget: which tickets are paid, and where the budget stands.</summary>
public sealed partial class TicketBook
{
    /// <summary>The last block whose settled statements are known here.</summary>
    public Task<BlockNumber?> SettledThroughAsync(CancellationToken ct) => database.ReadAsync(
        async connection => await connection.QuerySingleOrDefaultAsync<long?>("SELECT block FROM settled_cursor")
            is { } block ? new BlockNumber((ulong)block) : (BlockNumber?)null,
        ct);

    /// <summary>
    /// Statements of the budget that are final, and tickets that the contract paid by themselves: what they pay is
    /// settled, their rivals are dead.
    /// </summary>
    public Task SettledAsync(
        IReadOnlyList<StatementSettled> settled, IReadOnlyList<TicketSettled> paid, BlockNumber through,
        CancellationToken ct) => database.WriteAsync(
            async (connection, transaction) =>
            {
                foreach (var row in settled)
                {
                    await SettleAsync(connection, transaction, row);
                    await SpentAsync(connection, transaction, row.ThroughJob, row.Total + row.Fee);
                }

                await SpentAsync(
                    connection, transaction, 0, TokenAmount.Sum(paid.Select(row => row.Amount + row.Fee)));

                // By assignment: no statement pays what a ticket has paid, whatever number it was paid under.
                await connection.ExecuteAsync(
                    """
                    UPDATE ticket SET settled_tx = @TxHash, statement_from = NULL
                    WHERE budget_no = @BudgetNo AND assignment_id = @AssignmentId
                    """,
                    paid.Select(row => new { row.At.TxHash, row.BudgetNo, row.AssignmentId }),
                    transaction);
                await connection.ExecuteAsync(
                    """
                    INSERT INTO settled_cursor (id, block) VALUES (1, @through)
                    ON CONFLICT (id) DO UPDATE SET block = excluded.block
                    """,
                    new { through = (long)through.Value },
                    transaction);
            },
            ct);

    private static Task<int> SettleAsync(
        IDbConnection connection, IDbTransaction transaction, StatementSettled settled) => connection.ExecuteAsync(
        """
        UPDATE ticket SET settled_tx = @TxHash
        WHERE budget_no = @BudgetNo AND statement_from = @FromJob AND job_no < @ThroughJob AND state <> 'void';

        UPDATE ticket SET statement_from = NULL
        WHERE budget_no = @BudgetNo AND statement_from < @ThroughJob AND job_no >= @ThroughJob AND settled_tx IS NULL
        """,
        new
        {
            settled.At.TxHash,
            settled.BudgetNo,
            FromJob = (long)settled.FromJob,
            ThroughJob = (long)settled.ThroughJob,
        },
        transaction);

    /// <summary>Adds what a final block paid; a ticket leaves the budget's next job as it is.</summary>
    private Task SpentAsync(
        IDbConnection connection, IDbTransaction transaction, uint throughJob, TokenAmount spent) =>
        connection.ExecuteAsync(
            """
            INSERT INTO settled_budget (budget_no, through_job, spent) VALUES (@budget, @throughJob, @spent)
            ON CONFLICT (budget_no) DO UPDATE
            SET through_job = max(through_job, excluded.through_job), spent = spent + excluded.spent
            """,
            new { budget, throughJob = (long)throughJob, spent },
            transaction);

    /// <summary>Where final blocks have the budget, and where it stands once a signed statement applies.</summary>
    private async Task<IReadOnlyList<BudgetPoint>> PointsAsync(IDbConnection connection, IDbTransaction transaction)
    {
        var rows = await connection.QueryAsync<(long Job, long Spent)>(
            """
            SELECT coalesce(max(through_job), 0), coalesce(max(spent), 0) FROM settled_budget WHERE budget_no = @budget
            UNION ALL
            SELECT through_job, through_spent FROM statement
            WHERE budget_no = @budget AND through_spent IS NOT NULL
            """,
            new { budget },
            transaction);
        return rows.Select(row => new BudgetPoint(checked((uint)row.Job), new TokenAmount(row.Spent))).ToList();
    }
}
