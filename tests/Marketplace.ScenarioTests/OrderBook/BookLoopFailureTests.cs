using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.OrderBook;
using Marketplace.ScenarioTests.OrderBook.Journaling;
using Marketplace.Tests.OrderBook;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>A book whose disk failed, that was stopped or never started: everybody is told.</summary>
public sealed class BookLoopFailureTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly LogFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_full_disk_stops_the_book_for_all_and_what_is_sent_again_after_a_restart_acts_once()
    {
        var bids = Enumerable.Range(0, 20).Select(n => BookWorld.Bid($"b{n}") with { Limit = new(100_000) }).ToList();
        var consumer = new FakeConsumer();
        await using (var world = await LoopWorld.WithBudgetAsync(folder.Path, consumer))
        {
            world.Disk.Fill();
            var sent = bids.Select(bid => world.SubmitAsync(bid)).ToList();

            foreach (var one in sent)
            {
                await FluentActions.Awaiting(() => one).Should().ThrowAsync<BookStoppedException>();
            }

            await FluentActions.Awaiting(() => world.Loop.Completion).Should().ThrowAsync<IOException>();
            await FluentActions.Awaiting(world.AccountAsync).Should().ThrowAsync<BookStoppedException>();
            (await FluentActions.Awaiting(() => world.DoAsync(BookWorld.Bid("late"))).Should()
                .ThrowAsync<BookStoppedException>()).WithInnerException<IOException>();
        }

        consumer.Events.Should().BeEmpty();
        await using var after = await LoopWorld.StartedAsync(folder.Path);
        foreach (var bid in bids)
        {
            (await after.DoAsync(bid)).State.Should().Be(BidState.Resting);
        }

        (await after.AccountAsync()).HeldByOrders.Should().Be(new TokenAmount(20 * 110_000));
    }

    [Fact]
    public async Task Who_shares_a_batch_with_a_command_that_the_journal_cannot_take_is_told_as_well()
    {
        await using var world = await LoopWorld.WithBudgetAsync(folder.Path);
        await world.DoAsync(BookWorld.Ask(1));
        await world.DoAsync(BookWorld.Ask(2));
        var job = (await world.DoAsync(BookWorld.Bid("b1"))).Job!.Value;
        var others = Enumerable.Range(1_000, 4_000).Select(number => new ProviderId((uint)number)).ToList();
        using var allQueued = new ManualResetEventSlim();

        var first = world.Loop.ReadAsync(_ => allQueued.Wait(Patience), CancellationToken.None);
        var before = world.SubmitAsync(BookWorld.Bid("b2"));
        var tooLong = world.SubmitAsync(new AddLeg(job, 2, others));
        allQueued.Set();

        foreach (var sent in (Task[])[first, before, tooLong])
        {
            await FluentActions.Awaiting(() => sent.WaitAsync(Patience)).Should().ThrowAsync<BookStoppedException>();
        }
    }

    [Fact]
    public async Task After_a_failed_sync_a_repetition_tells_what_became_of_the_command()
    {
        await using (var world = await LoopWorld.WithBudgetAsync(folder.Path))
        {
            world.Disk.FailSyncs();

            await FluentActions.Awaiting(() => world.DoAsync(BookWorld.Bid("b1"))).Should()
                .ThrowAsync<BookStoppedException>();
            await FluentActions.Awaiting(() => world.Loop.Completion).Should().ThrowAsync<IOException>();
            world.Consumer.Events.Should().BeEmpty();
        }

        await using var after = await LoopWorld.StartedAsync(folder.Path);
        (await after.DoAsync(BookWorld.Bid("b1"))).Order.Should().Be(new OrderId(3));
        (await after.AccountAsync()).HeldByOrders.Should().Be(new TokenAmount(1_100_000), "it is held once");
    }

    [Fact]
    public async Task A_sender_that_stops_waiting_does_not_take_its_command_back()
    {
        await using var world = await LoopWorld.WithBudgetAsync(folder.Path);
        using var impatience = new CancellationTokenSource();
        world.Disk.Stall();
        var sent = world.Loop.SubmitAsync(BookWorld.Bid("b1"), impatience.Token);
        await world.Disk.Stalled.Task.WaitAsync(TimeSpan.FromSeconds(30));

        await impatience.CancelAsync();
        await FluentActions.Awaiting(() => sent).Should().ThrowAsync<OperationCanceledException>();
        world.Disk.Resume();

        (await world.DoAsync(BookWorld.Bid("b1"))).Order.Should().Be(new OrderId(3));
    }

    [Fact]
    public async Task A_stopped_book_finishes_what_waits_and_takes_no_more()
    {
        await using var world = await LoopWorld.WithBudgetAsync(folder.Path);
        world.Disk.Stall();
        var first = world.SubmitAsync(BookWorld.Bid("b1"));
        await world.Disk.Stalled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var second = world.SubmitAsync(BookWorld.Bid("b2"));

        var stopping = world.Loop.StopAsync(CancellationToken.None);
        world.Disk.Resume();
        await stopping;

        ((await first).IsOk, (await second).IsOk).Should().Be((true, true));
        world.Consumer.Events.Should().HaveCount(2);
        await world.Loop.Completion;
        await FluentActions.Awaiting(() => world.DoAsync(BookWorld.Bid("b3")))
            .Should().ThrowAsync<BookStoppedException>();
    }

    [Fact]
    public async Task A_stop_waits_no_longer_than_it_may_for_a_consumer_and_the_next_start_delivers()
    {
        var consumer = new FakeConsumer();
        consumer.Block();
        await using (var world = await LoopWorld.WithBudgetAsync(folder.Path, consumer))
        {
            await world.DoAsync(BookWorld.Bid("b1"));

            await world.Loop.StopAsync(new CancellationToken(canceled: true));
        }

        var next = new FakeConsumer();
        await using var after = await LoopWorld.StartedAsync(folder.Path, next);
        await next.ReachedAsync(1);
        next.Events.Should().ContainSingle().Which.Seq.Should().Be(3);
        consumer.Events.Should().BeEmpty();
    }

    [Fact]
    public async Task A_book_that_never_started_leaves_nobody_waiting()
    {
        var world = LoopWorld.Created(folder.Path);
        var sent = world.SubmitAsync(BookWorld.Opening);

        await world.DisposeAsync();

        await FluentActions.Awaiting(() => sent.WaitAsync(TimeSpan.FromSeconds(30))).Should()
            .ThrowAsync<BookStoppedException>();
    }

    [Fact]
    public async Task A_read_that_fails_is_its_askers_alone()
    {
        await using var world = await LoopWorld.WithBudgetAsync(folder.Path);

        await FluentActions.Awaiting(() => world.Loop.ReadAsync<int>(
            _ => throw new FormatException("mine"), CancellationToken.None)).Should().ThrowAsync<FormatException>();

        (await world.AccountAsync()).Free.Should().Be(BookWorld.Opening.Cap);
    }
}
