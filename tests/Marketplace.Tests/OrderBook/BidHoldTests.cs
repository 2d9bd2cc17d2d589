using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Answers;
using Xunit;

namespace Marketplace.Tests.OrderBook;

/// <summary>What a bid holds of its budget, and when it gives it back.</summary>
public sealed class BidHoldTests
{
    private static readonly OrderQuestion Asked = new(0, Side.Bid, default, Tick: 100_000, Quantity: 1_000_000)
    {
        Replicas = 1,
        EscrowsLimit = true,
        OwnerGroup = 1,
    };

    [Fact]
    public void A_resting_bid_holds_the_most_that_it_can_cost()
    {
        var world = BookWorld.WithBudget();

        var answer = world.Do(BookWorld.Bid("b1", replicas: 3));

        answer.Should().BeEquivalentTo(new BidAnswer(
            new OrderId(2), BidState.Resting, null, new TokenAmount(3_300_000), []));
        Pockets(world).Should().Be((6_700_000, 3_300_000, 0, 0, 0));
    }

    [Fact]
    public void Cost_and_fee_are_each_held_rounded_up()
    {
        var world = BookWorld.WithBudget();
        var market = world.Do(new OpenMarket(new MarketId(3), new BasisPoints(1)));
        var bid = BookWorld.Bid("b1", replicas: 2) with { Limit = new(1_000_010), PerLeg = new(1) };

        var answer = world.Do(bid with { Market = market.Market, FeeBps = market.FeeBps });

        answer.Hold.Micro.Should().Be(5, "two legs of a little more than one, and a little fee on both");
    }

    [Fact]
    public void The_last_micro_token_can_be_held_and_not_one_more()
    {
        var world = BookWorld.WithBudget();
        var market = world.Do(new OpenMarket(new MarketId(3), new BasisPoints(0)));
        var free = BookWorld.Bid("all") with { Market = market.Market, FeeBps = market.FeeBps };
        var exact = free with { Limit = new UnitPrice(10_000_000) };

        world.Apply(exact with { ClientOrderId = "more", Limit = new UnitPrice(10_000_010) }).Rejection
            .Should().Be(BookRefusal.InsufficientBudget);
        world.Do(exact).State.Should().Be(BidState.Resting);

        Pockets(world).Should().Be((0, 10_000_000, 0, 0, 0));
    }

    [Fact]
    public void What_the_chain_had_settled_before_is_not_free()
    {
        var world = new BookWorld();
        world.Do(BookWorld.Opening with { Spent = new TokenAmount(9_000_000) });

        Pockets(world).Should().Be((1_000_000, 0, 0, 0, 9_000_000));
        world.Apply(BookWorld.Bid("b1")).Rejection.Should().Be(BookRefusal.InsufficientBudget);
    }

    [Fact]
    public void A_cancelled_bid_gives_its_hold_back()
    {
        var world = BookWorld.WithBudget();
        var bid = world.Do(BookWorld.Bid("b1")).Order;

        var events = world.EventsOf(new CancelBid(bid, BookWorld.Budget));

        events.Should().Equal(
            new BidEnded(3, bid, BookWorld.Market, BookWorld.Budget, "b1", BidState.Cancelled) { Asked = Asked });
        Pockets(world).Should().Be((10_000_000, 0, 0, 0, 0));
        world.Engine.Bid(bid)!.State.Should().Be(BidState.Cancelled);
    }

    [Fact]
    public void An_immediate_bid_that_finds_nothing_holds_nothing()
    {
        var world = BookWorld.WithBudget();

        var answer = world.Do(BookWorld.Bid("b1") with { TimeInForce = TimeInForce.ImmediateOrCancel });

        answer.State.Should().Be(BidState.Unfilled);
        Pockets(world).Should().Be((10_000_000, 0, 0, 0, 0));
        world.Engine.Depth(BookWorld.Market).Bids.Should().BeEmpty();
    }

