using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Xunit;

namespace Marketplace.Tests.Matching.Engine;

/// <summary>One example for each rule of matching: RULES.md, sections 4 to 7.</summary>
public sealed class EngineMatchingTests
{
    [Fact]
    public void Best_price_fills_first_then_the_oldest_order_at_that_price()
    {
        var exchange = new Exchange();
        exchange.Ask(1, 12, 5);
        exchange.Ask(2, 11, 5);
        exchange.Ask(3, 11, 5);

        exchange.Bid(0, 12, 12);

        exchange.Story.Should().Equal(
            "0 Placed 12", "0 buys 5 at 11 of 2", "0 buys 5 at 11 of 3", "0 buys 2 at 12 of 1");
    }

    [Fact]
    public void What_is_left_rests_or_ends_as_the_order_says()
    {
        var exchange = new Exchange();
        exchange.Ask(1, 10, 5);

        exchange.Place(Order(Side.Bid, 0, 10, 8) with { TimeInForce = TimeInForce.ImmediateOrCancel });
        exchange.Story.Should().Equal("0 Placed 8", "0 buys 5 at 10 of 1", "0 ends Unfilled with 3");

        exchange.Bid(0, 10, 8);
        exchange.Story.Should().Equal("0 Placed 8", "0 Rested 8");
    }

    [Fact]
    public void Fill_or_kill_takes_all_or_nothing()
    {
        var exchange = new Exchange();
        exchange.Ask(1, 10, 5);
        exchange.Ask(2, 11, 5);

        exchange.Place(Order(Side.Bid, 0, 11, 11) with { TimeInForce = TimeInForce.FillOrKill });
        exchange.Trades.Should().BeEmpty();

        exchange.Place(Order(Side.Bid, 0, 11, 10) with { TimeInForce = TimeInForce.FillOrKill });
        exchange.Trades.Should().HaveCount(2);
    }

    [Fact]
    public void A_resting_minimum_is_passed_over_by_whoever_is_too_small()
    {
        var exchange = new Exchange();
        exchange.Place(Order(Side.Ask, 1, 10, 9) with { Minimum = 6 });
        exchange.Ask(2, 11, 9);

        exchange.Bid(0, 11, 5);
        exchange.Story.Should().Equal("0 Placed 5", "0 buys 5 at 11 of 2");

        exchange.Bid(0, 11, 6);
        exchange.Story.Should().Equal("0 Placed 6", "0 buys 6 at 10 of 1");

        // Of the nine three are left, fewer than the minimum: then all of them are enough.
        exchange.Bid(0, 10, 3);
        exchange.Story.Should().Equal("0 Placed 3", "0 buys 3 at 10 of 1");
    }

    [Fact]
    public void A_bid_in_legs_buys_from_distinct_domains_or_not_at_all()
    {
        var exchange = new Exchange();
        var twin = exchange.OpenAccount(ownerGroup: 50, domain: 1);
        exchange.Ask(1, 10, 5);
        exchange.Ask(twin, 10, 5);
        exchange.Ask(2, 11, 4);

        var bid = exchange.Legs(0, 12, 5, replicas: 2);
        exchange.Trades.Should().BeEmpty();
        exchange.Find(bid)!.Value.Open.Should().Be(5);

        exchange.Ask(3, 12, 7);
        exchange.Story.Should().Equal("3 Placed 7", "0 buys 5 at 10 of 1", "0 buys 5 at 12 of 3", "3 Rested 2");
        exchange.Trades.Select(each => each.LegNo).Should().Equal(1, 2);
        exchange.Trades.Select(each => each.Flags.HasFlag(TradeFlags.BidDone)).Should().Equal(false, true);
    }

    [Fact]
    public void Only_compatible_orders_meet_and_all_others_are_passed_over()
    {
        var exchange = new Exchange();
        Define(exchange, Side.Ask, capability: 0b01);
        Define(exchange, Side.Ask, capability: 0b11, signature: 2);
        Define(exchange, Side.Bid, required: 0b10);
        exchange.Place(Order(Side.Ask, 1, 10, 5) with { Signature = 1 });
        exchange.Place(Order(Side.Ask, 2, 12, 5) with { Signature = 2 });
        exchange.Ask(3, 11, 5);

        exchange.Place(Order(Side.Bid, 0, 12, 5) with { Signature = 1 });
        exchange.Story.Should().Equal("0 Placed 5", "0 buys 5 at 12 of 2");

        exchange.Bid(0, 12, 10);
        exchange.Story.Should().Equal("0 Placed 10", "0 buys 5 at 10 of 1", "0 buys 5 at 11 of 3");
    }

    [Fact]
    public void At_one_price_the_oldest_order_fills_first_whatever_its_signature()
    {
        var exchange = new Exchange();
        Define(exchange, Side.Ask, capability: 1);
        exchange.Place(Order(Side.Ask, 1, 10, 5) with { Signature = 1 });
        exchange.Ask(2, 10, 5);
        exchange.Place(Order(Side.Ask, 3, 10, 5) with { Signature = 1 });

        exchange.Bid(0, 10, 15);

        exchange.Trades.Select(each => each.OtherAccount).Should().Equal(1u, 2u, 3u);
    }

    [Fact]
    public void Post_only_rests_or_is_refused()
    {
        var exchange = new Exchange();
        exchange.Ask(1, 10, 5);
        var before = exchange.Engine.StateHash();

        exchange.Place(Order(Side.Bid, 0, 10, 5) with { IsPostOnly = true });
        exchange.Refusal.Should().Be(MatchRefusal.WouldTrade);
        exchange.Events.Should().BeEmpty();
        exchange.Engine.StateHash().Should().Be(before);

        exchange.Place(Order(Side.Bid, 0, 9, 5) with { IsPostOnly = true });
        exchange.Story.Should().Equal("0 Placed 5", "0 Rested 5");
    }

