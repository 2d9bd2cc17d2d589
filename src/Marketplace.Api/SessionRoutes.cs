using System.Globalization;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Api;

/// <summary>Sessions over HTTP: how they begin and end, and the requests that their bids name.</summary>
/// <remarks>
/// A note of a session is authenticated by the header <c>Market-Mac</c>, 32 bytes in hex
/// (<see cref="SessionNote"/>). A deposit names its session in the header <c>Market-Session</c>; its MAC is over the
/// hash alone, so that no body is read of anybody who has no session.
/// </remarks>
public static class SessionRoutes
{
    public const string MacHeader = "Market-Mac";
    public const string SessionHeader = "Market-Session";

    private const int MostSessionBytes = 1 << 16;

    public static void MapSessions(this WebApplication app, Operator market)
    {
        app.MapPost(EntryRoutes.Sessions, (HttpContext http, CancellationToken ct) => OpenAsync(market, http, ct));
        app.MapDelete(
            EntryRoutes.Sessions + "/{session}",
            (uint session, HttpContext http) => EndAsync(market.Orders, market.Sessions.EndAsync, session, http));
        app.MapRequests(market.Orders, market.Requests);
    }

    /// <summary>The deposits alone, for whoever opens sessions otherwise.</summary>
    public static void MapRequests(this WebApplication app, OrderEntry orders, BidRequests requests) => app.MapPut(
        EntryRoutes.Requests + "/{inputHash}",
        (string inputHash, HttpContext http, CancellationToken ct) =>
            DepositAsync(orders, requests, inputHash, http, ct));

    private static async Task<IResult> OpenAsync(Operator market, HttpContext http, CancellationToken ct)
    {
        var wait = market.Orders.TakeSignature(EntryHttp.SourceOf(http));
        if (wait > 0)
        {
            return EntryProblems.Of(new EntryVerdict(EntryRefusal.SourceTooFast, wait));
        }

        var bytes = await EntryHttp.BodyAsync(http.Request, MostSessionBytes, ct);
        if (EntryHttp.Read<SessionBody>(bytes) is not { Grant: not null } body)
        {
            return EntryProblems.Malformed(
                "Send a grant, its signature and the secret as JSON.", StatusCodes.Status400BadRequest);
        }

        if (body.Key() is not { } key)
        {
            return EntryProblems.Of(new EntryVerdict(EntryRefusal.WrongSecret));
        }

        if (!Hex.TryDecode(body.Signature, out var signature))
        {
            return EntryProblems.Of(new EntryVerdict(EntryRefusal.WrongGranter));
        }

        var opened = await market.Sessions.OpenAsync(body.Grant.ToGrant(), signature, key, ct);
        return opened.TryGet(out var session)
            ? Results.Ok(await ViewOfAsync(market, session, ct))
            : EntryProblems.Of(new EntryVerdict(opened.Rejection));
    }

    /// <summary>The same end again is answered in the same way.</summary>
    private static async Task<IResult> EndAsync(
        OrderEntry orders, Func<uint, Task> end, uint session, HttpContext http)
    {
        var verdict = orders.Admit(SessionNote.End(session), MacOf(http), EntryHttp.SourceOf(http), out _);
        if (!verdict.IsAdmitted)
        {
            return EntryProblems.Of(verdict);
        }

        await end(session);
        return Results.NoContent();
    }

    private static async Task<IResult> DepositAsync(
        OrderEntry orders, BidRequests requests, string inputHash, HttpContext http, CancellationToken ct)
    {
        if (!Hash32.TryParse(inputHash, out var hash) || SessionOf(http) is not { } number)
        {
            return EntryProblems.Malformed(
                $"Put the request under its hash in hex, and the session's number into {SessionHeader}.",
                StatusCodes.Status400BadRequest);
        }

        var verdict = orders.Admit(
            SessionNote.Deposit(number, hash), MacOf(http), EntryHttp.SourceOf(http), out var session);
        if (!verdict.IsAdmitted)
        {
            return EntryProblems.Of(verdict);
        }

        if (session!.Grant.Role != EntryRole.Buyer)
        {
            return EntryProblems.Of(new EntryVerdict(EntryRefusal.SideOutsideGrant));
        }

        var request = await EntryHttp.BodyAsync(http.Request, BidRequests.LongestBytes, ct);
        var refusal = await requests.DepositAsync(new BudgetNo(session.Grant.Number), hash, request, ct);
        return refusal == EntryRefusal.None
            ? Results.NoContent()
            : EntryProblems.Of(new EntryVerdict(refusal));
    }

    private static byte[] MacOf(HttpContext http) =>
        Hex.TryDecode(http.Request.Headers[MacHeader], out var mac) ? mac : [];

    private static uint? SessionOf(HttpContext http) => uint.TryParse(
        http.Request.Headers[SessionHeader], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : null;

    private static async Task<SessionView> ViewOfAsync(Operator market, SessionAnswer session, CancellationToken ct)
    {
        var listed = (await market.Entry.MarketsAsync(ct)).ToDictionary(known => known.Id);
        var (markets, orders) = await market.Book.ReadAsync(
            state => (MarketsOf(state, listed), state.OrdersOf(session.Session)), ct);
        return new SessionView(
            session.Session,
            session.Account,
            markets,
            orders.Select(order => new OpenOrder(
                order.Handle.ToString(), order.ClientOrderId, order.Side.ToString(), order.Tick, order.Open)).ToList());
    }

    private static List<SessionMarket> MarketsOf(BookEngine book, Dictionary<MarketId, Market> listed) =>
        book.MarketNumbers().Where(number => listed.ContainsKey(number.Market)).Select(number => new SessionMarket(
            number.No,
            listed[number.Market].Model,
            listed[number.Market].DeterminismClass,
            number.TickSize,
            number.FeeBps)
        {
            BidSignatures = book.Signatures(number.Market, Side.Bid)
                .Select(signature => MarketAttributes.Schema.Describe(signature.Required)).ToList(),
            AskSignatures = book.Signatures(number.Market, Side.Ask)
                .Select(signature => MarketAttributes.Schema.Describe(signature.Capability)).ToList(),
        }).ToList();
}
