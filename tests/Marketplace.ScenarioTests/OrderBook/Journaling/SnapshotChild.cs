using System.Globalization;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;
using Marketplace.Tests.OrderBook;
using Microsoft.Extensions.Logging.Abstractions;

namespace Marketplace.ScenarioTests.OrderBook.Journaling;

/// <summary>
/// A process that runs a book, saves a snapshot whenever the one before is written, and says on its output which
/// command was answered.
/// </summary>
internal static class SnapshotChild
{
    public static async Task RunForEverAsync(string folder)
    {
        var options = new BookLoopOptions(folder) { SnapshotEvery = 1, Journal = JournalChild.Options };
        await using var book = new BookLoop(
            options, new FakeConsumer(), new BookClock(), NullLogger<BookLoop>.Instance);
        await book.StartAsync(CancellationToken.None);
        await book.SubmitAsync(new OpenMarket(BookWorld.Market, BookWorld.Fee), CancellationToken.None);
        var opened = await book.SubmitAsync(SessionOrders.Opening(1), CancellationToken.None);
        var session = SessionOrders.Of(opened.Value);
        var load = new EntryLoad(1, 0, 0);

        // Above all numbers of the lives before.
        for (var number = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(); ; number++)
        {
            var batch = session.Batch(session.Ask(number, tick: 10_000 + (int)(number % 7)));
            var answers = await book.SubmitAsync(batch, load, CancellationToken.None);
            Console.WriteLine(answers.Value.Single().Seq.ToString(CultureInfo.InvariantCulture));
        }
    }
}
