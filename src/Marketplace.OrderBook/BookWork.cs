using Marketplace.Kernel;
using Marketplace.OrderBook.Journaling;

namespace Marketplace.OrderBook;

/// <summary>Something that waits for the book's writer. It is decided first and answered after the flush.</summary>
internal abstract class BookWork
{
    /// <summary>Carries it out and appends it to the journal when it changed something.</summary>
    /// <param name="batch">Is told what is to be published after the flush, whenever something changed.</param>
    public abstract void Decide(BookEngine engine, JournalWriter journal, DateTimeOffset now, DecidedBatch batch);

    /// <summary>Gives the answer: what it tells is on disk.</summary>
    public abstract void Release();

    public abstract void Fail(BookStoppedException stopped);
}

/// <summary>A command that waits.</summary>
internal sealed class CommandWork(BookCommand command) : BookWork
{
    private readonly TaskCompletionSource<Result<BookOutcome, BookRefusal>> answer =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Result<BookOutcome, BookRefusal> decided;

    public BookCommand Command { get; } = command;

    public Task<Result<BookOutcome, BookRefusal>> Answer => answer.Task;

    public override void Decide(BookEngine engine, JournalWriter journal, DateTimeOffset now, DecidedBatch batch)
    {
        decided = engine.Apply(Command, journal.LastSeq + 1, now);
        if (!decided.TryGet(out var outcome) || !outcome.HasChanged)
        {
            return;
        }

        var record = JournalledCommand.RecordOf(journal.LastSeq + 1, now);
        journal.Append(ref record, BookCommandCodec.Encode(Command));
        batch.Tell(outcome.Events, engine.Sent);
    }

    public override void Release() => answer.TrySetResult(decided);

    public override void Fail(BookStoppedException stopped) => answer.TrySetException(stopped);
}

/// <summary>A question that waits.</summary>
internal sealed class ReadWork<T>(Func<BookEngine, T> read) : BookWork
{
    private readonly TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? found;
    private Exception? failure;

    public Task<T> Answer => answer.Task;

    public override void Decide(BookEngine engine, JournalWriter journal, DateTimeOffset now, DecidedBatch batch)
    {
        try
        {
            found = read(engine);
        }
        catch (Exception thrown)
        {
            // A question changes nothing, so its failure is its asker's alone.
            failure = thrown;
        }
    }

    public override void Release()
    {
        if (failure is null)
        {
            answer.TrySetResult(found!);
        }
        else
        {
            answer.TrySetException(failure);
        }
    }

    public override void Fail(BookStoppedException stopped) => answer.TrySetException(stopped);
}
