using Marketplace.Kernel;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Api;

/// <summary>What became of a batch: answers in the order of its orders, or why none of it was taken.</summary>
/// <param name="IsBusy">The book is behind with its events: the same bytes are taken later.</param>
public readonly record struct BatchReply(EntryVerdict Verdict, bool IsBusy, IReadOnlyList<EntryAnswer> Answers);

/// <summary>The operator's door for bare orders, and the book behind it.</summary>
public sealed class OrderEntry(
    BookLoop book, EntrySessions sessions, SourceLimits sources, IBidCheck bids, TimeProvider time)
{
    private readonly Lock gate = new(); // the door is for one thread at a time, and a batch costs it microseconds
    private readonly EntryDoor door = new(sessions, sources);

    /// <summary>Milliseconds until the source may have a signature checked; 0 when one was taken.</summary>
    public long TakeSignature(EntrySource source)
    {
        lock (gate)
        {
            return sources.Take(source, new EntryLoad(0, 0, Signatures: 1), Now());
        }
    }

    /// <summary>Lets a session's orders in, once the book has it.</summary>
    public EntryRefusal Open(SessionRequest request)
    {
        lock (gate)
        {
            return sessions.Open(request, Now()).Match(_ => EntryRefusal.None, refusal => refusal);
        }
    }

    /// <summary>Lets a session's orders in no more, once the book has ended it.</summary>
    public void End(uint session)
    {
        lock (gate)
        {
            sessions.End(session);
        }
    }

    /// <summary>Lets a session's note in, or says why not.</summary>
    /// <param name="session">Whose it is; null when it was refused.</param>
    public EntryVerdict Admit(SessionNote note, ReadOnlySpan<byte> mac, EntrySource source, out EntrySession? session)
    {
        lock (gate)
        {
            return door.Admit(note, mac, source, Now(), out session);
        }
    }

    /// <summary>Answers when what the batch did is on disk.</summary>
    /// <param name="bytes">The batch; not to be changed any more.</param>
    /// <exception cref="BookStoppedException">The book is not running.</exception>
    public async Task<BatchReply> EnterAsync(ReadOnlyMemory<byte> bytes, EntrySource source, CancellationToken ct)
    {
        var verdict = Admit(bytes, source, out var load, out var budget);
        if (verdict.IsAdmitted && budget is { } bidder && load.Orders > 0)
        {
            verdict = await bids.CheckAsync(bidder, bytes, ct);
        }

        return verdict.IsAdmitted ? await DecidedAsync(bytes, load, ct) : new BatchReply(verdict, false, []);
    }

    private async Task<BatchReply> DecidedAsync(ReadOnlyMemory<byte> bytes, EntryLoad load, CancellationToken ct)
    {
        var answers = await book.SubmitAsync(bytes, load, ct);
        return answers.Match(
            taken => new BatchReply(default, false, taken), _ => new BatchReply(default, true, []));
    }

    /// <param name="budget">The budget of a buyer's session; null of a provider's.</param>
    private EntryVerdict Admit(
        ReadOnlyMemory<byte> bytes, EntrySource source, out EntryLoad load, out BudgetNo? budget)
    {
        lock (gate)
        {
            var verdict = door.Admit(bytes.Span, source, Now(), out var batch);
            load = verdict.IsAdmitted ? batch.Load : default;
            var grant = verdict.IsAdmitted ? sessions.Find(batch.Session)?.Grant : null;
            budget = grant is { Role: EntryRole.Buyer } ? new BudgetNo(grant.Number) : null;
            return verdict;
        }
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
