using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Journaling;
using Marketplace.ScenarioTests.OrderBook.Journaling;
using Marketplace.Tests.OrderBook;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>What was answered is on disk, and what is on disk is the state after the next start.</summary>
public sealed class BookLoopDurabilityTests : IDisposable
{
    private readonly LogFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Nothing_is_answered_read_or_published_before_it_is_on_disk()
    {
        await using var world = await LoopWorld.WithBudgetAsync(folder.Path);
        world.Disk.Stall();

        var bid = world.SubmitAsync(BookWorld.Bid("b1"));
        await world.Disk.Stalled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var read = world.AccountAsync();
        var repeated = world.SubmitAsync(BookWorld.Bid("b1"));

        (bid.IsCompleted, read.IsCompleted, repeated.IsCompleted).Should().Be((false, false, false));
        world.Consumer.Events.Should().BeEmpty();
        SyncedCommands(world).Should().Be(2);

        world.Disk.Resume();
        (await bid).IsOk.Should().BeTrue();
        SyncedCommands(world).Should().Be(3);
        (await repeated).Value.Should().BeEquivalentTo((await bid).Value);
        (await read).HeldByOrders.Should().Be(new TokenAmount(1_100_000));
        await world.Consumer.ReachedAsync(1);
    }

    [Fact]
    public async Task What_was_answered_survives_a_loss_of_power_and_is_answered_the_same_again()
    {
        await using var world = await LoopWorld.WithBudgetAsync(folder.Path);
        await world.DoAsync(BookWorld.Ask(1));
        var matched = await world.DoAsync(BookWorld.Bid("matched"));
        var resting = await world.DoAsync(BookWorld.Bid("resting", replicas: 2));
        var digest = await world.DigestAsync();

        using var left = new LogFolder();
        world.Disk.CopySynced(left.Path);
        await using var after = await LoopWorld.StartedAsync(left.Path);

        (await after.DigestAsync()).Should().Be(digest);
        (await after.DoAsync(BookWorld.Bid("matched"))).Should().BeEquivalentTo(matched);
        (await after.DoAsync(BookWorld.Bid("resting", replicas: 2))).Should().BeEquivalentTo(resting);
        (await after.DigestAsync()).Should().Be(digest);
    }

    [Fact]
    public void A_replayed_book_is_the_lived_one_wherever_it_is_stopped_and_however() =>
        Gen.Select(BookStreams.All, Gen.Int[0, 100].Array[1, 3]).Sample(
            (stream, stops) => LiveThroughAsync(stream, stops).GetAwaiter().GetResult(), iter: 12, threads: 1);

    [Fact]
    public async Task A_repetition_and_a_refusal_are_not_journalled()
    {
        await using var world = await LoopWorld.WithBudgetAsync(folder.Path);
        await world.DoAsync(BookWorld.Bid("b1"));
        var flushes = world.Disk.Syncs;

        await world.DoAsync(BookWorld.Bid("b1"));
        await world.SubmitAsync(BookWorld.Bid("b2") with { Replicas = 0 });

        SyncedCommands(world).Should().Be(3);
        world.Disk.Syncs.Should().Be(flushes);
    }

    [Fact]
    public async Task Commands_that_queue_up_share_one_flush()
    {
        await using var world = await LoopWorld.WithBudgetAsync(folder.Path);
        world.Disk.Stall();
        var first = world.SubmitAsync(BookWorld.Ask(1));
        await world.Disk.Stalled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var flushes = world.Disk.Syncs;

        var others = Enumerable.Range(0, 50).Select(n => world.SubmitAsync(BookWorld.Ask(2, $"a{n}"))).ToList();
        await world.UntilDecidedAsync(53);
        world.Disk.Resume();
        await Task.WhenAll(others.Append(first));

        (world.Disk.Syncs - flushes).Should().Be(2, "one that was under way, and one for all who waited for it");
        SyncedCommands(world).Should().Be(53);
    }

