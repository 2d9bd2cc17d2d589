using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.OrderBook;
using Xunit;

namespace Marketplace.Tests.OrderBook;

/// <summary>From the match to the end of a job: legs, pot, delivery, settlement.</summary>
public sealed class JobTests
{
    [Fact]
    public void A_bid_that_meets_an_ask_becomes_a_job_and_its_hold_the_pot()
    {
        var world = BookWorld.WithBudget();
        var ask = world.Do(BookWorld.Ask(1)).Order;
        var bid = BookWorld.Bid("b1");

        var events = world.EventsOf(bid);

        var leg = new Leg(1, new ProviderId(1), ask, new UnitPrice(900_000));
        events.Should().BeEquivalentTo<BookEvent>([new BidMatched(
            3,
            new JobId(3),
            BookWorld.Market,
            BookWorld.Budget,
            "b1",
            bid.InputHash,
            bid.PerLeg,
            [leg],
            bid.Limit,
            new TokenAmount(1_100_000),
            bid.FeeBps)], options => options.RespectingRuntimeTypes());
        (world.Account.HeldByOrders, world.Account.InJobs).Should().Be((TokenAmount.Zero, new TokenAmount(1_100_000)));
        world.Engine.Depth(BookWorld.Market).Asks.Single().Quantity.Should().Be(new Quantity(1_000_000));
    }

    [Theory]
    [InlineData(900_009, 900_010, true)]
    [InlineData(900_009, 900_009, false)]
    [InlineData(900_000, 900_009, true)]
    public void A_price_between_two_ticks_favours_whom_it_belongs_to(long ask, long limit, bool meets)
    {
        var world = BookWorld.WithBudget();
        world.Do(BookWorld.Ask(1) with { Price = new UnitPrice(ask) });

        var answer = world.Do(BookWorld.Bid("b1") with { Limit = new UnitPrice(limit) });

        answer.Legs.Should().HaveCount(meets ? 1 : 0);
        answer.Legs.All(leg => leg.Price.MicroPerMillionUnits >= ask && leg.Price.MicroPerMillionUnits <= limit)
            .Should().BeTrue();
    }

    [Fact]
    public void An_ask_that_meets_resting_bids_sells_to_the_best_then_the_oldest_at_their_limits()
    {
        var world = BookWorld.WithBudget();
        world.Do(BookWorld.Bid("old"));
        world.Do(BookWorld.Bid("young"));
        world.Do(BookWorld.Bid("best") with { Limit = new UnitPrice(1_100_000) });

        var outcome = world.Apply(BookWorld.Ask(1)).Value;

        outcome.Answer.Should().Be(new AskAnswer(new OrderId(5), Quantity.Zero));
        outcome.Events.OfType<BidMatched>()
            .Select(match => (match.ClientOrderId, match.Legs[0].Price.MicroPerMillionUnits))
            .Should().Equal(("best", 1_100_000), ("old", 1_000_000));
        outcome.Events[^1].Should().Be(new AskEnded(
            5, new OrderId(5), BookWorld.Market, new ProviderId(1), AskEndReason.Sold));
        world.Engine.Bid(BookWorld.Budget, "young")!.State.Should().Be(BidState.Resting);
    }

    [Fact]
    public void Legs_of_one_bid_come_from_distinct_owners_even_of_one_providers_many_asks()
    {
        var world = BookWorld.WithBudget();
        world.Do(BookWorld.Ask(1));
        world.Do(BookWorld.Ask(1, "a2"));
        world.Do(BookWorld.Ask(2) with { OwnerAccount = BookWorld.Ask(1).OwnerAccount });

        world.Do(BookWorld.Bid("b1", replicas: 2)).State.Should().Be(BidState.Resting);
        var matched = world.EventsOf(BookWorld.Ask(3)).OfType<BidMatched>().Single();

        matched.Legs.Select(leg => (leg.LegNo, leg.Provider.Value)).Should().Equal((1, 1u), (2, 3u));
        matched.Pot.Should().Be(new TokenAmount(2_200_000));
    }

    [Fact]
    public void A_further_leg_is_of_a_new_owner_within_the_limit_and_holds_nothing_more()
    {
        var (world, job) = BookWorld.WithJob();
        world.Do(BookWorld.Ask(2) with { Price = new UnitPrice(1_000_001) });
        world.Do(BookWorld.Ask(3) with { OwnerAccount = BookWorld.Ask(1).OwnerAccount });
        world.Do(BookWorld.Ask(4));
        var dear = world.Do(BookWorld.Ask(5) with { Price = new(1_000_000), Quantity = new(1_000_000) }).Order;
        var before = world.Account;

        var first = world.Do(new AddLeg(job, 2, [new ProviderId(4)]));
        var second = world.Do(new AddLeg(job, 3, []));

        first.Leg.Should().Be(new Leg(2, new ProviderId(5), dear, new UnitPrice(1_000_000)));
        second.Leg.Provider.Should().Be(new ProviderId(4));
        world.Account.Should().Be(before);
        world.Engine.Bid(BookWorld.Budget, "b1")!.Legs.Should().HaveCount(3);
        world.Apply(new AddLeg(job, 4, [])).Rejection.Should().Be(BookRefusal.NoAsk);
    }

