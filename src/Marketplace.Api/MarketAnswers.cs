using Marketplace.Kernel;
using Marketplace.OrderBook.Answers;
using Marketplace.OrderBook.Feeds;

namespace Marketplace.Api;

/// <summary>The best levels of a market, told as the feed of level 2 tells them.</summary>
/// <param name="Seq">The number of the last command before.</param>
/// <param name="TickSize">Micro-tokens per million units of one tick.</param>
/// <param name="Bids">Best first, each <c>[tick, open, aside, orders]</c>; see <see cref="FeedLevel"/>.</param>
public sealed record DepthAnswer(
    ushort Market, long Seq, long TickSize, IReadOnlyList<long[]> Bids, IReadOnlyList<long[]> Asks)
{
    public static DepthAnswer Of(ushort market, MarketAnswer<BestLevels> depth) => new(
        market, depth.Seq, depth.TickSize, Told(depth.Found.Bids), Told(depth.Found.Asks));

    private static List<long[]> Told(IReadOnlyList<FeedLevel> levels) =>
        levels.Select(level => new[] { level.Tick, level.Open, level.Aside, level.Orders }).ToList();
}

/// <summary>One trade of a quote.</summary>
/// <param name="Ask">The order's handle in hex.</param>
/// <param name="Seller">What the feeds call the seller today; null when they leave accounts out.</param>
public sealed record QuoteFill(string Ask, string? Seller, UnitPrice Price, Quantity Quantity, TokenAmount Cost);

/// <summary>What a bid would cost now. It binds nobody: the book may change at once.</summary>
/// <param name="Seq">The number of the last command before.</param>
/// <param name="Limit">What it is quoted at: its own, or without one the worst price that it would pay.</param>
/// <param name="Missing">Units that would not trade, of all legs together.</param>
/// <param name="AveragePrice">Rounded up; 0 if nothing trades.</param>
/// <param name="Hold">What a budget must have free to place it at that limit.</param>
public sealed record QuoteAnswer(
    ushort Market,
    long Seq,
    bool IsFull,
    Quantity Filled,
    Quantity Missing,
    int LegsMissing,
    UnitPrice Limit,
    UnitPrice AveragePrice,
    UnitPrice WorstPrice,
    TokenAmount Cost,
    TokenAmount Fee,
    TokenAmount Hold,
    IReadOnlyList<QuoteFill> Fills)
{
    public static QuoteAnswer Of(ushort market, MarketAnswer<Quote> answer, Func<uint, string?> nameOf)
    {
        var (quote, tick) = (answer.Found, answer.TickSize);
        return new QuoteAnswer(
            market,
            answer.Seq,
            quote.Missing == 0,
            new Quantity(quote.Filled),
            new Quantity(quote.Missing),
            quote.LegsMissing,
            new UnitPrice(quote.LimitTick * tick),
            new UnitPrice(quote.AveragePrice),
            new UnitPrice(quote.WorstTick * tick),
            new TokenAmount(quote.Cost),
            new TokenAmount(quote.Fee),
            new TokenAmount(quote.Hold),
            quote.Fills.Select(fill => new QuoteFill(
                fill.Ask.ToString(),
                nameOf(fill.Seller),
                new UnitPrice(fill.Tick * tick),
                new Quantity(fill.Quantity),
                new TokenAmount(fill.Cost))).ToList());
    }
}

/// <summary>Why an order would not fill now.</summary>
/// <param name="Seq">The number of the last command before.</param>
/// <param name="TickSize">Micro-tokens per million units of one tick.</param>
/// <param name="Text">For people, one sentence a line.</param>
/// <param name="FillsAt">The limit at which it would fill with all else as it is; null if none does.</param>
/// <param name="Why">The same for programs; prices in ticks.</param>
public sealed record WhyAnswer(
    ushort Market, long Seq, long TickSize, string Text, UnitPrice? FillsAt, FillExplanation Why);
