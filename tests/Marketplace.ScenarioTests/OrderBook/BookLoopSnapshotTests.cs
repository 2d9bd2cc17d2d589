using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Journaling;
using Marketplace.OrderBook.PublicLog;
using Marketplace.ScenarioTests.OrderBook.Journaling;
using Marketplace.Tests.OrderBook;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>A start from a snapshot is shorter than one from the whole journal, and nothing else.</summary>
public sealed class BookLoopSnapshotTests : IDisposable
{
    private readonly LogFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_start_reads_only_what_the_journal_has_behind_the_newest_snapshot()
    {
        var digest = await LiveAsync(asks: 23);

        await using var after = await StartedAsync();

        after.Loop.Replayed.Should().Be(5);
        (await after.DigestAsync()).Should().Be(digest);
        after.Log.Lines.Should().ContainMatch("Information: Replayed 5 journal records behind 20 in*");
    }

    [Fact]
    public async Task An_orderly_stop_saves_a_snapshot_and_the_next_start_replays_nothing()
    {
        var consumer = new FakeConsumer();
        Hash32 digest;
        PublicHead publicHead;
        await using (var world = await LoopWorld.WithBudgetAsync(folder.Path, consumer, Every(1_000)))
        {
            await world.DoAsync(BookWorld.Ask(1));
            await world.DoAsync(BookWorld.Bid("b1"));
            digest = await world.DigestAsync();
            await world.Loop.StopAsync(CancellationToken.None);
            publicHead = world.Loop.PublicHead;
        }

        var next = new FakeConsumer(await consumer.CursorAsync(CancellationToken.None));
        await using var after = await LoopWorld.StartedAsync(folder.Path, next, change: Every(1_000));

        after.Loop.Replayed.Should().Be(0);
        (await after.DigestAsync()).Should().Be(digest);
        after.Loop.PublicHead.Should().Be(publicHead);
    }

    [Fact]
    public async Task A_damaged_snapshot_gives_way_to_the_older_one_and_that_to_the_journal()
    {
        var digest = await LiveAsync(asks: 23);

        Damage(Snapshots()[1]);
        await using (var older = await StartedAsync())
        {
            older.Loop.Replayed.Should().Be(15);
            (await older.DigestAsync()).Should().Be(digest);
            older.Log.Lines.Should().ContainMatch($"Warning: Snapshot {Path.GetFileName(Snapshots()[1])} was*damaged");
        }

        Damage(Snapshots()[0]);
        await using var whole = await StartedAsync();
        whole.Loop.Replayed.Should().Be(25);
        (await whole.DigestAsync()).Should().Be(digest);
    }

    [Fact]
    public async Task A_consumer_that_is_behind_gets_all_it_has_not_seen_from_an_older_snapshot_or_the_journal()
    {
        await using (var world = await LoopWorld.WithBudgetAsync(folder.Path, change: Every(10)))
        {
            for (var bid = 3; bid <= 25; bid++)
            {
                await world.DoAsync(BookWorld.Bid($"b{bid}") with { Limit = new UnitPrice(100_000) });
                await world.SavedAsync();
            }
        }

        foreach (var (cursor, replayed) in new[] { (25, 5), (20, 5), (19, 15), (10, 15), (9, 25), (0, 25) })
        {
            var consumer = new FakeConsumer(cursor);
            await using var after = await LoopWorld.StartedAsync(folder.Path, consumer, change: Every(1_000));
            await consumer.ReachedAsync(Math.Min(23, 25 - cursor));

            after.Loop.Replayed.Should().Be(replayed);
            consumer.Events.Select(happened => happened.Seq)
                .Should().Equal(Enumerable.Range(1, 25).Where(seq => seq > cursor && seq > 2).Select(seq => (long)seq));
        }
    }

    [Fact]
    public async Task What_has_no_events_does_not_hold_a_snapshot_back()
    {
        await LiveAsync(asks: 8);

        await using var after = await LoopWorld.StartedAsync(folder.Path, new FakeConsumer(0), change: Every(1_000));

        after.Loop.Replayed.Should().Be(0);
    }

    [Fact]
    public async Task A_stop_whose_consumer_is_behind_saves_none_that_the_next_start_could_not_use()
    {
        var consumer = new FakeConsumer();
        await using var world = await LoopWorld.WithBudgetAsync(folder.Path, consumer, Every(1_000));
        await world.DoAsync(BookWorld.Bid("b1"));
        consumer.Forget();

        await world.Loop.StopAsync(CancellationToken.None);

        Snapshots().Should().BeEmpty();
        world.Log.Lines.Should().ContainMatch("Information: No snapshot at the stop*");
    }

