using FluentAssertions;
using Marketplace.Execution;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Marketplace.Tests.OrderBook;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>What becomes of a bid's request: it is its job's, or nobody's.</summary>
public sealed class BidJobTests
{
    private static readonly byte[] Request = BidJobWorld.RequestFor("What is escrow?");
    private static readonly byte[] Other = BidJobWorld.RequestFor("What is a quorum?");
    private static readonly TokenAmount Hold = new(1_100_000);

    [Fact]
    public async Task A_matched_bid_whose_request_is_nowhere_gets_its_hold_back_and_is_told()
    {
        await using var world = await BidJobWorld.StartedAsync();
        await world.Book.DoAsync(BookWorld.Bid("b1"));
        var held = (await world.Book.AccountAsync()).InJobs;

        await world.ConsumeAsync();
        await world.ConsumeAsync();
        await world.Runner.TickAsync(CancellationToken.None);

        held.Should().Be(Hold);
        (await world.Book.AccountAsync()).InJobs.Should().Be(TokenAmount.Zero);
        (await world.JobOfAsync("b1"))!.Status.Should().Be(JobStatus.Refunded);
        world.Told.OfType<JobEnded>().Should().ContainSingle().Which.Code.Should().Be("request_lost");
    }

    [Fact]
    public async Task A_job_goes_on_when_its_match_comes_again_after_its_request_is_forgotten()
    {
        await using var world = await BidJobWorld.StartedAsync();
        await world.EnterAsync(BidJobWorld.BidOf("b1", Request));

        await world.ConsumeAsync();
        var kept = await world.KeptAsync("b1");
        await world.ConsumeAsync();
        await world.Runner.TickAsync(CancellationToken.None);

        kept.Should().BeNull();
        (await world.JobOfAsync("b1"))!.Should().BeEquivalentTo(new { Status = JobStatus.Running, Request });
        (await world.Book.AccountAsync()).InJobs.Should().Be(Hold);
    }

    [Fact]
    public async Task A_refused_bid_leaves_no_request_behind_and_its_id_buys_another()
    {
        await using var world = await BidJobWorld.StartedAsync();
        var tooMuch = BidJobWorld.BidOf("b1", Request) with { PerLeg = new Quantity(100_000_000) };

        var refused = await world.EnterAsync(tooMuch);
        var kept = await world.KeptAsync("b1");
        var bought = await world.EnterAsync(BidJobWorld.BidOf("b1", Other));
        await world.ConsumeAsync();

        refused.Code.Should().Be("insufficient_budget");
        kept.Should().BeNull();
        bought.State.Should().Be("matched");
        (await world.JobOfAsync("b1"))!.Request.Should().Equal(Other);
    }

    [Fact]
    public async Task A_request_that_was_left_behind_gives_way_to_the_one_that_comes()
    {
        await using var world = await BidJobWorld.StartedAsync();
        await world.LeaveAsync("b1", Request);

        await world.EnterAsync(BidJobWorld.BidOf("b1", Other));
        await world.ConsumeAsync();

        (await world.JobOfAsync("b1"))!.Should().BeEquivalentTo(
            new { Status = JobStatus.Running, Request = Other, Quorum = 1, IsStreamed = false });
    }

    [Fact]
    public async Task A_request_that_was_left_under_a_bids_id_is_not_run_for_it()
    {
        await using var world = await BidJobWorld.StartedAsync();
        await world.LeaveAsync("lost", Request);
        await world.LeaveAsync("deposited", Request);
        var input = JobRequest.HashOf(Other);
        await world.Requests.DepositAsync(
            BookWorld.Budget, input, BidJobWorld.Model, Other, world.Book.Clock.Now, CancellationToken.None);

        await world.Book.DoAsync(BookWorld.Bid("lost"));
        await world.Book.DoAsync(BookWorld.Bid("deposited") with { InputHash = input });
        await world.ConsumeAsync(2);

        (await world.JobOfAsync("lost"))!.EndCode.Should().Be("request_lost");
        (await world.JobOfAsync("deposited"))!.Should().BeEquivalentTo(
            new { Status = JobStatus.Running, Request = Other, Quorum = 1 });
    }

    [Fact]
    public async Task An_order_that_is_asked_after_is_told_as_it_stands_whoever_placed_it()
    {
        await using var world = await BidJobWorld.StartedAsync();
        var resting = BookWorld.Bid("b2") with { Limit = new UnitPrice(10) };
        await world.Book.DoAsync(BookWorld.Bid("b1"));
        var order = (await world.Book.DoAsync(resting)).Order;

        var answers = new List<Protocol.BidAnswer>
        {
            await world.AskedAsync("b1"), await world.AskedAsync("b2"), await world.AskedAsync("b3"),
        };
        await world.Book.DoAsync(new Marketplace.OrderBook.CancelBid(order, BookWorld.Budget));
        answers.Add(await world.AskedAsync("b2"));

        answers.Select(answer => answer.State).Should().Equal("matched", "resting", "unknown", "refused");
        answers[0].JobId.Should().NotBeNull();
        answers[3].Code.Should().Be("order_ended");
    }

    [Fact]
    public async Task A_cancelled_bid_ends_as_cancelled_and_not_for_want_of_an_offer()
    {
        await using var world = await BidJobWorld.StartedAsync();
        var order = (await world.Book.DoAsync(BookWorld.Bid("b1") with { Limit = new UnitPrice(10) })).Order;

        await world.Book.DoAsync(new Marketplace.OrderBook.CancelBid(order, BookWorld.Budget));
        await world.ConsumeAsync(2);

        world.Told.OfType<JobEnded>().Should().ContainSingle().Which.Code.Should().Be("order_ended");
    }
}
