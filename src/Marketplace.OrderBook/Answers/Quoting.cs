using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Answers;

/// <summary>One trade that a bid would do now.</summary>
/// <param name="Seller">The ask's account, for the caller to name.</param>
/// <param name="LegNo">1 and up in a bid in legs, otherwise 0.</param>
/// <param name="Cost">Micro-tokens to the seller.</param>
/// <param name="Escrowed">Micro-tokens that go into escrow: the cost, the fee, and what the terms add.</param>
public sealed record QuotedFill(
    OrderHandle Ask, uint Seller, int Tick, long Quantity, int LegNo, long Cost, long Escrowed);

/// <summary>What a bid would trade now, and with whom. It binds nobody: the book may change at once.</summary>
/// <param name="LimitTick">The limit it is quoted at: its own, or without one the worst price it would pay.</param>
/// <param name="Missing">Units that would not trade, of all legs together.</param>
/// <param name="LegsMissing">Of a bid in legs: for how many legs no seller was found.</param>
/// <param name="Cost">Micro-tokens to the sellers.</param>
/// <param name="Fee">Micro-tokens; a taker's.</param>
/// <param name="Escrowed">Micro-tokens that go into escrow in all.</param>
/// <param name="Hold">Micro-tokens that must be free to place it at that limit; 0 without any limit or price.</param>
/// <param name="AveragePrice">Micro-tokens per 10^6 units, rounded up; 0 if nothing trades.</param>
/// <param name="WorstTick">0 if nothing trades.</param>
public sealed record Quote(
    IReadOnlyList<QuotedFill> Fills,
    int LimitTick,
    long Filled,
    long Missing,
    int LegsMissing,
    long Cost,
    long Fee,
    long Escrowed,
    long Hold,
    long AveragePrice,
    int WorstTick);

/// <summary>Says what a bid would cost now; changes nothing.</summary>
public static class Quoting
{
    /// <returns>
    /// The quote, or why such a bid would be refused, its account and money aside. <c>NotInBatch</c>: a batch market
    /// has no price before its auction.
    /// </returns>
    public static Result<Quote, MatchRefusal> Of(MatchingEngine engine, OrderQuestion bid) =>
        MarketOffers.For(engine, bid).Match(offers => Of(offers, bid), refusal => refusal);

    internal static Result<Quote, MatchRefusal> Of(MarketOffers offers, OrderQuestion bid)
    {
        Invariant.Holds(bid.Side == Side.Bid, "Only a bid is quoted.");
        if (offers.Market.Mode == MarketMode.Batch)
        {
            return MatchRefusal.NotInBatch;
        }

        var plan = TradePlan.Of(offers, bid);
        var worst = plan.Trades.Select(trade => trade.With.Order.Tick).DefaultIfEmpty().Max();
        var limited = bid with { Tick = bid.Tick ?? worst };
        var money = new MarketMoney(offers.Market);
        return money.LimitCost(limited.LimitTick, bid.Quantity, bid.Replicas) is { } hold
            ? Priced(limited, plan, money, hold)
            : MatchRefusal.AmountTooLarge;
    }

    private static Quote Priced(OrderQuestion bid, TradePlan plan, MarketMoney money, long hold)
    {
        var fills = bid.IsInLegs ? Legs(bid, plan, money, hold) : Fills(bid, plan, money);
        var cost = fills.Sum(fill => fill.Cost);
        var filled = plan.Traded;
        var fee = bid.EscrowsLimit && fills.Count > 0
            ? Math.Min(money.TakerFee(cost), hold - cost)
            : fills.Sum(fill => fill.Escrowed) - cost;
        return new Quote(
            fills,
            bid.LimitTick,
            filled,
            bid.Total - filled,
            bid.Replicas - plan.LegsFound,
            cost,
            fee,
            fills.Sum(fill => fill.Escrowed),
            hold,
            filled == 0 ? 0 : (long)(((Int128)cost * 1_000_000 + (filled - 1)) / filled),
            fills.Select(fill => fill.Tick).DefaultIfEmpty().Max());
    }

    private static List<QuotedFill> Fills(OrderQuestion bid, TradePlan plan, MarketMoney money)
    {
        var fills = new List<QuotedFill>();
        foreach (var trade in plan.Trades)
        {
            var cost = money.Cost(trade.With.Order.Tick, trade.Quantity);
            var given = money.LimitCost(bid.LimitTick, trade.OpenBefore, 1)
                - money.LimitCost(bid.LimitTick, trade.OpenBefore - trade.Quantity, 1);
            var escrowed = Math.Min(cost + money.TakerFee(cost), given!.Value);
            fills.Add(Fill(trade, legNo: 0, cost, escrowed));
        }

        return fills;
    }

    // The first leg carries the fee of all, or with EscrowsLimit all that the legs' costs leave of the hold.
    private static List<QuotedFill> Legs(OrderQuestion bid, TradePlan plan, MarketMoney money, long hold)
    {
        var costs = plan.Trades.Select(trade => money.Cost(trade.With.Order.Tick, trade.Quantity)).ToList();
        var all = costs.Sum();
        var escrowed = bid.EscrowsLimit ? hold : Math.Min(all + money.TakerFee(all), hold);
        return
        [
            .. plan.Trades.Select((trade, index) => Fill(
                trade, index + 1, costs[index], index == 0 ? escrowed - (all - costs[0]) : costs[index])),
        ];
    }

    private static QuotedFill Fill(PlannedTrade trade, int legNo, long cost, long escrowed) => new(
        trade.With.Order.Handle,
        trade.With.Order.Account,
        trade.With.Order.Tick,
        trade.Quantity,
        legNo,
        cost,
        escrowed);
}
