using System.Data;
using System.Text.Json;
using Dapper;

namespace Marketplace.Storage;

/// <summary>A fact as stored; its id rises and is its identity for consumers.</summary>
public sealed record StoredFact(long Id, string Kind, string Body);

/// <summary>
/// Facts that cross slices: written in the transaction of the state they tell of, consumed at least once by id.
/// </summary>
public sealed class FactLog(Database database)
{
    /// <summary>Writes a fact as part of the caller's transaction.</summary>
    public static Task AppendAsync(
        IDbConnection connection, IDbTransaction transaction, string kind, object body, DateTimeOffset now) =>
        connection.ExecuteAsync(
            "INSERT INTO fact (kind, body, created_at) VALUES (@kind, @body, @now)",
            new { kind, body = JsonSerializer.Serialize(body), now },
            transaction);

    /// <summary>
    /// The next facts of these kinds that <paramref name="consumer"/> has not consumed, oldest first.
    /// </summary>
    public Task<IReadOnlyList<StoredFact>> ReadAsync(
        string consumer, IReadOnlyList<string> kinds, int max, CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<StoredFact>>(
            async connection => (await connection.QueryAsync<StoredFact>(
                """
                SELECT id AS Id, kind AS Kind, body AS Body FROM fact
                WHERE kind IN @kinds
                  AND id > coalesce((SELECT fact_id FROM fact_cursor WHERE consumer = @consumer), 0)
                ORDER BY id LIMIT @max
                """,
                new { kinds, consumer, max })).ToList(),
            ct);

    /// <summary>Moves a consumer's cursor as part of the transaction that stored what it did with the fact.</summary>
    public static Task AdvanceAsync(
        IDbConnection connection, IDbTransaction transaction, string consumer, long factId) =>
        connection.ExecuteAsync(
            """
            INSERT INTO fact_cursor (consumer, fact_id) VALUES (@consumer, @factId)
            ON CONFLICT (consumer) DO UPDATE SET fact_id = max(fact_id, excluded.fact_id)
            """,
            new { consumer, factId },
            transaction);
}