    [Theory]
    [InlineData(SelfTradeRule.CancelResting, "10 ends SelfTrade with 5|0 buys 3 at 10 of 2")]
    [InlineData(SelfTradeRule.CancelIncoming, "0 ends SelfTrade with 8")]
    [InlineData(SelfTradeRule.CancelBoth, "10 ends SelfTrade with 5|0 ends SelfTrade with 8")]
    [InlineData(SelfTradeRule.Decrement, "10 Reduced 0|0 Reduced 3|10 ends SelfTrade with 0|0 buys 3 at 10 of 2")]
    public void Orders_of_one_owner_never_trade(SelfTradeRule rule, string story)
    {
        var exchange = new Exchange();
        var own = exchange.OpenAccount(ownerGroup: 0, domain: 90);
        exchange.Ask(own, 10, 5);
        exchange.Ask(2, 10, 3);

        exchange.Place(Order(Side.Bid, 0, 10, 8) with { SelfTrade = rule });

        string.Join("|", exchange.Story.Skip(1)).Should().StartWith(story);
    }

    [Fact]
    public void A_smaller_quantity_keeps_the_place_and_the_handle_all_else_moves_behind()
    {
        var exchange = new Exchange();
        var first = exchange.Ask(1, 10, 5);
        exchange.Ask(2, 10, 5);

        exchange.Amend(1, first, 10, 4);
        exchange.Resting(Side.Ask).Select(order => order.Account).Should().Equal(1u, 2u);
        exchange.Find(first)!.Value.Open.Should().Be(4);

        exchange.Amend(1, first, 10, 6);
        exchange.Resting(Side.Ask).Select(order => order.Account).Should().Equal(2u, 1u);
        exchange.Find(first).Should().BeNull();
        exchange.Amend(1, first, 10, 3).Should().Be(MatchRefusal.UnknownOrder);
    }

    [Fact]
    public void Orders_end_at_their_time_and_before_anything_else()
    {
        var exchange = new Exchange { TimeMilliseconds = 2_000_500 };
        exchange.Place(Order(Side.Ask, 1, 10, 5) with { TimeInForce = TimeInForce.GoodTillTime, ExpirySeconds = 2007 });
        exchange.Place(Order(Side.Ask, 2, 10, 5) with { TimeInForce = TimeInForce.GoodTillTime, ExpirySeconds = 2006 });
        exchange.Place(Order(Side.Ask, 3, 10, 5) with { TimeInForce = TimeInForce.GoodTillTime, ExpirySeconds = 2008 });

        exchange.Engine.NeedsTick(2_005_999).Should().BeFalse();
        exchange.Engine.NeedsTick(2_006_000).Should().BeTrue();
        exchange.TimeMilliseconds = 2_007_000;
        exchange.Invoking(each => each.Bid(0, 10, 1)).Should().Throw<InvariantViolationException>();
        exchange.Send(new MatchCommand { Kind = CommandKind.Tick });

        exchange.Story.Should().Equal("2 ends Expired with 5", "1 ends Expired with 5");
    }

    [Fact]
    public void A_job_takes_a_further_leg_from_whom_it_does_not_exclude()
    {
        var exchange = new Exchange();
        exchange.Ask(0, 9, 5);
        exchange.Ask(1, 10, 5);
        exchange.Ask(2, 11, 5);
        exchange.Ask(3, 12, 7);

        Find(exchange, limit: 11).Should().BeNull();
        var found = Find(exchange, limit: 12)!.Value;
        exchange.Send(new MatchCommand { Kind = CommandKind.TakeLeg, Target = found, Tick = 12, Quantity = 5 });

        exchange.Events.Should().ContainSingle()
            .Which.Should().Match<MatchEvent>(each => each.OtherAccount == 3 && each.Quantity == 5 && each.Amount == 0);
        exchange.Resting(Side.Ask)[^1].Open.Should().Be(2);
        exchange.Engine.CheckStructure();
    }

    [Fact]
    public void A_batch_market_has_no_further_leg_and_sells_none()
    {
        var exchange = new Exchange(MarketMode.Batch);
        var ask = exchange.Ask(3, 12, 7);

        var found = Find(exchange, limit: 12);
        var taken = exchange.Send(
            new MatchCommand { Kind = CommandKind.TakeLeg, Target = ask, Tick = 12, Quantity = 5 });

        found.Should().BeNull();
        taken.Should().Be(MatchRefusal.NotInBatch);
        exchange.Resting(Side.Ask).Single().Open.Should().Be(7);
    }

    private static OrderHandle? Find(Exchange exchange, int limit) => exchange.Engine.TryFindLeg(
        new LegRequest(Exchange.MarketNo, 0, 0, limit, 5, excludedDomains: [1], excludedAccounts: [2]), out var found)
            ? found : null;

    private static MatchCommand Order(Side side, uint account, int tick, long quantity) =>
        new() { Side = side, Account = account, Tick = tick, Quantity = quantity };

    private static void Define(
        Exchange exchange, Side side, ulong required = 0, ulong capability = 0, ushort signature = 1) =>
        exchange.Send(new MatchCommand
        {
            Kind = CommandKind.DefineSignature,
            Market = Exchange.MarketNo,
            Side = side,
            Signature = signature,
            Required = new AttributeMask(required, 0),
            Capability = new AttributeMask(capability, 0),
        });
}
