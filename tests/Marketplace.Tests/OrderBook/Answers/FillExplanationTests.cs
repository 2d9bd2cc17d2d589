using System.Text.Json;
using FluentAssertions;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Answers;
using Marketplace.Tests.OrderBook.Feeds;
using Xunit;

namespace Marketplace.Tests.OrderBook.Answers;

/// <summary>What a person reads who asks why nothing happened. One tick is 0.3 micro-tokens a unit.</summary>
public sealed class FillExplanationTests
{
    private static readonly AttributeSchema Asks = AttributeSchema.Create(
    [
        new("region", AttributeKind.Set, ["eu", "us"]),
    ]).Value;

    private static readonly FillExplanationText Text = new(Asks, AttributeSchema.Empty);

    [Fact]
    public void A_limit_that_is_too_low_is_told_with_the_one_that_is_not()
    {
        var world = new EngineWorld();
        Place(world, Side.Ask, account: 2, tick: 6, quantity: 10);
        Place(world, Side.Ask, account: 4, tick: 8, quantity: 10);

        Told(world, Bid(tick: 5, quantity: 15)).Should().Be(
            """
            This bid for 15 units at 5 does not fill: 0 of 15 units would trade now.
            2 asks stand on the other side.
            2 fail for asking more than the limit, 2 for nothing else; nearest is {it}, by 1 tick; that is enough.
            With all else as it is, it would fill at a limit of 8.
            """.Replace("{it}", Handle(world, Side.Ask), StringComparison.Ordinal));
    }

    [Fact]
    public void What_no_limit_helps_is_told_by_name()
    {
        var world = new EngineWorld();
        Place(world, Side.Ask, account: 2, tick: 6, quantity: 10);
        var required = Asks.Require([new("region", ["eu"])]).Value;
        var bid = Bid(tick: 5, quantity: 15) with { Signature = new(required, default) };

        var text = Told(world, bid);

        text.Should().Contain("1 fails for lacking what it requires, 0 for nothing else;").And.Contain("by region eu.");
        text.Should().EndWith(
            "It would fill with a limit of 6 and no demand for region eu and a quantity of 10.");
    }

    [Fact]
    public void An_ask_is_told_of_the_bids()
    {
        var world = new EngineWorld();
        Place(world, Side.Bid, account: 2, tick: 4, quantity: 10);
        var ask = new OrderQuestion(EngineWorld.Continuous, Side.Ask, default, Tick: 5, Quantity: 10);

        Told(world, ask).Should().Contain("bidding less than the limit").And.EndWith("at a limit of 4.");
    }

    [Fact]
    public void A_resting_order_is_asked_about_by_its_handle()
    {
        var world = new EngineWorld();
        Place(world, Side.Ask, account: 2, tick: 6, quantity: 10);
        Place(world, Side.Bid, account: 4, tick: 5, quantity: 7);
        var resting = EngineWorld.Resting(world.Engine, EngineWorld.Continuous, Side.Bid).Single().Handle;

        var question = OrderQuestion.Of(world.Engine, resting, world.Now)!;

        FillExplaining.Of(world.Engine, question).Value.FillsAtTick.Should().Be(6);
        OrderQuestion.Of(world.Engine, new OrderHandle(1, 7, 7), world.Now).Should().BeNull();
    }

    [Fact]
    public void Money_expiry_and_an_empty_book_are_told()
    {
        var world = new EngineWorld();
        var bid = Bid(tick: 5, quantity: 10);
        Told(world, bid).Should().EndWith("Nothing that its owner can change would fill it now.");
        Place(world, Side.Ask, account: 2, tick: 4, quantity: 10);

        Told(world, bid).Should().StartWith("This bid for 10 units at 5 would fill whole if it were placed now.");
        Told(world, bid with { FreeMoney = 3 }).Should()
            .Contain("for the account's money").And.EndWith("It would fill with 16 micro-tokens free.");
        Told(world, bid with { ExpirySeconds = 1, NowMilliseconds = 1000 }).Should()
            .Contain("for its expiry").And.EndWith("It would fill with a later expiry.");
    }

