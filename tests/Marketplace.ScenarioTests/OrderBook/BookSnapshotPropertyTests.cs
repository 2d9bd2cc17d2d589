using System.Text.Json;
using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;
using Marketplace.OrderBook.Journaling;
using Marketplace.OrderBook.PublicLog;
using Marketplace.ScenarioTests.OrderBook.Journaling;
using Marketplace.Tests.OrderBook;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>Whatever a book lived through, with and without its snapshots the next start is the same.</summary>
public sealed class BookSnapshotPropertyTests
{
    [Fact]
    public void A_start_from_a_snapshot_gives_what_one_from_the_whole_journal_gives() => Gen.Select(
        BookStreams.All, Gen.Int[1, 12], Gen.Int[0, 60], Gen.Int[0, 100], Gen.Bool)
        .Sample(
            (stream, every, cursor, stop, isOrderly) =>
                CompareStartsAsync(stream, every, cursor, stop, isOrderly).GetAwaiter().GetResult(),
            iter: 25,
            threads: 1);

    private static Func<BookLoopOptions, BookLoopOptions> Every(long commands) =>
        options => options with { SnapshotEvery = commands };

    private static async Task CompareStartsAsync(
        (int Seconds, BookCommand Command)[] stream, int every, int cursor, int stop, bool isOrderly)
    {
        using var mine = new LogFolder();
        await LiveThroughAsync(mine.Path, stream[..Math.Min(stop, stream.Length)], every, isOrderly);
        await LiveThroughAsync(mine.Path, stream[Math.Min(stop, stream.Length)..], every, isOrderly);
        using var copy = new LogFolder();
        foreach (var path in Directory.EnumerateFiles(mine.Path))
        {
            File.Copy(path, Path.Combine(copy.Path, Path.GetFileName(path)));
        }

        var fromSnapshot = await StartAsync(mine.Path, cursor, Every(1_000));
        var fromJournal = await StartAsync(copy.Path, cursor, Every(0));

        fromSnapshot.Should().Be(fromJournal);
    }

    /// <summary>The stream's commands, and after each a bare order of a session.</summary>
    private static async Task LiveThroughAsync(
        string path, (int Seconds, BookCommand Command)[] stream, int every, bool isOrderly)
    {
        var clock = new BookClock();
        await using var life = await LoopWorld.StartedAsync(path, clock: clock, change: Every(every));
        var session = SessionOrders.Of(await life.DoAsync(SessionOrders.Opening(9)));
        await life.SendAsync(new OpenMarket(BookWorld.Market, BookWorld.Fee));
        foreach (var (index, step) in stream.Index())
        {
            clock.Now = clock.Now.AddSeconds(step.Seconds);
            await life.SendAsync(step.Command);
            var ask = session.Ask((ulong)(index % 30) + 1, tick: index * 10_000, units: index % 9);
            await life.Loop.SubmitAsync(session.Batch(ask), new EntryLoad(1, 0, 0), CancellationToken.None);
            await life.SavedAsync();
        }

        if (isOrderly)
        {
            await life.Loop.StopAsync(CancellationToken.None);
        }
    }

    /// <returns>The state, the public log and the events that a consumer gets who has seen up to its cursor.</returns>
    private static async Task<string> StartAsync(
        string path, int cursor, Func<BookLoopOptions, BookLoopOptions> change)
    {
        using var reader = new JournalReader(path);
        while (reader.Next())
        {
        }

        var consumer = new FakeConsumer(Math.Min(cursor, reader.Head.LastSeq));
        Hash32 digest;
        await using (var world = await LoopWorld.StartedAsync(path, consumer, change: change))
        {
            digest = await world.DigestAsync();
            await world.Loop.StopAsync(CancellationToken.None);
        }

        var log = Keccak256.Hash(File.ReadAllBytes(Path.Combine(path, PublicLogWriter.FileName)));
        return $"{digest} {log} {JsonSerializer.Serialize(consumer.Events.Cast<object>())}";
    }
}