    [Fact]
    public void A_leg_that_is_asked_for_again_is_the_same_leg_even_after_the_job_ended()
    {
        var (world, job) = BookWorld.WithJob();
        world.Do(BookWorld.Ask(2));
        world.Do(BookWorld.Ask(3));
        var leg = world.Do(new AddLeg(job, 2, []));
        world.Do(new ReleaseJob(job));
        var before = world.Engine.Digest();

        var again = world.Apply(new AddLeg(job, 2, [leg.Leg.Provider])).Value;

        again.Answer.Should().Be(leg);
        again.HasChanged.Should().BeFalse();
        world.Engine.Digest().Should().Be(before);
    }

    [Fact]
    public void A_delivered_job_owes_what_its_tickets_promise_and_frees_the_rest_of_its_pot()
    {
        var (world, job) = BookWorld.WithJob();

        var events = world.EventsOf(new CompleteJob(job, new TokenAmount(900_000), new TokenAmount(90_000)));

        events.Should().Equal(new JobCompleted(
            4, job, BookWorld.Budget, new TokenAmount(900_000), new TokenAmount(90_000)));
        (world.Account.Free.Micro, world.Account.InJobs.Micro, world.Account.Owed.Micro)
            .Should().Be((9_010_000, 0, 990_000));
    }

    [Fact]
    public void The_whole_pot_may_be_owed()
    {
        var (world, job) = BookWorld.WithJob();

        world.Do(new CompleteJob(job, new TokenAmount(1_000_000), new TokenAmount(100_000)))
            .Owed.Should().Be(new TokenAmount(1_100_000));
    }

    [Fact]
    public void A_job_that_ended_without_delivery_frees_its_whole_pot()
    {
        var (world, job) = BookWorld.WithJob();

        var events = world.EventsOf(new ReleaseJob(job));

        events.Should().Equal(new JobReleased(4, job, BookWorld.Budget, new TokenAmount(1_100_000)));
        world.Account.Free.Should().Be(BookWorld.Opening.Cap);
    }

    [Fact]
    public void What_is_settled_moves_from_owed_to_spent_once()
    {
        var (world, job) = BookWorld.WithJob();
        world.Do(new CompleteJob(job, new TokenAmount(900_000), new TokenAmount(90_000)));
        var settled = new SettledOnChain(BookWorld.Budget, new TokenAmount(500_000), "log-1");

        world.Do(settled);
        var again = world.Apply(settled).Value;
        world.Do(settled with { FactId = "log-2", TotalPlusFee = new TokenAmount(490_000) });

        again.HasChanged.Should().BeFalse();
        (world.Account.Owed.Micro, world.Account.Spent.Micro, world.Account.Free.Micro)
            .Should().Be((0, 990_000, 9_010_000));
    }

    [Fact]
    public void A_disconnected_providers_asks_end_and_its_ids_are_forgotten_but_its_jobs_run_on()
    {
        var (world, job) = BookWorld.WithJob();
        var second = world.Do(BookWorld.Ask(1, "a2")).Order;
        world.Do(BookWorld.Ask(2));

        var events = world.EventsOf(new CancelAsksOf(new ProviderId(1)));

        events.Should().Equal(
            new AskEnded(6, new OrderId(2), BookWorld.Market, new ProviderId(1), AskEndReason.Disconnected),
            new AskEnded(6, second, BookWorld.Market, new ProviderId(1), AskEndReason.Disconnected));
        world.Engine.ConnectedProviders().Should().Equal(new ProviderId(2));
        world.Do(BookWorld.Ask(1)).Order.Should().Be(new OrderId(7), "its first id is free again");
        world.Do(new ReleaseJob(job)).InJobs.Should().Be(TokenAmount.Zero);
    }

    [Fact]
    public void A_provider_that_sold_everything_is_still_known_until_it_disconnects()
    {
        var world = BookWorld.WithBudget();
        world.Do(BookWorld.Ask(1) with { Quantity = new Quantity(1_000_000) });
        world.Do(BookWorld.Bid("b1"));

        world.Engine.ConnectedProviders().Should().Equal(new ProviderId(1));
        world.Apply(new CancelAsksOf(new ProviderId(1))).Value.HasChanged.Should().BeTrue();
        world.Engine.ConnectedProviders().Should().BeEmpty();
        world.Apply(new CancelAsksOf(new ProviderId(1))).Value.HasChanged.Should().BeFalse();
    }

    [Fact]
    public void A_cancelled_ask_sells_no_more()
    {
        var world = BookWorld.WithBudget();
        var ask = world.Do(BookWorld.Ask(1)).Order;

        world.EventsOf(new CancelAsk(ask, new ProviderId(1))).Should().Equal(
            new AskEnded(3, ask, BookWorld.Market, new ProviderId(1), AskEndReason.Cancelled));

        world.Do(BookWorld.Bid("b1")).State.Should().Be(BidState.Resting);
    }

    [Fact]
    public void Markets_do_not_meet()
    {
        var world = BookWorld.WithBudget();
        world.Do(BookWorld.Ask(1) with { Market = new MarketId(2) });

        world.Do(BookWorld.Bid("b1")).State.Should().Be(BidState.Resting);
    }
}
