using System.Data;
using System.Text.Json;
using Dapper;
using Marketplace.Escrow;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Marketplace.Storage;

namespace Marketplace.Gateway;

/// <summary>An API key by its hash, and what it may spend.</summary>
public sealed record ApiKey(Hash32 Hash, TokenAmount TotalLimit, TokenAmount DayLimit);

/// <summary>A purchase as stored.</summary>
public sealed record StoredPurchase(
    string ClientOrderId, string State, BidFrame Bid, TokenAmount Cost, JobId? JobId, byte[]? Canonical, int Runs,
    string EndCode, string EndMessage, TxHash? SettledTx, bool IsInStatement, bool IsPrepared);

/// <summary>Why a key may not buy, in order of precedence.</summary>
public enum SpendRefusal
{
    KeyLimit = 1,
    DayLimit,
}

/// <summary>
/// Keys, purchases, and what they reserve. What a purchase may cost counts as spent until it has ended.
/// </summary>
public sealed partial class PurchaseStore(Database database)
{
    private const string Columns =
        """
        p.client_order_id AS ClientOrderId, p.state AS State, p.bid AS Bid, p.cost AS Cost, p.job_id AS JobId,
        p.canonical AS Canonical, p.runs AS Runs, p.end_code AS EndCode, p.end_message AS EndMessage,
        p.is_prepared AS IsPrepared,
        (SELECT max(t.settled_tx) FROM ticket t WHERE t.client_order_id = p.client_order_id
            HAVING count(*) = count(t.settled_tx)) AS SettledTx,
        (SELECT count(*) > 0 AND count(*) = count(t.statement_from) FROM ticket t
            WHERE t.client_order_id = p.client_order_id) AS InStatement
        """;

