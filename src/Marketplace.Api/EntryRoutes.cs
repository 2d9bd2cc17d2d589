using Marketplace.Kernel;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Api;

/// <summary>
/// Orders over HTTP. A grant that was signed once opens a session; its orders are 64 bytes each under an HMAC, 1 to 256
/// in a request, and the answer comes when they are on disk. An order may also come alone, with a signature of its own.
/// </summary>
/// <remarks>
/// Providers place, amend and cancel asks, as long as they are connected: a job goes to its provider over the
/// connection. Buyers place and cancel bids, as long as their gateway is connected: it takes the result and signs for
/// it. A bid names its request, which is deposited before it (<see cref="SessionRoutes"/>).
/// </remarks>
public static class EntryRoutes
{
    public const string Orders = "/v1/orders";
    public const string SignedOrders = "/v1/orders/signed";
    public const string Sessions = "/v1/sessions";
    public const string Requests = "/v1/requests";

    private const string Binary = "application/octet-stream";

    // A request of the longest kind, each byte of it escaped, and the order.
    private const int MostSignedBytes = 6 * BidRequests.LongestBytes + (1 << 16);

    public static void MapEntry(this WebApplication app, Operator market)
    {
        app.MapOrders(market.Orders);
        app.MapSessions(market);
        app.MapPost(SignedOrders, (HttpContext http, CancellationToken ct) => EnterSignedAsync(market, http, ct));
    }

    /// <summary>The orders alone, for whoever opens sessions otherwise.</summary>
    public static void MapOrders(this WebApplication app, OrderEntry orders) =>
        app.MapPost(Orders, (HttpContext http, CancellationToken ct) => EnterAsync(orders, http, ct));

    private static async Task<IResult> EnterAsync(OrderEntry orders, HttpContext http, CancellationToken ct)
    {
        if (http.Request.ContentType != Binary)
        {
            return EntryProblems.Malformed(
                $"Send the batch as {Binary}.", StatusCodes.Status415UnsupportedMediaType);
        }

        var bytes = await EntryHttp.BodyAsync(http.Request, EntryBatch.LongestBytes, ct);

        // Once the book has it, it counts: a client that goes away learns what became of it by sending it again.
        return EntryHttp.Of(await orders.EnterAsync(bytes, EntryHttp.SourceOf(http), CancellationToken.None));
    }

    /// <summary>The limit of the source comes before everything that costs anything: body, signature, chain.</summary>
    private static async Task<IResult> EnterSignedAsync(Operator market, HttpContext http, CancellationToken ct)
    {
        var wait = market.Orders.TakeSignature(EntryHttp.SourceOf(http));
        if (wait > 0)
        {
            return EntryProblems.Of(new EntryVerdict(EntryRefusal.SourceTooFast, wait));
        }

        var bytes = await EntryHttp.BodyAsync(http.Request, MostSignedBytes, ct);
        return EntryHttp.Read<SignedOrderBody>(bytes) is { } body
            && Hex.TryDecode(body.Payload, out var payload)
            && Hex.TryDecode(body.Signature, out var signature)
            ? EntryHttp.Of(await market.SignedOrders.EnterAsync(
                new SignedEntry(body.ToOrder(payload), payload, signature, body.RequestBytes()), ct))
            : EntryProblems.Malformed(
                "Send an order, its payload and its signature as JSON.", StatusCodes.Status400BadRequest);
    }
}
