using System.Threading.Channels;
using Marketplace.Kernel;
using Marketplace.OrderBook.Entry;

namespace Marketplace.OrderBook;

/// <content>What commands, bare orders and questions do on their way to the writer and back.</content>
public sealed partial class BookLoop
{
    /// <summary>
    /// Answers when the command's effect is on disk. A caller that stops waiting learns what became of it by sending
    /// the same command again.
    /// </summary>
    /// <exception cref="BookStoppedException">The book is not running.</exception>
    public async Task<Result<TAnswer, BookRefusal>> SubmitAsync<TAnswer>(
        BookCommand<TAnswer> command, CancellationToken ct)
        where TAnswer : class
    {
        if (command is PlaceBid or PlaceAsk && publisher.Backlog > options.MaxUnconsumed)
        {
            return BookRefusal.Busy;
        }

        var work = new CommandWork(command);
        await EnqueueAsync(work, ct);
        var outcome = await work.Answer.WaitAsync(ct);
        return outcome.Match(ok => Result<TAnswer, BookRefusal>.Ok((TAnswer)ok.Answer), refusal => refusal);
    }

    /// <summary>Reads the state between two commands; answers when everything it shows is on disk.</summary>
    /// <param name="read">Must be quick and must not keep the engine.</param>
    /// <exception cref="BookStoppedException">The book is not running.</exception>
    public async Task<T> ReadAsync<T>(Func<BookEngine, T> read, CancellationToken ct)
    {
        var work = new ReadWork<T>(read);
        await EnqueueAsync(work, ct);
        return await work.Answer.WaitAsync(ct);
    }

    /// <summary>Ends the asks of an earlier life and forgets their ids: providers connect and ask again.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> CancelAllAsksAsync(CancellationToken ct)
    {
        var count = 0;
        foreach (var provider in await ReadAsync(state => state.ConnectedProviders(), ct))
        {
            count += (await SubmitAsync(new CancelAsksOf(provider), ct)).Match(ended => ended.Count, _ => 0);
        }

        return count;
    }

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

    private async Task EnqueueAsync(BookWork work, CancellationToken ct)
    {
        try
        {
            await queue.Writer.WriteAsync(work, ct);
        }
        catch (ChannelClosedException closed)
        {
            throw new BookStoppedException(closed.InnerException);
        }
    }
}
