using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Marketplace.OrderBook.PublicLog;
using Marketplace.Protocol;

namespace Marketplace.Api;

/// <summary>What a provider may say of itself and a buyer may require.</summary>
/// <param name="Kind"><c>Ordinal</c>, <c>Set</c> or <c>Choice</c>; see <see cref="AttributeKind"/>.</param>
public sealed record AttributeView(string Name, string Kind, IReadOnlyList<string> Values)
{
    public static AttributeView Of(AttributeDefinition known) => new(known.Name, $"{known.Kind}", known.Values);
}

/// <summary>
/// A market as <c>/v1/markets</c> tells it, of its asks those with the attributes that were asked for; prices are
/// micro-tokens per million units.
/// </summary>
/// <param name="Number">How its data, bare orders and the public log name it; null before it is first opened.</param>
public sealed record MarketView(
    string Model,
    string Class,
    string Unit,
    int Context,
    UnitPrice? BestAsk,
    int Providers,
    Quantity Depth,
    ushort? Number);

/// <summary>What a gateway or a provider needs to know of its operator; all of it can be checked on chain.</summary>
public sealed record OperatorView(
    ulong ChainId,
    Uri Rpc,
    EthAddress Token,
    EthAddress Escrow,
    EthAddress Bond,
    BlockNumber StartBlock,
    OperatorId OperatorId,
    BasisPoints FeeBps,
    BasisPoints InputWeightBps,
    bool IsLocalChain);

/// <summary>The operator's public routes.</summary>
public static class Routes
{
    public static void MapMarket(this WebApplication app, Operator market)
    {
        app.MapGet("/healthz", () => "ok");
        app.MapGet("/v1/info", () => InfoOf(market));
        app.MapGet("/v1/attributes", () => MarketAttributes.Known.Select(AttributeView.Of));
        app.MapGet("/v1/markets", (HttpContext http, CancellationToken ct) =>
            MarketQuestion.Signature(http.Request.Query, Side.Bid) switch
            {
                ({ } bid, _) => AnswerAsync(MarketsAsync(market, bid, ct)),
                (_, var fault) => Task.FromResult(MarketProblems.BadQuestion(fault)),
            });
        app.MapGet("/v1/jobs/{id}", async (long id, CancellationToken ct) =>
            await market.JobStore.ViewAsync(new JobId(id), ct) is { } job ? Results.Ok(job) : Results.NotFound());
        app.MapGet("/v1/budgets/{no}", (uint no, CancellationToken ct) => BudgetAsync(market, new BudgetNo(no), ct));
        app.MapGet("/v1/book/log", (long? from, HttpContext http) => PublicLogAsync(market, from ?? 0, http));
        app.MapGet("/v1/book/anchors", (CancellationToken ct) => market.SettlementQueries.AnchorsAsync(ct));
        app.Map("/v1/provider/connect", (HttpContext http) => ServeAsync(
            http, SubProtocols.Provider, (socket, ct) => market.Providers.ServeAsync(socket, market.Jobs, ct)));
        app.Map("/v1/gateway/connect", (HttpContext http) => ServeAsync(
            http, SubProtocols.Gateway, (socket, ct) => market.Gateways.ServeAsync(socket, market.Jobs, ct)));
    }

    private static async Task<IResult> AnswerAsync(Task<IReadOnlyList<MarketView>> markets) =>
        Results.Ok(await markets);

    private static OperatorView InfoOf(Operator market) => new(
        market.Contract.ChainId,
        market.Options.PublicRpc,
        market.Contract.Token,
        market.Contract.Escrow,
        market.Contract.Bond,
        market.Options.StartBlock,
        market.Options.OperatorId,
        market.Options.FeeBps,
        market.Options.InputWeightBps,
        market.Options.IsLocalChain);

    private static async Task<IReadOnlyList<MarketView>> MarketsAsync(
        Operator market, SignatureView bid, CancellationToken ct)
    {
        var views = new List<MarketView>();
        foreach (var listed in await market.Entry.MarketsAsync(ct))
        {
            var (depth, number) = await market.Book.ReadAsync(
                state => (state.Depth(listed.Id, bid), state.NumberOf(listed.Id)), ct);
            var asks = depth.Asks;
            views.Add(new MarketView(
                listed.Model,
                listed.DeterminismClass,
                listed.Unit,
                listed.ContextTokens,
                asks.Select(level => (UnitPrice?)level.Price).FirstOrDefault(),
                asks.Sum(level => level.Orders),
                asks.Aggregate(Quantity.Zero, (sum, level) => sum + level.Quantity),
                number));
        }

        return views;
    }

    private static async Task<IResult> BudgetAsync(Operator market, BudgetNo budgetNo, CancellationToken ct) =>
        await market.Book.ReadAsync(state => state.Budget(budgetNo), ct) is { } budget
            ? Results.Ok(budget)
            : Results.Problem($"Budget {budgetNo} is not open in a final block.", statusCode: 404);

    /// <summary>The public command log, records of 64 bytes, from the given one to the last that is on disk.</summary>
    private static async Task PublicLogAsync(Operator market, long from, HttpContext http)
    {
        var count = market.Book.PublicHead.Count;
        if (from < 0 || from > count)
        {
            http.Response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            await http.Response.WriteAsync($"The log has {count} records: from is 0 to {count}.", http.RequestAborted);
            return;
        }

        http.Response.ContentType = "application/octet-stream";
        var length = (count - from) * PublicRecord.Length;
        http.Response.ContentLength = length;
        await http.Response.SendFileAsync(
            market.Book.PublicLogPath, from * PublicRecord.Length, length, http.RequestAborted);
    }

    private static async Task ServeAsync(
        HttpContext http, string subProtocol, Func<FrameSocket, CancellationToken, Task> serve)
    {
        if (!http.WebSockets.IsWebSocketRequest || !http.WebSockets.WebSocketRequestedProtocols.Contains(subProtocol))
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await http.Response.WriteAsync($"Connect by WebSocket with the sub-protocol {subProtocol}.");
            return;
        }

        using var socket = new FrameSocket(await http.WebSockets.AcceptWebSocketAsync(subProtocol));
        try
        {
            await serve(socket, http.RequestAborted);
        }
        catch (Exception end) when (end is ConnectionEndedException or OperationCanceledException)
        {
            // The peer left or was refused; a peer that comes back finds all it needs in the stores.
        }
    }
}
