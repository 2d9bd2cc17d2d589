using System.Buffers;
using System.Net;
using System.Text.Json;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Api;

/// <summary>
/// Orders over HTTP. A grant that was signed once opens a session; its orders are 64 bytes each under an HMAC, 1 to 256
/// in a request, and the answer comes when they are on disk.
/// </summary>
/// <remarks>
/// Providers place, amend and cancel asks, as long as they are connected: a job goes to its provider over the
/// connection. Buyers cancel only: a bid pays for a request, which these records do not carry, so a bid goes through
/// the gateway.
/// </remarks>
public static class EntryRoutes
{
    public const string Orders = "/v1/orders";
    public const string Sessions = "/v1/sessions";

    private const string Binary = "application/octet-stream";
    private const int MostSessionBytes = 1 << 16;

    public static void MapEntry(this WebApplication app, Operator market)
    {
        app.MapOrders(market.Orders);
        app.MapPost(Sessions, (HttpContext http, CancellationToken ct) => OpenAsync(market, http, ct));
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

        var bytes = await BodyAsync(http.Request, EntryBatch.LongestBytes, ct);

        // Once the book has it, it counts: a client that goes away learns what became of it by sending it again.
        var reply = await orders.EnterAsync(bytes, SourceOf(http), CancellationToken.None);
        return reply switch
        {
            { IsBusy: true } => EntryProblems.Busy,
            { Verdict.IsAdmitted: false } => EntryProblems.Of(reply.Verdict),
            _ => new OrderAnswers(reply.Answers),
        };
    }

    private static async Task<IResult> OpenAsync(Operator market, HttpContext http, CancellationToken ct)
    {
        var wait = market.Orders.TakeSignature(SourceOf(http));
        if (wait > 0)
        {
            return EntryProblems.Of(new EntryVerdict(EntryRefusal.SourceTooFast, wait));
        }

        var bytes = await BodyAsync(http.Request, MostSessionBytes, ct);
        if (Read(bytes) is not { } body)
        {
            return EntryProblems.Malformed(
                "Send a grant, its signature and the secret as JSON.", StatusCodes.Status400BadRequest);
        }

        if (body.Key() is not { } key)
        {
            return EntryProblems.Of(new EntryVerdict(EntryRefusal.WrongSecret));
        }

        if (!body.TrySignature(out var signature))
        {
            return EntryProblems.Of(new EntryVerdict(EntryRefusal.WrongGranter));
        }

        var opened = await market.Sessions.OpenAsync(body.Grant.ToGrant(), signature, key, ct);
        return opened.TryGet(out var session)
            ? Results.Ok(await ViewOfAsync(market, session, ct))
            : EntryProblems.Of(new EntryVerdict(opened.Rejection));
    }

    private static SessionBody? Read(byte[] bytes)
    {
        try
        {
            var body = JsonSerializer.Deserialize<SessionBody>(bytes, JsonSerializerOptions.Web);
            return body is { Grant: not null } ? body : null;
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or OverflowException)
        {
            return null;
        }
    }

    private static async Task<SessionView> ViewOfAsync(Operator market, SessionAnswer session, CancellationToken ct)
    {
        var listed = (await market.Entry.MarketsAsync(ct)).ToDictionary(known => known.Id);
        var (numbers, orders) = await market.Book.ReadAsync(
            state => (state.MarketNumbers(), state.OrdersOf(session.Session)), ct);
        return new SessionView(
            session.Session,
            session.Account,
            numbers.Where(number => listed.ContainsKey(number.Market)).Select(number => new SessionMarket(
                number.No,
                listed[number.Market].Model,
                listed[number.Market].DeterminismClass,
                number.TickSize,
                number.FeeBps)).ToList(),
            orders.Select(order => new OpenOrder(
                order.Handle.ToString(), order.ClientOrderId, order.Side.ToString(), order.Tick, order.Open)).ToList());
    }

    /// <summary>The whole body, or as much of it as shows that it is too long.</summary>
    private static async Task<byte[]> BodyAsync(HttpRequest request, int mostBytes, CancellationToken ct)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(ct);
            if (read.IsCompleted || read.Buffer.Length > mostBytes)
            {
                var bytes = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, mostBytes + 1)).ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return bytes;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>A server that listens on no address, as in-memory ones do, has one source.</summary>
    internal static EntrySource SourceOf(HttpContext http) =>
        EntrySource.Of(http.Connection.RemoteIpAddress ?? IPAddress.Loopback);
}
