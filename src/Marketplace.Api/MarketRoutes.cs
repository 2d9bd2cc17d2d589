using System.Globalization;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Answers;
using Marketplace.OrderBook.Feeds;

namespace Marketplace.Api;

/// <summary>How feeds are served.</summary>
/// <param name="FeedsPerSource">One address may have so many open.</param>
public sealed record FeedServing(int FeedsPerSource = 8)
{
    public FeedPace Pace { get; init; } = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));
}

/// <summary>
/// A market's data and answers, for everybody: nothing here says whose an order is. Markets go by the number that
/// <c>/v1/markets</c>, bare orders and the public log give them.
/// </summary>
/// <remarks>
/// A question is about terms, never about an order of somebody: whoever wants to know why an own order does not fill
/// asks with its terms. So nothing needs an authorization and nothing can leak. All of it is answered from the book's
/// mirror, so the book itself does not notice who looks.
/// </remarks>
public static class MarketRoutes
{
    private const int UsualLevels = 10;
    private const int MostLevels = 1_000;

    public static void MapMarkets(
        this WebApplication app, BookMirror book, TimeProvider time, FeedServing? serving = null)
    {
        var feeds = new FeedRoute(book, serving ?? new FeedServing(), time, app.Lifetime.ApplicationStopping);
        app.MapGet("/v1/markets/{market}/feed", (string market, HttpContext http, CancellationToken ct) =>
            WithMarketAsync(book, market, (number, _) => feeds.ServeAsync(number, http), ct));
        app.MapGet("/v1/markets/{market}/depth", (string market, HttpContext http, CancellationToken ct) =>
            WithMarketAsync(book, market, (number, _) => DepthAsync(book, number, http.Request.Query, ct), ct));
        app.MapGet("/v1/markets/{market}/quote", (string market, HttpContext http, CancellationToken ct) =>
            AskAsync(book, market, http.Request.Query, QuoteAsync, ct));
        app.MapGet("/v1/markets/{market}/why", (string market, HttpContext http, CancellationToken ct) =>
            AskAsync(book, market, http.Request.Query, WhyAsync, ct));
    }

    private static async Task<IResult> WithMarketAsync(
        BookMirror book, string name, Func<ushort, long, Task<IResult>> serve, CancellationToken ct)
    {
        try
        {
            return ushort.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var market)
                && await book.TickSizeAsync(market, ct) is { } tickSize
                    ? await serve(market, tickSize)
                    : MarketProblems.UnknownMarket;
        }
        catch (BookStoppedException)
        {
            return MarketProblems.Closed;
        }
    }

    private static async Task<IResult> DepthAsync(
        BookMirror book, ushort market, IQueryCollection query, CancellationToken ct)
    {
        var levels = UsualLevels;
        if (query.TryGetValue("levels", out var text)
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out levels)
                || levels is < 1 or > MostLevels))
        {
            return MarketProblems.BadQuestion($"Give levels from 1 to {MostLevels}, or leave it out.");
        }

        return await book.DepthAsync(market, levels, ct) is { } depth
            ? Results.Ok(DepthAnswer.Of(market, depth))
            : MarketProblems.UnknownMarket;
    }

    private static Task<IResult> AskAsync(
        BookMirror book,
        string name,
        IQueryCollection query,
        Func<BookMirror, OrderQuestion, CancellationToken, Task<IResult>> answer,
        CancellationToken ct) => WithMarketAsync(
            book,
            name,
            async (market, tickSize) => MarketQuestion.Read(query, market, tickSize) switch
            {
                ({ } order, _) => await answer(book, order, ct),
                (null, var fault) => MarketProblems.BadQuestion(fault),
            },
            ct);

    private static async Task<IResult> QuoteAsync(BookMirror book, OrderQuestion order, CancellationToken ct)
    {
        if (order.Side != Matching.Side.Bid)
        {
            return MarketProblems.BadQuestion("Only a bid is quoted: leave side out. Of an ask ask why.");
        }

        var quote = await book.QuoteAsync(order, ct);
        return quote.Match(
            found => Results.Ok(QuoteAnswer.Of(order.Market, found, book.NameOf)), MarketProblems.Refused);
    }

    private static async Task<IResult> WhyAsync(BookMirror book, OrderQuestion order, CancellationToken ct)
    {
        var why = await book.WhyAsync(order, ct);
        return why.Match(found => Results.Ok(Told(order, found)), MarketProblems.Refused);
    }

    private static WhyAnswer Told(OrderQuestion order, MarketAnswer<FillExplanation> answer)
    {
        var text = MarketAttributes.TextFor(order.Side, answer.TickSize);
        return new WhyAnswer(
            order.Market,
            answer.Seq,
            answer.TickSize,
            text.Tell(order, answer.Found),
            answer.Found.FillsAtTick is { } tick ? new Kernel.UnitPrice(tick * answer.TickSize) : null,
            answer.Found);
    }
}
