using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Marketplace.ScenarioTests.OrderBook.Journaling;
using Marketplace.Tests.OrderBook;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>Events reach their consumer in order and at least once; time passes without commands.</summary>
public sealed class BookLoopEventTests : IDisposable
{
    private readonly LogFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_consumer_that_fails_gets_the_same_events_again_in_order()
    {
        var consumer = new FakeConsumer();
        consumer.FailNext(times: 3);
        await using var world = await LoopWorld.WithBudgetAsync(folder.Path, consumer);

        await world.DoAsync(BookWorld.Ask(1));
        await world.DoAsync(BookWorld.Bid("b1"));
        await world.DoAsync(BookWorld.Bid("b2"));
        await world.DoAsync(BookWorld.Bid("b3"));
        await consumer.ReachedAsync(4);

        consumer.Failed.Should().Be(3);
        consumer.Events.Select(happened => happened.GetType()).Should().Equal(
            typeof(BidMatched), typeof(BidMatched), typeof(AskEnded), typeof(BidRested));
        consumer.Events.Select(happened => happened.Seq).Should().Equal(4, 5, 5, 6);
    }

    [Theory]
    [InlineData(0, "3 4 5 5")]
    [InlineData(3, "4 5 5")]
    [InlineData(4, "5 5")]
    [InlineData(6, "")]
    public async Task A_start_resumes_after_the_consumers_cursor(long cursor, string expected)
    {
        await using (var world = await LoopWorld.WithBudgetAsync(folder.Path))
        {
            await world.DoAsync(BookWorld.Bid("b1"));
            await world.DoAsync(BookWorld.Bid("b2"));
            await world.DoAsync(new CloseBudget(BookWorld.Budget));
            await world.DoAsync(BookWorld.Ask(1));
        }

        var consumer = new FakeConsumer(cursor);
        await using var after = await LoopWorld.StartedAsync(folder.Path, consumer);
        await after.Loop.StopAsync(CancellationToken.None);

        string.Join(' ', consumer.Events.Select(happened => happened.Seq)).Should().Be(expected);
    }

    [Fact]
    public async Task The_events_of_one_command_come_in_one_call()
    {
        var consumer = new FakeConsumer();
        consumer.Block();
        await using var world = await LoopWorld.WithBudgetAsync(folder.Path, consumer);
        var cheap = BookWorld.Bid("b") with { Limit = new UnitPrice(10) };
        var bids = Enumerable.Range(0, 1_500).Select(n => cheap with { ClientOrderId = $"b{n}" });
        await Task.WhenAll(bids.Select(bid => world.DoAsync(bid)));

        await world.DoAsync(new CloseBudget(BookWorld.Budget));
        consumer.Release();
        await consumer.ReachedAsync(3_000);

        consumer.Calls.Should().HaveCountGreaterThan(1);
        consumer.Calls.Should().ContainSingle(call => call.Any(happened => happened is BidEnded));
    }

    [Fact]
    public async Task A_consumer_that_lags_makes_new_orders_busy_and_nothing_else()
    {
        var consumer = new FakeConsumer();
        consumer.Block();
        await using var world = await LoopWorld.WithBudgetAsync(
            folder.Path, consumer, options => options with { MaxUnconsumed = 2 });
        await world.DoAsync(BookWorld.Bid("b1"));
        await world.DoAsync(BookWorld.Bid("b2"));
        await world.DoAsync(BookWorld.Bid("b3"));
        var digest = await world.DigestAsync();

        (await world.SubmitAsync(BookWorld.Bid("b4"))).Rejection.Should().Be(BookRefusal.Busy);
        (await world.SubmitAsync(BookWorld.Ask(1))).Rejection.Should().Be(BookRefusal.Busy);
        (await world.DigestAsync()).Should().Be(digest);
        (await world.SubmitAsync(new CancelBid(new OrderId(3), BookWorld.Budget))).IsOk.Should().BeTrue();

        consumer.Release();
        await consumer.ReachedAsync(4);
        await world.Loop.StopAsync(CancellationToken.None);
        await world.DisposeAsync();
        await using var after = await LoopWorld.StartedAsync(folder.Path, new FakeConsumer(cursor: 5));
        (await after.DoAsync(BookWorld.Bid("b4"))).State.Should().Be(BidState.Resting);
    }

