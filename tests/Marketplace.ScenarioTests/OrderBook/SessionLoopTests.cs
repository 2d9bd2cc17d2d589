using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;
using Marketplace.OrderBook.PublicLog;
using Marketplace.ScenarioTests.OrderBook.Journaling;
using Marketplace.Tests.OrderBook;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>A batch of a session acts once, whatever becomes of the process that took it.</summary>
public sealed class SessionLoopTests : IDisposable
{
    private static readonly EntryLoad AnyLoad = new(1, 0, 0);

    private readonly LogFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_batch_is_answered_when_its_last_order_is_on_disk_and_not_before()
    {
        await using var world = await LoopWorld.WithBudgetAsync(folder.Path);
        var session = await OpenedAsync(world);
        world.Disk.Stall();

        var answers = SubmitAsync(world, session.Batch(session.Ask(1), session.Ask(2)));
        await world.Disk.Stalled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var isEarly = answers.IsCompleted;
        world.Disk.Resume();

        isEarly.Should().BeFalse();
        (await answers).Select(answer => answer.Seq).Should().Equal(4, 5);
    }

    [Fact]
    public void The_same_batch_again_after_a_kill_has_the_same_answers_and_no_second_effect() => Gen.Select(
        Gen.Select(Gen.Int[0, 4], Gen.ULong[1, 12], Gen.Int[0, 3]).Array[1, 6].Array[1, 8], Gen.Int[0, 100])
        .Sample((batches, kill) => LiveThroughAsync(batches, kill).GetAwaiter().GetResult(), iter: 25, threads: 1);

    [Fact]
    public async Task What_a_session_trades_is_in_the_public_log_without_its_number()
    {
        await using (var world = await LoopWorld.WithBudgetAsync(folder.Path))
        {
            var session = await OpenedAsync(world);
            await SubmitAsync(world, session.Batch(session.Ask(1), session.Ask(2, tick: 0)));
            await world.DoAsync(BookWorld.Bid("b1"));
            await world.Consumer.ReachedAsync(1);
        }

        var log = await File.ReadAllBytesAsync(Path.Combine(folder.Path, "public-commands.log"));
        var commands = log.Chunk(PublicRecord.Length).Select(record => PublicRecord.Read(record)).ToList();
        var placed = commands.Where(command => command.Kind == CommandKind.Place).ToList();
        placed.Select(command => (command.Side, command.Session, command.ClientSeq))
            .Should().Equal((Side.Ask, 0u, 0ul), (Side.Bid, 0u, 0ul));
    }

    [Fact]
    public async Task A_busy_book_takes_cancels_and_no_orders()
    {
        var consumer = new FakeConsumer();
        await using var world = await LoopWorld.WithBudgetAsync(
            folder.Path, consumer, options => options with { MaxUnconsumed = 0 });
        var session = await OpenedAsync(world);
        var placed = (await SubmitAsync(world, session.Batch(session.Ask(1)))).Single();
        consumer.Block();
        await world.DoAsync(BookWorld.Bid("b1"));

        var busy = await world.Loop.SubmitAsync(session.Batch(session.Ask(2)), AnyLoad, CancellationToken.None);
        var cancelled = await world.Loop.SubmitAsync(
            session.Batch(session.Cancel(3, placed.Order)), new EntryLoad(0, 1, 0), CancellationToken.None);
        consumer.Release();

        busy.Rejection.Should().Be(BookRefusal.Busy);
        cancelled.Value.Single().Refusal.Should().Be(EntryRefusal.None);
    }

    /// <summary>Everything is sent twice: once in the life that may be killed, once more after it.</summary>
    private static async Task LiveThroughAsync((int Kind, ulong Seq, int What)[][] batches, int kill)
    {
        using var mine = new LogFolder();
        await using var life = await LoopWorld.WithBudgetAsync(mine.Path);
        var session = await OpenedAsync(life);
        await life.DoAsync(BookWorld.Bid("b1", replicas: 1) with { Limit = new UnitPrice(850_000) });
        var sent = new List<(byte[] Bytes, EntryAnswer[] Answers)>();
        var orders = new List<OrderHandle>();
        foreach (var batch in batches)
        {
            var bytes = session.Batch([.. batch.Select(order => OrderOf(session, order, orders))]);
            var answers = await SubmitAsync(life, bytes);
            sent.Add((bytes, answers));
            orders.AddRange(answers.Select(answer => answer.Order).Where(order => order.Raw != 0));
        }

        var digest = await life.DigestAsync();
        if (kill % 2 == 0)
        {
            // Nothing more reaches the disk, as if the process had been killed here.
            life.Disk.FailSyncs();
            life.Disk.LosePower(new Random(kill));
        }

        await life.DisposeAsync();
        await using var after = await LoopWorld.StartedAsync(mine.Path, clock: life.Clock);

        (await after.DigestAsync()).Should().Be(digest);
        foreach (var (bytes, answers) in sent)
        {
            (await SubmitAsync(after, bytes)).Should().Equal(answers);
        }

        (await after.DigestAsync()).Should().Be(digest);
    }

    private static MatchCommand OrderOf(
        SessionOrders session, (int Kind, ulong Seq, int What) order, List<OrderHandle> orders)
    {
        var target = orders.Count == 0 ? new OrderHandle(0, 1, 1) : orders[order.What % orders.Count];
        return order.Kind switch
        {
            0 => session.Cancel(order.Seq, target),
            1 => session.Amend(order.Seq, target, 80_000 + order.What, 1_000_000 * (order.What + 1)),
            2 => session.Ask(order.Seq, tick: order.What * 10_000, units: order.What),
            _ => session.Ask(order.Seq, tick: 80_000 + order.What * 5_000),
        };
    }

    private static async Task<SessionOrders> OpenedAsync(LoopWorld world) =>
        SessionOrders.Of(await world.DoAsync(SessionOrders.Opening(1)));

    private static async Task<EntryAnswer[]> SubmitAsync(LoopWorld world, byte[] batch) =>
        (await world.Loop.SubmitAsync(batch, AnyLoad, CancellationToken.None)).Value;
}
