using Marketplace.Kernel;
using Marketplace.OrderBook.Entry;

namespace Marketplace.OrderBook;

/// <content>Bare orders of sessions on their way to the writer.</content>
public sealed partial class BookLoop
{
    /// <summary>
    /// Decides the orders of a batch that the door let in; answers, in their order, when all of it is on disk.
    /// </summary>
    /// <param name="load">What is in it: a batch of cancels is taken even when the book is busy.</param>
    /// <exception cref="BookStoppedException">The book is not running.</exception>
    public async Task<Result<EntryAnswer[], BookRefusal>> SubmitAsync(
        ReadOnlyMemory<byte> batch, EntryLoad load, CancellationToken ct)
    {
        if (load.Orders > 0 && publisher.Backlog > options.MaxUnconsumed)
        {
            return BookRefusal.Busy;
        }

        var work = new OrdersWork(batch);
        await EnqueueAsync(work, ct);
        return await work.Answers.WaitAsync(ct);
    }
}
