using Dapper;
using Marketplace.Kernel;
using Marketplace.Storage;

namespace Marketplace.Api;

/// <summary>
/// The requests that sessions deposit for their bids. What is deposited or named by a bid stays for some time; a
/// request that a resting bid or a running job names stays as long as that does.
/// </summary>
public sealed class RequestStore(Database database)
{
    /// <summary>The most that one budget may have here at once: 1,024 requests, 16 MiB together.</summary>
    public const int MostRequests = 1_024;

    public const long MostBytes = 16 * 1024 * 1024;

    /// <summary>Keeps a request; the same again is kept anew.</summary>
    /// <param name="request">The canonical bytes, whose Keccak-256 is <paramref name="inputHash"/>.</param>
    /// <returns>False when the budget has no room for it: nothing was kept.</returns>
    public Task<bool> DepositAsync(
        BudgetNo budget, Hash32 inputHash, string model, byte[] request, DateTimeOffset now, CancellationToken ct) =>
        database.WriteAsync(
            async (connection, transaction) => await connection.ExecuteAsync(
                """
                INSERT INTO deposited_request (budget_no, input_hash, model, request, used_at)
                SELECT @budget, @inputHash, @model, @request, @now
                WHERE EXISTS (SELECT 1 FROM deposited_request WHERE budget_no = @budget AND input_hash = @inputHash)
                    OR (SELECT count(*) < @MostRequests AND coalesce(sum(length(request)), 0) + @size <= @MostBytes
                        FROM deposited_request WHERE budget_no = @budget)
                ON CONFLICT (budget_no, input_hash) DO UPDATE SET used_at = excluded.used_at
                """,
                new { budget, inputHash, model, request, now, size = request.Length, MostRequests, MostBytes },
                transaction) == 1,
            ct);

    /// <summary>The models of those of these requests that are here; each is kept anew, for a bid names it.</summary>
    public Task<IReadOnlyDictionary<Hash32, string>> UseAsync(
        BudgetNo budget, IReadOnlyCollection<Hash32> inputHashes, DateTimeOffset now, CancellationToken ct) =>
        database.WriteAsync<IReadOnlyDictionary<Hash32, string>>(
            async (connection, transaction) => (await connection.QueryAsync<(byte[] Hash, string Model)>(
                """
                UPDATE deposited_request SET used_at = @now WHERE budget_no = @budget AND input_hash IN @hashes
                RETURNING input_hash, model
                """,
                new { budget, now, hashes = inputHashes.Select(hash => hash.ToBytes()) },
                transaction)).ToDictionary(row => new Hash32(row.Hash), row => row.Model),
            ct);

    /// <summary>The request's bytes, or null when it is not here.</summary>
    public Task<byte[]?> FindAsync(BudgetNo budget, Hash32 inputHash, CancellationToken ct) => database.ReadAsync(
        connection => connection.QuerySingleOrDefaultAsync<byte[]?>(
            "SELECT request FROM deposited_request WHERE budget_no = @budget AND input_hash = @inputHash",
            new { budget, inputHash }),
        ct);

    /// <summary>What was neither deposited nor named by a bid since <paramref name="before"/>.</summary>
    public Task<IReadOnlyList<(BudgetNo Budget, Hash32 InputHash)>> UnusedAsync(
        DateTimeOffset before, CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<(BudgetNo Budget, Hash32 InputHash)>>(
            async connection => (await connection.QueryAsync<(long Budget, byte[] Hash)>(
                "SELECT budget_no, input_hash FROM deposited_request WHERE used_at < @before", new { before }))
                .Select(row => (new BudgetNo(checked((uint)row.Budget)), new Hash32(row.Hash))).ToList(),
            ct);

    /// <summary>Forgets one of them unless it has been used since.</summary>
    public Task ForgetAsync(BudgetNo budget, Hash32 inputHash, DateTimeOffset before, CancellationToken ct) =>
        database.WriteAsync(
            (connection, transaction) => connection.ExecuteAsync(
                """
                DELETE FROM deposited_request
                WHERE budget_no = @budget AND input_hash = @inputHash AND used_at < @before
                """,
                new { budget, inputHash, before },
                transaction),
            ct);
}
