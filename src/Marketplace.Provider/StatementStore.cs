using System.Text.Json;
using Dapper;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Storage;

namespace Marketplace.Provider;

/// <summary>
/// The co-signed statements that this provider holds. One that differs in any byte is another one: what is no good
/// never takes the place of what is.
/// </summary>
public sealed class StatementStore(Database database)
{
    /// <summary>Stores a statement, once.</summary>
    public Task KeepAsync(CosignedStatement statement, Hash32 digest, DateTimeOffset now, CancellationToken ct) =>
        database.WriteAsync(
            (connection, transaction) => connection.ExecuteAsync(
                """
                INSERT INTO cosigned_statement
                    (digest, budget_no, from_job, body, session_signature, cosignature, received_at)
                VALUES (@digest, @BudgetNo, @from, @body, @session, @cosignature, @now)
                ON CONFLICT DO NOTHING
                """,
                new
                {
                    digest,
                    statement.Row.Statement.BudgetNo,
                    from = (long)statement.Row.Statement.FromJob,
                    body = JsonSerializer.Serialize(statement.Row.Statement),
                    session = statement.Row.SessionSignature.ToCompact(),
                    cosignature = statement.Cosignature.ToCompact(),
                    now,
                },
                transaction),
            ct);

    /// <summary>All that are held, in the order of their budgets and jobs.</summary>
    public Task<IReadOnlyList<CosignedStatement>> AllAsync(CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<CosignedStatement>>(
            async connection => (await connection.QueryAsync<(string Body, byte[] Session, byte[] Cosignature)>(
                """
                SELECT body AS Body, session_signature AS Session, cosignature AS Cosignature
                FROM cosigned_statement ORDER BY budget_no, from_job, received_at, digest
                """)).Select(row => Read(row.Body, row.Session, row.Cosignature)).ToList(),
            ct);

    public Task<IReadOnlyList<BudgetNo>> BudgetsAsync(CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<BudgetNo>>(
            async connection => (await connection.QueryAsync<long>(
                "SELECT DISTINCT budget_no FROM cosigned_statement ORDER BY budget_no"))
                .Select(number => new BudgetNo(checked((uint)number))).ToList(),
            ct);

    /// <summary>Drops a budget's statements that begin below a job: they can never be applied any more.</summary>
    /// <param name="throughJob">Null for all of the budget's.</param>
    public Task DropAsync(BudgetNo budget, uint? throughJob, CancellationToken ct) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            "DELETE FROM cosigned_statement WHERE budget_no = @budget AND (@through IS NULL OR from_job < @through)",
            new { budget, through = (long?)throughJob },
            transaction),
        ct);

    private static CosignedStatement Read(string body, byte[] session, byte[] cosigner)
    {
        var areRead = EthSignature.TryFromCompact(session, out var signature)
            & EthSignature.TryFromCompact(cosigner, out var cosignature);
        Invariant.Holds(areRead, "Only what has two well-formed signatures is stored.");
        return new CosignedStatement(
            new SignedStatement(JsonSerializer.Deserialize<Statement>(body)!, signature), cosignature);
    }
}