    [Fact]
    public void A_bid_ends_at_its_time_and_not_a_tick_before()
    {
        var world = BookWorld.WithBudget();
        var at = BookWorld.Start.AddSeconds(30);
        var bid = world.Do(BookWorld.Bid("b1") with { TimeInForce = TimeInForce.GoodTillTime, ExpiresAt = at }).Order;

        world.Engine.HasExpired(at.AddTicks(-1)).Should().BeFalse();
        world.EventsOf(new Expire(at.AddTicks(-1))).Should().BeEmpty();
        world.Engine.HasExpired(at).Should().BeTrue();
        world.EventsOf(new Expire(at)).Should().Equal(
            new BidEnded(3, bid, BookWorld.Market, BookWorld.Budget, "b1", BidState.Expired) { Asked = Asked });

        Pockets(world).Should().Be((10_000_000, 0, 0, 0, 0));
        world.Apply(new Expire(at)).Value.HasChanged.Should().BeFalse();
    }

    [Theory]
    [InlineData(TimeInForce.GoodTillCancelled, null)]
    [InlineData(TimeInForce.GoodTillTime, 48)]
    public void No_bid_outlives_its_budget(TimeInForce force, int? hours)
    {
        var world = BookWorld.WithBudget();
        var expiresAt = hours is { } after ? BookWorld.Start.AddHours(after) : (DateTimeOffset?)null;
        world.Do(BookWorld.Bid("b1") with { TimeInForce = force, ExpiresAt = expiresAt });

        world.Do(new Expire(BookWorld.Opening.Expiry.AddTicks(-1))).Count.Should().Be(0);
        world.Do(new Expire(BookWorld.Opening.Expiry)).Count.Should().Be(1);
    }

    [Fact]
    public void Bids_of_several_markets_expire_together_the_earliest_first()
    {
        var world = BookWorld.WithBudget();
        var bid = BookWorld.Bid("m2") with { Market = new MarketId(2), TimeInForce = TimeInForce.GoodTillTime };
        var other = bid with { Market = new MarketId(1) };
        world.Do(bid with { ExpiresAt = BookWorld.Start.AddSeconds(1) });
        world.Do(other with { ClientOrderId = "m1-late", ExpiresAt = BookWorld.Start.AddSeconds(9) });
        world.Do(other with { ClientOrderId = "m1-soon", ExpiresAt = BookWorld.Start.AddSeconds(2) });

        var events = world.EventsOf(new Expire(BookWorld.Start.AddSeconds(9)));

        events.Cast<BidEnded>().Select(ended => ended.ClientOrderId).Should().Equal("m2", "m1-soon", "m1-late");
    }

    [Fact]
    public void A_closed_budget_ends_its_resting_bids_and_keeps_its_jobs()
    {
        var (world, job) = BookWorld.WithJob();
        world.Do(BookWorld.Bid("rests") with { Limit = new UnitPrice(500_000) });
        Pockets(world).Should().Be((8_350_000, 550_000, 1_100_000, 0, 0));

        var events = world.EventsOf(new CloseBudget(BookWorld.Budget));

        events.Should().ContainSingle().Which.Should().BeOfType<BidEnded>()
            .Which.ClientOrderId.Should().Be("rests");
        Pockets(world).Should().Be((8_900_000, 0, 1_100_000, 0, 0));
        world.Do(new CompleteJob(job, new TokenAmount(900_000), new TokenAmount(90_000)));
        Pockets(world).Should().Be((9_010_000, 0, 0, 990_000, 0));
    }

    [Fact]
    public void One_budget_never_pays_for_another()
    {
        var world = BookWorld.WithBudget();
        world.Do(BookWorld.Opening with { Budget = new BudgetNo(8), Cap = new TokenAmount(1) });

        world.Do(BookWorld.Bid("b1"));

        world.Apply(BookWorld.Bid("b1") with { Budget = new BudgetNo(8) }).Rejection
            .Should().Be(BookRefusal.InsufficientBudget);
        world.Engine.Budget(new BudgetNo(8))!.Free.Should().Be(new TokenAmount(1));
    }

    private static (long Free, long Held, long InJobs, long Owed, long Spent) Pockets(BookWorld world)
    {
        var it = world.Account;
        return (it.Free.Micro, it.HeldByOrders.Micro, it.InJobs.Micro, it.Owed.Micro, it.Spent.Micro);
    }
}
