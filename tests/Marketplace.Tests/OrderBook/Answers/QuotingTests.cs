using CsCheck;
using FluentAssertions;
using Marketplace.Matching;
using Marketplace.OrderBook.Answers;
using Marketplace.Tests.OrderBook.Feeds;
using Xunit;

namespace Marketplace.Tests.OrderBook.Answers;

/// <summary>A quote is what the book would do.</summary>
public sealed class QuotingTests
{
    [Fact]
    public void A_bid_trades_exactly_as_quoted_and_the_quote_changes_nothing() => Questions.Cases.Sample(sample =>
    {
        var (world, order) = (Questions.After(sample.Stream), sample.Order);
        order.Side = Side.Bid;
        order.Account = 1 + order.Account % (EngineWorld.Accounts - 1);
        var before = world.Engine.StateHash();

        var quote = Quoting.Of(world.Engine, Questions.Of(world, order)).Value;

        world.Engine.StateHash().Should().Be(before);
        var events = Questions.Place(world, order, Questions.Of(world, order));
        events[0].Amount.Should().Be(quote.Hold);
        Text(Questions.Trades(events, Side.Bid)).Should().Be(Text(quote));
        quote.Filled.Should().Be(quote.Fills.Sum(fill => fill.Quantity));
        quote.Missing.Should().Be(order.Quantity * Math.Max(1, (int)order.Replicas) - quote.Filled);
        (quote.Cost + quote.Fee).Should().BeLessThanOrEqualTo(quote.Escrowed);
        quote.Escrowed.Should().BeLessThanOrEqualTo(quote.Hold);
    }, iter: 400);

    [Fact]
    public void A_bid_without_a_limit_trades_as_quoted_at_the_limit_that_the_quote_names() =>
        Questions.Cases.Sample(sample =>
        {
            var (world, order) = (Questions.After(sample.Stream), sample.Order);
            order.Side = Side.Bid;
            order.Account = 1 + order.Account % (EngineWorld.Accounts - 1);
            var question = Questions.Of(world, order) with { Tick = null };

            var quote = Quoting.Of(world.Engine, question).Value;

            quote.LimitTick.Should().Be(quote.WorstTick);
            if (quote.Fills.Count > 0)
            {
                var events = Questions.Place(world, order, question with { Tick = quote.LimitTick });
                events[0].Amount.Should().Be(quote.Hold);
                Text(Questions.Trades(events, Side.Bid)).Should().Be(Text(quote));
            }
        }, iter: 200);

    [Fact]
    public void A_quote_adds_up_cost_fee_hold_and_prices()
    {
        var world = new EngineWorld();
        Ask(world, account: 2, tick: 3, quantity: 10);
        Ask(world, account: 4, tick: 4, quantity: 10);
        var bid = new OrderQuestion(EngineWorld.Continuous, Side.Bid, default, Tick: 5, Quantity: 15);

        var quote = Quoting.Of(world.Engine, bid).Value;

        // One tick is 0.3 micro-tokens a unit and the taker's fee is 5 %, both rounded up at each trade.
        quote.Fills.Select(fill => (fill.Seller, fill.Tick, fill.Quantity, fill.Cost, fill.Escrowed))
            .Should().Equal((2, 3, 10, 9, 10), (4, 4, 5, 6, 7));
        quote.Should().BeEquivalentTo(new
        {
            Filled = 15L,
            Missing = 0L,
            Cost = 15L,
            Fee = 2L,
            Escrowed = 17L,
            Hold = 25L,
            AveragePrice = 1_000_000L,
            WorstTick = 4,
            LimitTick = 5,
        });
    }

    [Fact]
    public void What_is_missing_is_told_in_units_and_in_legs()
    {
        var world = new EngineWorld();
        Ask(world, account: 2, tick: 3, quantity: 10);
        Ask(world, account: 3, tick: 3, quantity: 10);
        var bid = new OrderQuestion(EngineWorld.Continuous, Side.Bid, default, Tick: 5, Quantity: 30);

        var plain = Quoting.Of(world.Engine, bid).Value;
        var legs = Quoting.Of(world.Engine, bid with { Quantity = 5, Replicas = 3 }).Value;

        (plain.Filled, plain.Missing).Should().Be((20L, 10L));

        // Accounts 2 and 3 share a domain, so one of three legs is found, and none is sold.
        (legs.Filled, legs.Missing, legs.LegsMissing).Should().Be((0L, 15L, 2));
    }

    [Theory]
    [InlineData(9, 5, 1, 0, 0, MatchRefusal.UnknownMarket)]
    [InlineData(1, 0, 1, 0, 0, MatchRefusal.InvalidTick)]
    [InlineData(1, 1 << 24, 1, 0, 0, MatchRefusal.InvalidTick)]
    [InlineData(1, 5, 0, 0, 0, MatchRefusal.InvalidQuantity)]
    [InlineData(1, 5, 1_000_000_000_001, 0, 0, MatchRefusal.InvalidQuantity)]
    [InlineData(1, 5, 3, 4, 0, MatchRefusal.InvalidMinimum)]
    [InlineData(1, 5, 3, 2, 2, MatchRefusal.InvalidMinimum)]
    [InlineData(1, 5, 3, 0, 17, MatchRefusal.InvalidReplicas)]
    [InlineData(2, 5, 3, 0, 0, MatchRefusal.NotInBatch)]
    public void What_could_not_be_placed_is_refused(
        ushort market, int tick, long quantity, uint minimum, byte replicas, MatchRefusal refusal) =>
        Quoting.Of(new EngineWorld().Engine, new OrderQuestion(market, Side.Bid, default, tick, quantity)
        {
            Minimum = minimum,
            Replicas = replicas,
        }).Rejection.Should().Be(refusal);

    [Fact]
    public void A_hold_beyond_63_bits_is_refused()
    {
        var world = new EngineWorld();
        world.Do(new MatchCommand { Kind = CommandKind.OpenMarket, Market = 3, TickSize = 1_000_000_000_000 });

        Quoting.Of(world.Engine, new OrderQuestion(3, Side.Bid, default, 1 << 23, 1_000_000_000_000))
            .Rejection.Should().Be(MatchRefusal.AmountTooLarge);
    }

    private static void Ask(EngineWorld world, uint account, int tick, long quantity) => world.Do(new MatchCommand
    {
        Kind = CommandKind.Place,
        Market = EngineWorld.Continuous,
        Side = Side.Ask,
        Account = account,
        Tick = tick,
        Quantity = quantity,
    }).Should().Be(MatchRefusal.None);

    private static string Text(List<MatchEvent> trades) => string.Join('\n', trades.Select(trade =>
        $"{trade.Other} of {trade.OtherAccount}: {trade.Quantity} @ {trade.Tick}, {trade.LegNo}: {trade.Amount}"));

    private static string Text(Quote quote) => string.Join('\n', quote.Fills.Select(fill =>
        $"{fill.Ask} of {fill.Seller}: {fill.Quantity} @ {fill.Tick}, {fill.LegNo}: {fill.Escrowed}"));
}