    public Task AddKeyAsync(ApiKey key, CancellationToken ct) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            """
            INSERT INTO api_key (key_hash, total_limit, day_limit) VALUES (@Hash, @TotalLimit, @DayLimit)
            ON CONFLICT (key_hash) DO UPDATE SET total_limit = excluded.total_limit, day_limit = excluded.day_limit
            """,
            new { key.Hash, key.TotalLimit, key.DayLimit },
            transaction),
        ct);

    public Task<ApiKey?> FindKeyAsync(Hash32 hash, CancellationToken ct) => database.ReadAsync(
        async connection => await connection.QuerySingleOrDefaultAsync<(long Total, long Day)?>(
            "SELECT total_limit, day_limit FROM api_key WHERE key_hash = @hash", new { hash })
            is { } row ? new ApiKey(hash, new TokenAmount(row.Total), new TokenAmount(row.Day)) : null,
        ct);

    /// <summary>What a key has spent or reserved, in all and since <paramref name="dayStart"/>.</summary>
    public Task<(TokenAmount Total, TokenAmount Day)> SpentAsync(
        Hash32 key, DateTimeOffset dayStart, CancellationToken ct) =>
        database.ReadAsync(connection => SpentAsync(connection, null, key, dayStart), ct);

    /// <summary>
    /// Reserves and stores a purchase, or says which limit it would break. Decided and stored in one step.
    /// </summary>
    public Task<SpendRefusal?> ReserveAsync(
        ApiKey key, Hash32 dedupeKey, BidFrame bid, TokenAmount most, DateTimeOffset now, CancellationToken ct) =>
        database.WriteAsync<SpendRefusal?>(
            async (connection, transaction) =>
            {
                if (await BrokenLimitAsync(connection, transaction, key, most, now) is { } broken)
                {
                    return broken;
                }

                await InsertAsync(connection, transaction, new NewPurchase(key.Hash, dedupeKey, bid, most, now));
                return null;
            },
            ct);

    /// <summary>
    /// The purchase that the same request belongs to: in flight, or ended a moment ago and never collected.
    /// </summary>
    public Task<string?> AttachableAsync(Hash32 dedupeKey, DateTimeOffset since, CancellationToken ct) =>
        database.ReadAsync(
            connection => connection.QueryFirstOrDefaultAsync<string?>(
                """
                SELECT client_order_id FROM purchase
                WHERE dedupe_key = @dedupeKey
                  AND (state = 'open' OR (state = 'delivered' AND is_collected = 0 AND ended_at >= @since))
                ORDER BY created_at DESC
                """,
                new { dedupeKey, since }),
            ct);

    public Task<StoredPurchase?> FindAsync(string clientOrderId, CancellationToken ct) =>
        FindAsync("p.client_order_id = @clientOrderId", new { clientOrderId }, ct);

    public Task<StoredPurchase?> FindAsync(JobId job, CancellationToken ct) =>
        FindAsync("p.job_id = @job", new { job }, ct);

    /// <summary>The tickets of a purchase.</summary>
    public Task<IReadOnlyList<JobTicket>> LegsAsync(string clientOrderId, CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<JobTicket>>(
            async connection => (await connection.QueryAsync<string>(
                "SELECT ticket FROM ticket WHERE client_order_id = @clientOrderId ORDER BY job_no",
                new { clientOrderId }))
                .Select(body => JsonSerializer.Deserialize<JobTicket>(body)!).ToList(),
            ct);

    /// <summary>The bids that the gateway places itself and whose end is not known; none that was prepared.</summary>
    public Task<IReadOnlyList<BidFrame>> OpenBidsAsync(CancellationToken ct) => OpenAsync(isPrepared: false, ct);

    public Task CollectedAsync(string clientOrderId, CancellationToken ct) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            "UPDATE purchase SET is_collected = 1 WHERE client_order_id = @clientOrderId",
            new { clientOrderId },
            transaction),
        ct);

    /// <summary>Ends a purchase without a delivery: its reservation is free again.</summary>
    public Task EndedAsync(
        string clientOrderId, string code, string message, DateTimeOffset now, CancellationToken ct) =>
        database.WriteAsync(
            (connection, transaction) => connection.ExecuteAsync(
                """
                UPDATE purchase SET state = 'ended', end_code = @code, end_message = @message, ended_at = @now
                WHERE client_order_id = @clientOrderId AND state = 'open'
                """,
                new { clientOrderId, code, message, now },
                transaction),
            ct);

    /// <summary>Part of the transaction that signs the tickets.</summary>
    internal static Task DeliveredAsync(
        IDbConnection connection,
        IDbTransaction transaction,
        Delivery delivery,
        TokenAmount cost,
        DateTimeOffset now) =>
        connection.ExecuteAsync(
            """
            UPDATE purchase SET state = 'delivered', cost = @cost, job_id = @JobId, canonical = @Canonical,
                runs = @RunsInAll, ended_at = @now
            WHERE client_order_id = @ClientOrderId
            """,
            new { delivery.ClientOrderId, delivery.JobId, delivery.Canonical, delivery.RunsInAll, cost, now },
            transaction);

    private Task<IReadOnlyList<BidFrame>> OpenAsync(bool isPrepared, CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<BidFrame>>(
            async connection => (await connection.QueryAsync<string>(
                "SELECT bid FROM purchase WHERE state = 'open' AND is_prepared = @isPrepared", new { isPrepared }))
                .Select(body => JsonSerializer.Deserialize<BidFrame>(body)!).ToList(),
            ct);

    private static async Task<SpendRefusal?> BrokenLimitAsync(
        IDbConnection connection, IDbTransaction transaction, ApiKey key, TokenAmount most, DateTimeOffset now)
    {
        var dayStart = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var (total, day) = await SpentAsync(connection, transaction, key.Hash, dayStart);
        return total + most > key.TotalLimit ? SpendRefusal.KeyLimit
            : day + most > key.DayLimit ? SpendRefusal.DayLimit : null;
    }

    private static Task InsertAsync(IDbConnection connection, IDbTransaction transaction, NewPurchase purchase) =>
        connection.ExecuteAsync(
            """
            INSERT INTO purchase (
                client_order_id, key_hash, dedupe_key, state, bid, quorum, reserved, created_at, is_prepared)
            VALUES (@ClientOrderId, @Key, @DedupeKey, 'open', @body, @Quorum, @Most, @Now, @IsPrepared)
            """,
            new
            {
                purchase.Bid.ClientOrderId,
                purchase.Key,
                purchase.DedupeKey,
                body = JsonSerializer.Serialize(purchase.Bid),
                purchase.Bid.Quorum,
                purchase.Most,
                purchase.Now,
                purchase.IsPrepared,
            },
            transaction);

    private static async Task<(TokenAmount Total, TokenAmount Day)> SpentAsync(
        IDbConnection connection, IDbTransaction? transaction, Hash32 key, DateTimeOffset dayStart)
    {
        var (total, day) = await connection.QuerySingleAsync<(long, long)>(
            """
            SELECT coalesce(sum(CASE WHEN state = 'open' THEN reserved ELSE cost END), 0),
                coalesce(sum(
                    CASE WHEN created_at < @dayStart THEN 0 WHEN state = 'open' THEN reserved ELSE cost END), 0)
            FROM purchase WHERE key_hash = @key
            """,
            new { key, dayStart },
            transaction);
        return (new TokenAmount(total), new TokenAmount(day));
    }

    private Task<StoredPurchase?> FindAsync(
        string where, object parameters, CancellationToken ct) => database.ReadAsync(
        async connection => (await connection.QueryFirstOrDefaultAsync<PurchaseRow>(
            $"SELECT {Columns} FROM purchase p WHERE {where}", parameters))?.ToPurchase(),
        ct);

    private sealed record NewPurchase(
        Hash32 Key, Hash32 DedupeKey, BidFrame Bid, TokenAmount Most, DateTimeOffset Now, bool IsPrepared = false);

    private sealed class PurchaseRow
    {
        public string ClientOrderId { get; init; } = "";

        public string State { get; init; } = "";

        public string Bid { get; init; } = "";

        public long Cost { get; init; }

        public long? JobId { get; init; }

        public byte[]? Canonical { get; init; }

        public long Runs { get; init; }

        public string EndCode { get; init; } = "";

        public string EndMessage { get; init; } = "";

        public byte[]? SettledTx { get; init; }

        public long InStatement { get; init; }

        public long IsPrepared { get; init; }

        public StoredPurchase ToPurchase() => new(
            ClientOrderId,
            State,
            JsonSerializer.Deserialize<BidFrame>(Bid)!,
            new TokenAmount(Cost),
            JobId is { } job ? new JobId(job) : null,
            Canonical,
            (int)Runs,
            EndCode,
            EndMessage,
            SettledTx is { } tx ? new TxHash(new Hash32(tx)) : null,
            InStatement > 0,
            IsPrepared > 0);
    }
}
