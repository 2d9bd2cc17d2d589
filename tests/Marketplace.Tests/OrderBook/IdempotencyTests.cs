using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Xunit;

namespace Marketplace.Tests.OrderBook;

/// <summary>The same command again: the first answer, and never a second effect.</summary>
public sealed class IdempotencyTests
{
    [Fact]
    public void A_bid_sent_again_gets_its_first_answer_whatever_became_of_it()
    {
        var world = BookWorld.WithBudget();
        var resting = world.Do(BookWorld.Bid("resting"));
        world.Do(BookWorld.Ask(1));
        var matched = world.Do(BookWorld.Bid("matched"));
        world.Do(BookWorld.Ask(2));
        world.Do(new AddLeg(new JobId(resting.Order.Value), 2, []));
        world.Do(new ReleaseJob(new JobId(resting.Order.Value)));
        world.Do(new CloseBudget(BookWorld.Budget));
        world.Now = BookWorld.Opening.Expiry.AddDays(1);
        var before = world.Engine.Digest();

        Again(world, BookWorld.Bid("resting")).Should().BeSameAs(resting);
        Again(world, BookWorld.Bid("matched")).Should().BeSameAs(matched);

        resting.State.Should().Be(BidState.Resting, "that is what it was told");
        world.Engine.Digest().Should().Be(before);
    }

    [Fact]
    public void A_bid_that_ended_is_not_entered_again()
    {
        var world = BookWorld.WithBudget();
        var bid = BookWorld.Bid("b1") with { TimeInForce = TimeInForce.ImmediateOrCancel };
        world.Do(bid);
        world.Do(BookWorld.Ask(1));

        Again(world, bid).Should().BeOfType<BidAnswer>().Which.State.Should().Be(BidState.Unfilled);
        world.Account.Free.Should().Be(BookWorld.Opening.Cap);
    }

    [Fact]
    public void An_order_id_is_its_budgets_own()
    {
        var world = BookWorld.WithBudget();
        world.Do(BookWorld.Opening with { Budget = new BudgetNo(8) });
        var mine = world.Do(BookWorld.Bid("b1"));

        var theirs = world.Do(BookWorld.Bid("b1") with { Budget = new BudgetNo(8) });

        theirs.Order.Should().NotBe(mine.Order);
        world.Engine.Bid(BookWorld.Budget, "b1")!.Order.Should().Be(mine.Order);
        world.Engine.Bid(BookWorld.Budget, "B1").Should().BeNull("an id is taken to the letter");
    }

    [Fact]
    public void An_ask_sent_again_gets_its_first_answer_even_when_it_was_sold()
    {
        var world = BookWorld.WithBudget();
        var ask = BookWorld.Ask(1) with { Quantity = new Quantity(1_000_000) };
        var first = world.Do(ask);
        world.Do(BookWorld.Bid("b1"));

        Again(world, ask).Should().BeSameAs(first);
        world.Engine.Depth(BookWorld.Market).Asks.Should().BeEmpty();
    }

    [Fact]
    public void A_job_ends_once_and_the_same_end_is_told_again()
    {
        var (world, job) = BookWorld.WithJob();
        var complete = new CompleteJob(job, new TokenAmount(900_000), new TokenAmount(90_000));
        var account = world.Do(complete);

        Again(world, complete).Should().Be(account);
        world.Apply(complete with { Paid = new TokenAmount(899_999) }).Rejection.Should().Be(BookRefusal.JobEnded);
        world.Apply(new ReleaseJob(job)).Rejection.Should().Be(BookRefusal.JobEnded);
    }

    [Fact]
    public void A_released_job_is_released_once()
    {
        var (world, job) = BookWorld.WithJob();
        var account = world.Do(new ReleaseJob(job));

        Again(world, new ReleaseJob(job)).Should().Be(account);
        world.Apply(new CompleteJob(job, TokenAmount.Zero, TokenAmount.Zero)).Rejection
            .Should().Be(BookRefusal.JobEnded, "delivered for nothing is not the same as not delivered");
    }

    [Fact]
    public void A_budget_opened_again_keeps_its_account_whatever_the_chain_has_settled_meanwhile()
    {
        var world = BookWorld.WithBudget();
        world.Do(BookWorld.Bid("b1"));
        var account = world.Account;

        Again(world, BookWorld.Opening with { Spent = new TokenAmount(5_000_000) }).Should().Be(account);
    }

    [Fact]
    public void A_closed_budget_stays_closed()
    {
        var world = BookWorld.WithBudget();
        world.Do(new CloseBudget(BookWorld.Budget));

        Again(world, new CloseBudget(BookWorld.Budget));
        Again(world, BookWorld.Opening).Should().BeOfType<BudgetView>().Which.IsClosed.Should().BeTrue();
    }

    private static object Again(BookWorld world, BookCommand command)
    {
        var before = world.Engine.Digest();

        var outcome = world.Apply(command).Value;

        outcome.HasChanged.Should().BeFalse();
        outcome.Events.Should().BeEmpty();
        world.Engine.Digest().Should().Be(before);
        return outcome.Answer;
    }
}
