using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Answers;

namespace Marketplace.OrderBook.Feeds;

/// <summary>An answer and the book that it was found in.</summary>
/// <param name="Seq">The number of the last command before.</param>
/// <param name="TickSize">Micro-tokens per 10^6 units of one tick.</param>
public sealed record MarketAnswer<T>(long Seq, long TickSize, T Found);

/// <content>
/// What an order would do, worked out beside the book: the mirror stands still only while its offers are copied.
/// </content>
public sealed partial class BookMirror
{
    // Each has a copy of the offers and may take its time over it.
    private const int AnswersAtOnce = 2;

    private readonly SemaphoreSlim answers = new(AnswersAtOnce);

    /// <summary>What a bid would cost now and from whom.</summary>
    /// <returns>See <see cref="Quoting.Of(MatchingEngine, OrderQuestion)"/>.</returns>
    /// <exception cref="BookStoppedException">The book is not running.</exception>
    public Task<Result<MarketAnswer<Quote>, MatchRefusal>> QuoteAsync(OrderQuestion bid, CancellationToken ct) =>
        AnswerAsync(bid, offers => Quoting.Of(offers, bid), ct);

    /// <summary>Why an order would not fill now, and what would make it.</summary>
    /// <returns>See <see cref="FillExplaining.Of(MatchingEngine, OrderQuestion)"/>.</returns>
    /// <exception cref="BookStoppedException">The book is not running.</exception>
    public Task<Result<MarketAnswer<FillExplanation>, MatchRefusal>> WhyAsync(
        OrderQuestion order, CancellationToken ct) =>
        AnswerAsync(order, offers => Result<FillExplanation, MatchRefusal>.Ok(FillExplaining.Of(offers, order)), ct);

    /// <summary>A market's tick size, in micro-tokens per million units; null when there is no such market.</summary>
    /// <exception cref="BookStoppedException">The book is not running.</exception>
    public Task<long?> TickSizeAsync(ushort market, CancellationToken ct) => LookAsync(
        book => book.HasMarket(market) ? book.Market(market).TickSize : (long?)null, ct);

    /// <summary>The best levels of both sides.</summary>
    /// <param name="levels">Of each side at most.</param>
    /// <returns>Null when there is no such market.</returns>
    /// <exception cref="BookStoppedException">The book is not running.</exception>
    public Task<MarketAnswer<BestLevels>?> DepthAsync(ushort market, int levels, CancellationToken ct) => LookAsync(
        book => book.HasMarket(market)
            ? new MarketAnswer<BestLevels>(
                Feeds.LastSeq, book.Market(market).TickSize, BestLevels.Read(book, market, levels))
            : null,
        ct);

    private async Task<Result<MarketAnswer<T>, MatchRefusal>> AnswerAsync<T>(
        OrderQuestion asked, Func<MarketOffers, Result<T, MatchRefusal>> answer, CancellationToken ct)
    {
        await answers.WaitAsync(ct);
        try
        {
            var looked = await LookAsync(book => MarketOffers.For(book, asked), ct);
            return looked.TryGet(out var offers)
                ? answer(offers).Match(
                    found => Result<MarketAnswer<T>, MatchRefusal>.Ok(
                        new MarketAnswer<T>(offers.Seq, offers.Market.TickSize, found)),
                    refusal => refusal)
                : looked.Rejection;
        }
        finally
        {
            answers.Release();
        }
    }
}