    [Fact]
    public async Task One_book_at_a_time_has_the_journal()
    {
        await using var world = await LoopWorld.WithBudgetAsync(folder.Path);

        await FluentActions.Awaiting(() => LoopWorld.StartedAsync(folder.Path)).Should().ThrowAsync<IOException>();

        (await world.DoAsync(BookWorld.Ask(1))).Remaining.Should().Be(BookWorld.Ask(1).Quantity);
    }

    [Fact]
    public async Task A_damaged_journal_refuses_the_start()
    {
        await using (var world = await LoopWorld.WithBudgetAsync(folder.Path))
        {
            await world.DoAsync(BookWorld.Bid("b1"));
        }

        var bytes = File.ReadAllBytes(folder.Segments[0]);
        bytes[200] ^= 1;
        File.WriteAllBytes(folder.Segments[0], bytes);

        await FluentActions.Awaiting(() => LoopWorld.StartedAsync(folder.Path))
            .Should().ThrowAsync<JournalCorruptException>();

        File.ReadAllBytes(folder.Segments[0]).Should().Equal(bytes);
    }

    // A log without its last flush looks like one after a crash. What was consumed tells them apart.
    [Fact]
    public async Task A_journal_that_lost_what_was_consumed_refuses_the_start()
    {
        await using (var world = await LoopWorld.WithBudgetAsync(folder.Path))
        {
            await world.DoAsync(BookWorld.Bid("b1"));
        }

        await FluentActions.Awaiting(() => LoopWorld.StartedAsync(folder.Path, new FakeConsumer(cursor: 4)))
            .Should().ThrowAsync<JournalBehindConsumerException>();
    }

    [Fact]
    public async Task A_journal_of_what_the_book_refuses_is_not_replayed()
    {
        using (var journal = JournalWriter.Open(folder.Path, new JournalOptions(), null, (in _, _) => { }, _ => { }))
        {
            var record = JournalledCommand.RecordOf(1, BookWorld.Start);
            journal.Append(ref record, BookCommandCodec.Encode(BookWorld.Bid("without a budget")));
        }

        await FluentActions.Awaiting(() => LoopWorld.StartedAsync(folder.Path))
            .Should().ThrowAsync<InvariantViolationException>();
    }

    private static async Task LiveThroughAsync((int Seconds, BookCommand Command)[] stream, int[] stops)
    {
        using var mine = new LogFolder();
        var lived = BookWorld.Empty();
        var clock = new BookClock();
        var life = await LoopWorld.StartedAsync(mine.Path, clock: clock);
        foreach (var (step, index) in stream.Select((step, index) => (step, index)))
        {
            if (stops.Contains(index))
            {
                life = await RestartedAsync(life, mine.Path, isPowerLost: index % 2 == 0);
            }

            var expected = BookStreams.Take(lived, step)
                .Match(ok => $"Ok({ok.Answer})", refusal => $"Refused({refusal})");
            clock.Now = lived.Now;
            (await life.SendAsync(step.Command)).Should().Be(expected);
        }

        life = await RestartedAsync(life, mine.Path, isPowerLost: false);
        (await life.DigestAsync()).Should().Be(lived.Engine.Digest());
        await life.DisposeAsync();
    }

    private static async Task<LoopWorld> RestartedAsync(LoopWorld life, string path, bool isPowerLost)
    {
        if (isPowerLost)
        {
            // Nothing more reaches the disk, as if the process had been killed here.
            life.Disk.FailSyncs();
            life.Disk.LosePower(new Random(1));
        }

        await life.DisposeAsync();
        return await LoopWorld.StartedAsync(path, clock: life.Clock);
    }

    private static int SyncedCommands(LoopWorld world)
    {
        using var left = new LogFolder();
        world.Disk.CopySynced(left.Path);
        using var reader = new JournalReader(left.Path);
        var count = 0;
        while (reader.Next())
        {
            count++;
        }

        return count;
    }
}
