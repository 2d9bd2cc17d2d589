using FluentAssertions;
using Marketplace.Matching;
using Xunit;

namespace Marketplace.Tests.Matching.Engine;

/// <summary>The auction of a batch market: RULES.md, section 8.</summary>
public sealed class EngineAuctionTests
{
    [Fact]
    public void All_trade_at_the_one_price_of_the_most_volume()
    {
        var exchange = new Exchange(MarketMode.Batch);
        exchange.Bid(1, 12, 10);
        exchange.Bid(2, 10, 10);
        exchange.Ask(3, 8, 10);
        exchange.Ask(4, 11, 10);
        exchange.Trades.Should().BeEmpty();

        Clear(exchange);

        // At 8 to 10 ten are sold, and at 11 and 12 too: 11 and 12 have too many asks, 8 to 10 too many bids.
        exchange.Events[0].Should().Match<MatchEvent>(
            each => each.Kind == MatchEventKind.Cleared && each.Tick == 8 && each.Quantity == 10);
        exchange.Trades.Should().ContainSingle().Which.Should().Match<MatchEvent>(
            each => each.Account == 1 && each.OtherAccount == 3 && each.Tick == 8 && each.Released == 40);
        exchange.Engine.Market(Exchange.MarketNo).LastClearTick.Should().Be(8);
    }

    [Fact]
    public void A_bid_that_cannot_be_met_is_left_out_and_the_price_is_found_without_it()
    {
        var exchange = new Exchange(MarketMode.Batch);
        exchange.Legs(1, 20, 5, replicas: 2);
        exchange.Bid(2, 10, 5);
        exchange.Ask(3, 10, 10);

        Clear(exchange);

        exchange.Trades.Should().ContainSingle().Which.Account.Should().Be(2);
        exchange.Resting(Side.Bid).Should().ContainSingle().Which.Account.Should().Be(1);
    }

    [Fact]
    public void Without_a_trade_there_is_no_price_and_immediate_orders_end()
    {
        var exchange = new Exchange(MarketMode.Batch);
        exchange.Place(new MatchCommand
        {
            Side = Side.Bid,
            Account = 1,
            Tick = 5,
            Quantity = 3,
            TimeInForce = TimeInForce.ImmediateOrCancel,
        });
        exchange.Ask(2, 6, 3);

        Clear(exchange);

        exchange.Events[0].Should().Match<MatchEvent>(each => each.Tick == 0 && each.Quantity == 0);
        exchange.Story.Skip(1).Should().Equal("1 ends Unfilled with 3");
    }

    [Fact]
    public void The_seed_and_not_the_time_of_arrival_decides_among_equal_prices()
    {
        var winners = Enumerable.Range(0, 40).Select(seed => WinnerOf(seed, isReversed: false)).ToList();

        winners.Distinct().Should().HaveCount(2);
        Enumerable.Range(0, 40).Select(seed => WinnerOf(seed, isReversed: true)).Should().Equal(winners);
    }

    [Fact]
    public void Continuous_markets_are_not_cleared_and_batch_markets_have_no_post_only()
    {
        Clear(new Exchange()).Should().Be(MatchRefusal.NotABatchMarket);
        var batch = new Exchange(MarketMode.Batch);

        batch.Place(new MatchCommand { Account = 1, Tick = 1, Quantity = 1, IsPostOnly = true });

        batch.Refusal.Should().Be(MatchRefusal.NotInBatch);
    }

    private static uint WinnerOf(int seed, bool isReversed)
    {
        var exchange = new Exchange(MarketMode.Batch);
        exchange.Bid(isReversed ? 2u : 1u, 10, 5);
        exchange.Bid(isReversed ? 1u : 2u, 10, 5);
        exchange.Ask(3, 10, 5);
        Clear(exchange, (ulong)seed);
        return exchange.Trades.Single().Account;
    }

    private static MatchRefusal Clear(Exchange exchange, ulong seed = 1) => exchange.Send(
        new MatchCommand { Kind = CommandKind.Clear, Market = Exchange.MarketNo, SeedLow = seed, SeedHigh = 7 });
}
