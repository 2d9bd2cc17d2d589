using System.Text.Json;
using Dapper;
using Marketplace.Kernel;
using Marketplace.Protocol;

namespace Marketplace.Gateway;

/// <summary>Why a purchase is not prepared, in order of precedence.</summary>
public enum PrepareRefusal
{
    /// <summary>The id is that of another purchase: of other terms, of another key, or of the gateway's own.</summary>
    DuplicateOrderId = 1,
    KeyLimit,
    DayLimit,
}

/// <content>Purchases whose bids the buyer places himself.</content>
public sealed partial class PurchaseStore
{
    /// <summary>
    /// Reserves and stores a purchase whose bid the gateway does not send. The same again is the same purchase,
    /// whatever has become of it.
    /// </summary>
    /// <param name="most">What it may cost at most, the fee included.</param>
    /// <returns>Null when it is stored.</returns>
    public Task<PrepareRefusal?> PrepareAsync(
        ApiKey key, BidFrame bid, TokenAmount most, DateTimeOffset now, CancellationToken ct) =>
        database.WriteAsync<PrepareRefusal?>(
            async (connection, transaction) =>
            {
                var known = await connection.QuerySingleOrDefaultAsync<(byte[] Key, string Bid, long IsPrepared)?>(
                    "SELECT key_hash, bid, is_prepared FROM purchase WHERE client_order_id = @ClientOrderId",
                    new { bid.ClientOrderId },
                    transaction);
                if (known is { } earlier)
                {
                    return earlier.IsPrepared > 0 && new Hash32(earlier.Key) == key.Hash
                        && AreSame(JsonSerializer.Deserialize<BidFrame>(earlier.Bid)!, bid)
                        ? null : PrepareRefusal.DuplicateOrderId;
                }

                if (await BrokenLimitAsync(connection, transaction, key, most, now) is { } broken)
                {
                    return broken == SpendRefusal.KeyLimit ? PrepareRefusal.KeyLimit : PrepareRefusal.DayLimit;
                }

                // No chat request has this key: none attaches to a purchase that is not its own.
                var dedupeKey = Keccak256.Hash($"prepared {bid.ClientOrderId}");
                await InsertAsync(
                    connection, transaction, new NewPurchase(key.Hash, dedupeKey, bid, most, now, IsPrepared: true));
                return null;
            },
            ct);

    /// <summary>The bids that were prepared and whose end is not known: the gateway asks after them.</summary>
    public Task<IReadOnlyList<BidFrame>> OpenPreparedAsync(CancellationToken ct) => OpenAsync(isPrepared: true, ct);

    /// <summary>The operator's terms and the clock may have moved on; what was ordered is the same.</summary>
    private static bool AreSame(BidFrame earlier, BidFrame bid) =>
        earlier.Request.AsSpan().SequenceEqual(bid.Request)
        && (earlier.Limit, earlier.Replicas, earlier.Quorum) == (bid.Limit, bid.Replicas, bid.Quorum);
}
