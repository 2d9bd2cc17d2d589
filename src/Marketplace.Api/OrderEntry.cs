using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Api;

/// <summary>What became of a batch: answers in the order of its orders, or why none of it was taken.</summary>
/// <param name="IsBusy">The book is behind with its events: the same bytes are taken later.</param>
public readonly record struct BatchReply(EntryVerdict Verdict, bool IsBusy, IReadOnlyList<EntryAnswer> Answers);

/// <summary>The operator's door for bare orders, and the book behind it.</summary>
public sealed class OrderEntry(BookLoop book, EntrySessions sessions, SourceLimits sources, TimeProvider time)
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

    /// <summary>Whether a grant is good; needs no turn at the door.</summary>
    public EntryRefusal Check(SessionRequest request) => sessions.Check(request, Now());

    /// <summary>Lets a session's orders in, once the book has it.</summary>
    public EntryRefusal Open(SessionRequest request)
    {
        lock (gate)
        {
            return sessions.Open(request, Now()).Match(_ => EntryRefusal.None, refusal => refusal);
        }
    }

    /// <summary>Answers when what the batch did is on disk.</summary>
    /// <param name="bytes">The batch; not to be changed any more.</param>
    /// <exception cref="BookStoppedException">The book is not running.</exception>
    public async Task<BatchReply> EnterAsync(ReadOnlyMemory<byte> bytes, EntrySource source, CancellationToken ct)
    {
        var verdict = Admit(bytes, source, out var load);
        if (!verdict.IsAdmitted)
        {
            return new BatchReply(verdict, false, []);
        }

        var answers = await book.SubmitAsync(bytes, load, ct);
        return answers.Match(
            taken => new BatchReply(verdict, false, taken), _ => new BatchReply(verdict, true, []));
    }

    private EntryVerdict Admit(ReadOnlyMemory<byte> bytes, EntrySource source, out EntryLoad load)
    {
        lock (gate)
        {
            var verdict = door.Admit(bytes.Span, source, Now(), out var batch);
            load = verdict.IsAdmitted ? batch.Load : default;
            return verdict;
        }
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
