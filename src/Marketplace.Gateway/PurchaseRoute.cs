using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Marketplace.Protocol;

namespace Marketplace.Gateway;

/// <summary>
/// <c>/v1/purchases</c>: a buyer who bids over a session of his own tells his gateway before, and fetches here what
/// came.
/// </summary>
/// <remarks>
/// The gateway signs for nothing that was not ordered of it. What is prepared here counts against the key's limits as a
/// chat request does, and a delivery under its id is held against it: the same request, no more than the cap.
/// </remarks>
public sealed class PurchaseRoute(
    GatewayOptions options, OperatorLink link, PurchaseStore purchases, TimeProvider time)
{
    public const string Path = "/v1/purchases";

    /// <summary>Prepares a purchase and answers what its bid must name.</summary>
    public async Task PrepareAsync(HttpContext http, ApiKey key)
    {
        var ct = http.RequestAborted;
        var (order, error) = Parse(await GatewayHttp.ReadBodyAsync(http, ct));
        if (order is not null)
        {
            error = await PrepareAsync(order, key, ct);
        }

        await (error is null ? ShowAsync(http, order!.ClientOrderId) : GatewayHttp.RefuseAsync(http, error));
    }

    /// <summary>How a prepared purchase stands, with the answer when it is there.</summary>
    public async Task ShowAsync(HttpContext http, string clientOrderId)
    {
        var ct = http.RequestAborted;
        if (await purchases.FindAsync(clientOrderId, ct) is not { IsPrepared: true } found)
        {
            await GatewayHttp.RefuseAsync(http, new ApiError(404, "not_found", "No purchase was prepared so."));
            return;
        }

        var shown = ChatAnswers.Generation(found, await purchases.LegsAsync(clientOrderId, ct));
        foreach (var (name, value) in BidOf(found))
        {
            shown[name] = value?.DeepClone();
        }

        await GatewayHttp.WriteAsync(http, 200, shown, ct);
    }

    private (PurchaseOrder? Order, ApiError? Error) Parse(byte[] raw)
    {
        try
        {
            using var body = JsonDocument.Parse(raw);
            return PurchaseOrder.Read(body.RootElement, options);
        }
        catch (JsonException)
        {
            return (null, ApiError.InvalidJson);
        }
    }

    private async Task<ApiError?> PrepareAsync(PurchaseOrder order, ApiKey key, CancellationToken ct)
    {
        if (link.Welcome is not { } terms || !link.IsConnected)
        {
            return ApiError.OperatorUnreachable;
        }

        var now = time.GetUtcNow();
        var bid = BidDraft.Of(order.Chat, terms, order.ClientOrderId, isStreamed: false, now + order.ValidTime);
        return await purchases.PrepareAsync(key, bid, BidDraft.MostOf(bid), now, ct) switch
        {
            null => null,
            PrepareRefusal.DuplicateOrderId => new ApiError(
                409, "duplicate_order", "Another purchase has this id: take a fresh one.", "client_order_id"),
            PrepareRefusal.KeyLimit => ApiError.KeyLimit(BidDraft.CostUp(bid)),
            _ => ApiError.DayLimit(BidDraft.CostUp(bid)),
        };
    }

    /// <summary>All that its buyer needs for the bid; the request's UTF-8 bytes are those to deposit.</summary>
    private static JsonObject BidOf(StoredPurchase purchase) => new()
    {
        ["client_order_id"] = purchase.ClientOrderId,
        ["end_code"] = purchase.EndCode.Length == 0 ? null : purchase.EndCode,
        ["max_price"] = purchase.Bid.Limit.ToString(),
        ["units_per_leg"] = purchase.Bid.PerLeg.Units,
        ["replicas"] = purchase.Bid.Replicas,
        ["fee_bps"] = purchase.Bid.FeeBps.Value,
        ["input_hash"] = JobRequest.HashOf(purchase.Bid.Request).ToString(),
        ["request"] = Encoding.UTF8.GetString(purchase.Bid.Request),
        ["expires_at_milliseconds"] = purchase.Bid.ExpiresAtUnixMilliseconds,
    };
}
