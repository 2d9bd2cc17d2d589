using Dapper;
using Marketplace.Kernel;
using Marketplace.Storage;

namespace Marketplace.Api;

/// <summary>One instrument as the operator lists it.</summary>
public sealed record Market(MarketId Id, string Model, string DeterminismClass, string Unit, int ContextTokens);

/// <summary>What a bid brings along that the book does not need.</summary>
public sealed record StoredBid(int Replicas, int Quorum, bool IsStreamed, byte[] Request);

/// <summary>The markets, and the requests of bids that have not become jobs yet.</summary>
public sealed class EntryStore(Database database)
{
    /// <summary>The market of this model and class, made when it is new.</summary>
    public Task<MarketId> ListAsync(string model, string determinismClass, int contextTokens, CancellationToken ct) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                var terms = new { model, determinismClass, contextTokens };
                await connection.ExecuteAsync(
                    """
                    INSERT INTO market (model, determinism_class, unit, context_tokens)
                    VALUES (@model, @determinismClass, 'token', @contextTokens)
                    ON CONFLICT (model, determinism_class, unit) DO NOTHING
                    """,
                    terms,
                    transaction);
                var id = await connection.QuerySingleAsync<long>(
                    """
                    SELECT id FROM market
                    WHERE model = @model AND determinism_class = @determinismClass AND unit = 'token'
                    """,
                    terms,
                    transaction);
                return new MarketId(checked((uint)id));
            },
            ct);

    public Task<IReadOnlyList<Market>> MarketsAsync(CancellationToken ct) => database.ReadAsync<IReadOnlyList<Market>>(
        async connection => (await connection.QueryAsync<MarketRow>(
            """
            SELECT id AS Id, model AS Model, determinism_class AS DeterminismClass, unit AS Unit,
                   context_tokens AS ContextTokens
            FROM market ORDER BY id
            """)).Select(row => row.ToMarket()).ToList(),
        ct);

    /// <summary>
    /// Keeps a bid's request before the book sees the bid, in place of what an earlier bid of this id left behind that
    /// never came into the book.
    /// </summary>
    public Task KeepAsync(
        BudgetNo budgetNo, string clientOrderId, StoredBid bid, DateTimeOffset now, CancellationToken ct) =>
        database.WriteAsync(
            (connection, transaction) => connection.ExecuteAsync(
                """
                INSERT INTO bid (budget_no, client_order_id, replicas, quorum, is_streamed, request, created_at)
                VALUES (@budgetNo, @clientOrderId, @Replicas, @Quorum, @IsStreamed, @Request, @now)
                ON CONFLICT (budget_no, client_order_id) DO UPDATE SET
                    replicas = excluded.replicas, quorum = excluded.quorum, is_streamed = excluded.is_streamed,
                    request = excluded.request, created_at = excluded.created_at
                """,
                new
                {
                    budgetNo = (long)budgetNo.Value,
                    clientOrderId,
                    bid.Replicas,
                    bid.Quorum,
                    IsStreamed = bid.IsStreamed ? 1 : 0,
                    bid.Request,
                    now = now.ToUnixTimeMilliseconds(),
                },
                transaction),
            ct);

    public Task<StoredBid?> FindAsync(BudgetNo budgetNo, string clientOrderId, CancellationToken ct) =>
        database.ReadAsync(
            async connection => (await connection.QuerySingleOrDefaultAsync<BidRow>(
                """
                SELECT replicas AS Replicas, quorum AS Quorum, is_streamed AS IsStreamed, request AS Request
                FROM bid WHERE budget_no = @budgetNo AND client_order_id = @clientOrderId
                """,
                new { budgetNo = (long)budgetNo.Value, clientOrderId }))?.ToBid(),
            ct);

    /// <summary>Forgets a bid's request: it became a job, which keeps its own copy, or it ended.</summary>
    public Task ForgetAsync(BudgetNo budgetNo, string clientOrderId, CancellationToken ct) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            "DELETE FROM bid WHERE budget_no = @budgetNo AND client_order_id = @clientOrderId",
            new { budgetNo = (long)budgetNo.Value, clientOrderId },
            transaction),
        ct);

    private sealed record MarketRow(long Id, string Model, string DeterminismClass, string Unit, long ContextTokens)
    {
        public Market ToMarket() =>
            new(new MarketId(checked((uint)Id)), Model, DeterminismClass, Unit, checked((int)ContextTokens));
    }

    private sealed record BidRow(long Replicas, long Quorum, long IsStreamed, byte[] Request)
    {
        public StoredBid ToBid() => new(checked((int)Replicas), checked((int)Quorum), IsStreamed == 1, Request);
    }
}
