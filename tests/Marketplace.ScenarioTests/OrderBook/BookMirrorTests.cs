using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Feeds;
using Marketplace.ScenarioTests.OrderBook.Journaling;
using Marketplace.Tests.OrderBook;
using Marketplace.Tests.OrderBook.Feeds;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>The book for those who only look is the writer's, whatever happened.</summary>
public sealed class BookMirrorTests
{
    [Fact]
    public void The_mirror_has_the_writers_state_through_any_stream_and_restart() =>
        Gen.Select(BookStreams.All, Gen.Int[0, 40], Gen.Int[0, 3]).Sample(
            (stream, stop, behind) => LiveThroughAsync(stream, stop, behind).GetAwaiter().GetResult(),
            iter: 12,
            threads: 1);

    [Fact]
    public async Task A_mirror_that_falls_behind_ends_its_feeds_and_begins_again_with_the_whole_state()
    {
        using var folder = new LogFolder();
        await using var world = await LoopWorld.WithBudgetAsync(
            folder.Path, change: options => options with { Feeds = new FeedOptions(MaxBehind: 0) });
        var topic = new FeedTopic(FeedKind.Orders, 0);
        using var before = world.Loop.Mirror.Feeds.Subscribe(topic, null).Value;
        world.Clock.Tick(world.Clock.Now);
        var snapshot = await before.NextAsync(default);

        await world.DoAsync(BookWorld.Ask(1));
        await HashAsync(world);
        using var after = world.Loop.Mirror.Feeds.Subscribe(topic, snapshot!.Seq).Value;
        world.Clock.Tick(world.Clock.Now);

        (await before.NextAsync(default)).Should().BeNull();
        before.End.Should().Be(FeedEnd.Restarted);
        Received.Read((await after.NextAsync(default))!).Name.Should().Be("gap");
        Received.Read((await after.NextAsync(default))!).Data.GetProperty("orders").GetArrayLength().Should().Be(1);
    }

    [Fact]
    public async Task What_the_copy_has_already_is_not_followed_again()
    {
        var writers = new MatchingEngine(new EngineOptions());
        var (isAsked, copy) = (new TaskCompletionSource(), new TaskCompletionSource<EngineImage>());
        await using var mirror = new BookMirror(
            new FeedOptions(MaxBehind: 1),
            TimeProvider.System,
            NullLogger.Instance,
            _ =>
            {
                isAsked.TrySetResult();
                return copy.Task;
            });
        mirror.Start(writers.Capture(null));
        MatchCommand account = new() { Seq = 1, Kind = CommandKind.OpenAccount };
        MatchCommand[] funds = [.. Enumerable.Range(2, 3).Select(seq => new MatchCommand
        {
            Seq = seq,
            Kind = CommandKind.Fund,
            Amount = seq,
        })];
        foreach (var command in funds.Prepend(account))
        {
            writers.Apply(command, new MatchEvents()).Should().Be(MatchRefusal.None);
        }

        mirror.Offer([account, funds[0]]);
        await isAsked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        mirror.Offer([funds[1]]);
        copy.SetResult(writers.Capture(null));
        mirror.Offer([funds[2]]);

        (await mirror.LookAsync(book => book.StateHash(), default)).Should().Be(writers.StateHash());
    }

    [Fact]
    public async Task After_the_end_nobody_looks_and_nobody_waits()
    {
        using var folder = new LogFolder();
        var world = await LoopWorld.WithBudgetAsync(folder.Path);
        var mirror = world.Loop.Mirror;
        using var waiting = mirror.Feeds.Subscribe(new FeedTopic(FeedKind.Trades, 0), null).Value;

        await world.DisposeAsync();

        (await waiting.NextAsync(default)).Should().BeNull();
        waiting.End.Should().Be(FeedEnd.Closed);
        mirror.Feeds.Subscribe(new FeedTopic(FeedKind.Trades, 0), null).Rejection.Should().Be(SubscribeRefusal.Closed);
        await mirror.Awaiting(one => one.LookAsync(book => book.LastSeq, default))
            .Should().ThrowAsync<BookStoppedException>();
    }

    [Fact]
    public async Task A_look_that_fails_is_its_askers_alone()
    {
        using var folder = new LogFolder();
        await using var world = await LoopWorld.WithBudgetAsync(folder.Path);
        var mirror = world.Loop.Mirror;

        await mirror.Awaiting(one => one.LookAsync<int>(_ => throw new FormatException("mine"), default))
            .Should().ThrowAsync<FormatException>();

        (await mirror.LookAsync(book => book.HasMarket(0), default)).Should().BeTrue();
    }

    private static async Task LiveThroughAsync((int Seconds, BookCommand Command)[] stream, int stop, int behind)
    {
        using var folder = new LogFolder();
        var clock = new BookClock();
        BookLoopOptions Change(BookLoopOptions options) =>
            behind == 0 ? options with { Feeds = new FeedOptions(MaxBehind: 0) } : options;
        var life = await LoopWorld.StartedAsync(folder.Path, clock: clock, change: Change);
        foreach (var (step, index) in stream.Select((step, index) => (step, index)))
        {
            if (index == stop)
            {
                await life.DisposeAsync();
                life = await LoopWorld.StartedAsync(folder.Path, clock: clock, change: Change);
            }

            clock.Now = clock.Now.AddSeconds(step.Seconds);
            await life.SendAsync(step.Command);
        }

        (await HashAsync(life)).Should().Be(await WritersHashAsync(life));
        await life.DisposeAsync();
    }

    private static Task<Hash32> WritersHashAsync(LoopWorld world) => world.Loop.ReadAsync(
        state =>
        {
            using var saved = new MemoryStream();
            state.Image().WriteTo(saved);
            saved.Position = 0;
            return MatchingEngine.Load(saved).StateHash();
        },
        default);

    // The second look comes after a beginning again that the first may have found under way.
    private static async Task<Hash32> HashAsync(LoopWorld world)
    {
        await world.Loop.Mirror.LookAsync(book => book.LastSeq, default);
        return await world.Loop.Mirror.LookAsync(book => book.StateHash(), default);
    }
}