    [Fact]
    public void Offers_past_their_end_do_not_count_as_takers()
    {
        var world = new EngineWorld();
        Place(world, Side.Ask, account: 2, tick: 4, quantity: 10, expirySeconds: 2000);

        var why = FillExplaining.Of(world.Engine, Bid(5, 10) with { NowMilliseconds = 2_000_000 }).Value;

        why.Constraints.Should().ContainSingle().Which.Constraint.Should().Be(FillConstraint.Time);
        (why.State, why.Together).Should().Be((FillState.WouldNotFill, null));
    }

    [Fact]
    public void Legs_are_told_of_their_domains_pieces_and_other_sellers()
    {
        var world = new EngineWorld();
        Place(world, Side.Ask, account: 2, tick: 4, quantity: 10);
        Place(world, Side.Ask, account: 3, tick: 4, quantity: 10);
        Place(world, Side.Ask, account: 4, tick: 4, quantity: 3);
        Place(world, Side.Bid, account: 6, tick: 3, quantity: 5, replicas: 2);

        var legs = FillExplaining.Of(world.Engine, Bid(tick: 5, quantity: 8) with { Replicas = 2 }).Value;
        var ask = FillExplaining.Of(
            world.Engine, new OrderQuestion(EngineWorld.Continuous, Side.Ask, default, Tick: 3, Quantity: 5)).Value;

        legs.Constraints.Select(report => (report.Constraint, report.Fails, report.Nearest.Amount)).Should().Equal(
            (FillConstraint.OnePiece, 1, 5L), (FillConstraint.Domain, 1, 1L));
        legs.Together!.Quantity.Should().Be(3);
        ask.Constraints.Should().ContainSingle().Which.Constraint.Should().Be(FillConstraint.OtherLegs);
    }

    [Fact]
    public void A_batch_market_waits_for_its_auction()
    {
        var bid = Bid(5, 10) with { Market = EngineWorld.Batch };

        Told(new EngineWorld(), bid).Should()
            .StartWith("This bid for 10 units at 5 waits for the next auction of its market.");
    }

    [Fact]
    public void An_explanation_is_written_as_json_and_read_back()
    {
        var world = new EngineWorld();
        Place(world, Side.Ask, account: 2, tick: 6, quantity: 10);
        var why = FillExplaining.Of(
            world.Engine, Bid(tick: 5, quantity: 15) with { Signature = new(MaskBits.Of(70), default) }).Value;

        var json = JsonSerializer.Serialize(why);

        json.Should().Contain("\"State\":\"WouldNotFill\"").And.Contain($"\"Offer\":\"{Handle(world, Side.Ask)}\"")
            .And.Contain("\"WithoutRequirements\":[70]").And.Contain("[\"Price\",\"Requirements\",\"Supply\"]");
        JsonSerializer.Serialize(JsonSerializer.Deserialize<FillExplanation>(json)).Should().Be(json);
    }

    private static OrderQuestion Bid(int tick, long quantity) =>
        new(EngineWorld.Continuous, Side.Bid, default, tick, quantity);

    private static string Told(EngineWorld world, OrderQuestion question) =>
        Text.Tell(question, FillExplaining.Of(world.Engine, question).Value);

    private static string Handle(EngineWorld world, Side side) =>
        EngineWorld.Resting(world.Engine, EngineWorld.Continuous, side)[0].Handle.ToString();

    private static void Place(
        EngineWorld world,
        Side side,
        uint account,
        int tick,
        long quantity,
        byte replicas = 0,
        uint expirySeconds = 0) =>
        world.Do(new MatchCommand
        {
            Kind = CommandKind.Place,
            Market = EngineWorld.Continuous,
            Side = side,
            Account = account,
            Tick = tick,
            Quantity = quantity,
            Replicas = replicas,
            ExpirySeconds = expirySeconds,
            TimeInForce = expirySeconds > 0 ? TimeInForce.GoodTillTime : TimeInForce.GoodTillCancelled,
        }).Should().Be(MatchRefusal.None);
}