    [Fact]
    public async Task Senders_wait_for_room_when_the_queue_is_full_and_all_are_answered()
    {
        await using var world = await LoopWorld.WithBudgetAsync(
            folder.Path, change: options => options with { QueueLength = 2, MaxBatch = 3 });
        world.Disk.Stall();
        var first = world.SubmitAsync(BookWorld.Ask(1));
        await world.Disk.Stalled.Task.WaitAsync(TimeSpan.FromSeconds(30));

        var others = Enumerable.Range(0, 30).Select(n => world.SubmitAsync(BookWorld.Ask(2, $"a{n}"))).ToList();
        world.Disk.Resume();

        (await Task.WhenAll(others.Append(first))).Should().OnlyContain(answer => answer.IsOk);
    }

    [Fact]
    public async Task A_bid_ends_at_its_time_without_any_command()
    {
        await using var world = await LoopWorld.WithBudgetAsync(folder.Path);
        var at = BookWorld.Start.AddSeconds(10);
        await world.DoAsync(Timed("b1", at));
        await world.Consumer.ReachedAsync(1);

        world.Clock.Tick(at.AddTicks(-1));
        (await world.AccountAsync()).HeldByOrders.Micro.Should().Be(1_100_000);
        world.Clock.Tick(at);
        await world.Consumer.ReachedAsync(2);

        world.Consumer.Events[1].Should().BeOfType<BidEnded>().Which.Reason.Should().Be(BidState.Expired);
        (await world.AccountAsync()).HeldByOrders.Should().Be(TokenAmount.Zero);
    }

    [Fact]
    public async Task An_ask_that_comes_at_a_bids_last_moment_does_not_meet_it()
    {
        await using var world = await LoopWorld.WithBudgetAsync(folder.Path);
        var at = BookWorld.Start.AddSeconds(10);
        await world.DoAsync(Timed("b1", at));

        world.Clock.Now = at;
        var ask = await world.DoAsync(BookWorld.Ask(1));

        ask.Remaining.Should().Be(BookWorld.Ask(1).Quantity);
        (await world.Loop.ReadAsync(engine => engine.Bid(BookWorld.Budget, "b1")!.State, CancellationToken.None))
            .Should().Be(BidState.Expired);
    }

    [Fact]
    public async Task A_clock_that_goes_back_does_not_take_the_book_back()
    {
        var at = BookWorld.Start.AddSeconds(10);
        var clock = new BookClock();
        await using (var world = await LoopWorld.StartedAsync(folder.Path, clock: clock))
        {
            await world.DoAsync(BookWorld.Opening);
            await world.DoAsync(new OpenMarket(BookWorld.Market, BookWorld.Fee));
            await world.DoAsync(new OpenMarket(new MarketId(2), BookWorld.Fee));
            clock.Now = at;
            await world.DoAsync(BookWorld.Ask(1) with { Market = new MarketId(2) });
            clock.Now = BookWorld.Start;

            (await world.SubmitAsync(Timed("b1", at))).Rejection.Should().Be(BookRefusal.InvalidExpiry);
            (await world.DoAsync(BookWorld.Bid("b2"))).State.Should().Be(BidState.Resting);
        }

        await using var after = await LoopWorld.StartedAsync(folder.Path, clock: clock);
        (await after.SubmitAsync(Timed("b3", at))).Rejection.Should().Be(BookRefusal.InvalidExpiry);
    }

    [Fact]
    public async Task A_new_life_ends_the_asks_of_the_last_one_and_forgets_their_ids()
    {
        await using (var world = await LoopWorld.WithBudgetAsync(folder.Path))
        {
            await world.DoAsync(BookWorld.Ask(1));
            await world.DoAsync(BookWorld.Ask(2, "a2"));
            await world.DoAsync(BookWorld.Ask(3) with { Quantity = new Quantity(1_000_000), Price = new UnitPrice(1) });
            await world.DoAsync(BookWorld.Bid("b1"));
        }

        await using var after = await LoopWorld.StartedAsync(folder.Path);
        var ended = await after.Loop.CancelAllAsksAsync(CancellationToken.None);

        ended.Should().Be(2, "the third was sold");
        (await after.DoAsync(BookWorld.Ask(3))).Remaining.Should().Be(BookWorld.Ask(3).Quantity);
    }

    private static PlaceBid Timed(string clientOrderId, DateTimeOffset at) =>
        BookWorld.Bid(clientOrderId) with { TimeInForce = TimeInForce.GoodTillTime, ExpiresAt = at };
}