    [Fact]
    public async Task A_public_log_that_is_shorter_than_the_snapshot_is_written_again_from_the_journal()
    {
        await LiveAsync(asks: 23);
        var path = Path.Combine(folder.Path, PublicLogWriter.FileName);
        var log = File.ReadAllBytes(path);

        foreach (var (records, replayed) in new[] { (20, 15), (4, 25), (0, 25) })
        {
            File.WriteAllBytes(path, log[..(records * PublicRecord.Length)]);
            await using (var after = await StartedAsync())
            {
                after.Loop.Replayed.Should().Be(replayed);
                after.Log.Lines.Should().ContainMatch($"Warning: Snapshot*the public log has {records} of*");
            }

            File.ReadAllBytes(path).Should().Equal(log);
        }
    }

    [Fact]
    public async Task A_public_log_that_differs_behind_the_snapshot_stops_the_start()
    {
        await LiveAsync(asks: 23);
        var path = Path.Combine(folder.Path, PublicLogWriter.FileName);
        var log = File.ReadAllBytes(path);
        log[^PublicRecord.Length] ^= 1;
        File.WriteAllBytes(path, log);

        await FluentActions.Awaiting(StartedAsync).Should().ThrowAsync<PublicLogDiffersException>();
    }

    [Fact]
    public async Task A_snapshot_of_more_than_the_journal_has_refuses_the_start_for_what_was_durable_is_lost()
    {
        await LiveAsync(asks: 5);
        var segments = folder.Segments.ToDictionary(path => path, File.ReadAllBytes);
        await using (var world = await LoopWorld.StartedAsync(folder.Path, change: Every(1)))
        {
            await world.DoAsync(BookWorld.Ask(2));
            await world.SavedAsync();
        }

        folder.Segments.ToList().ForEach(File.Delete);
        segments.ToList().ForEach(segment => File.WriteAllBytes(segment.Key, segment.Value));

        await FluentActions.Awaiting(StartedAsync).Should().ThrowAsync<JournalCorruptException>();
    }

    [Fact]
    public async Task A_disk_that_has_no_room_for_a_snapshot_does_not_stop_the_book()
    {
        Directory.CreateDirectory(Path.Combine(folder.Path, "book-00000000000000000010.snapshot.tmp"));

        var digest = await LiveAsync(asks: 13);

        Snapshots().Should().BeEmpty();
        await using var after = await StartedAsync();
        after.Loop.Replayed.Should().Be(15);
        (await after.DigestAsync()).Should().Be(digest);
    }

    [Fact]
    public async Task No_snapshot_is_there_before_what_it_shows_is_on_disk()
    {
        await using var world = await LoopWorld.WithBudgetAsync(folder.Path, change: Every(3));
        world.Disk.Stall();
        var sent = world.SubmitAsync(BookWorld.Ask(1));
        await world.Disk.Stalled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await world.UntilDecidedAsync(3);

        world.Disk.FailSyncs();
        world.Disk.Resume();

        await FluentActions.Awaiting(() => sent).Should().ThrowAsync<BookStoppedException>();
        await world.DisposeAsync();
        Snapshots().Should().BeEmpty();
    }

    [Fact]
    public async Task A_book_without_snapshots_takes_none_and_uses_none()
    {
        await LiveAsync(asks: 13);
        var before = Snapshots();

        await using var whole = await LoopWorld.StartedAsync(folder.Path, change: Every(0));
        await whole.Loop.StopAsync(CancellationToken.None);

        whole.Loop.Replayed.Should().Be(15);
        Snapshots().Should().Equal(before);
    }

    private static Func<BookLoopOptions, BookLoopOptions> Every(long commands) =>
        options => options with { SnapshotEvery = commands };

    private Task<LoopWorld> StartedAsync() => LoopWorld.StartedAsync(folder.Path, change: Every(1_000));

    /// <summary>A book that saves every tenth command: two openings, then asks. It ends without a word.</summary>
    /// <returns>Its state's digest.</returns>
    private async Task<Hash32> LiveAsync(int asks)
    {
        await using var world = await LoopWorld.WithBudgetAsync(folder.Path, change: Every(10));
        for (var ask = 0; ask < asks; ask++)
        {
            await world.DoAsync(BookWorld.Ask(1, $"a{ask}"));
            await world.SavedAsync();
        }

        return await world.DigestAsync();
    }

    private List<string> Snapshots() => [.. Directory.EnumerateFiles(folder.Path, "*.snapshot").Order()];

    private static void Damage(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
    }
}
